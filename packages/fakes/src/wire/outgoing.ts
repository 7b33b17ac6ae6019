import type { Strike } from '../fake-vendor.ts';
import type { Faults } from '../faults.ts';

/** What a connection can do, well or ill. */
export interface OutgoingLine {
  send(data: string | Uint8Array, sent: () => void): void;
  /** The end of what is sent. */
  end(): void;
  /** Sends what is none of the vendor's. */
  garble(): void;
  /** Gone without a word. */
  cut(): void;
  /** Stays open; nothing is read or answered any more. */
  freeze(): void;
}

/** The way out of a fake's connection. */
export interface Outgoing {
  send(data: string | Uint8Array): void;
  /** Nothing more comes. Ignored where a fault swallowed what came before. */
  end(): void;
  /** Runs in its turn, behind what was sent before; on a connection that has sent nothing at once. */
  inTurn(action: () => void): void;
  /** What comes before the first message (the head of an answer), as late as that. */
  first(action: () => void): void;
  strike(how: Strike): void;
  /** The connection is gone. */
  drop(): void;
}

type Step =
  | { readonly type: 'send'; readonly data: string | Uint8Array }
  | { readonly type: 'act'; readonly action: () => void };

/** Sends in order, each message out before the next begins, and does wrong what the faults say. */
export function createOutgoing(line: OutgoingLine, faults: Faults): Outgoing {
  const steps: Step[] = [];
  let state: 'fresh' | 'waiting' | 'ready' | 'sending' | 'over' = 'fresh';
  let sentCount = 0;
  let timer: NodeJS.Timeout | undefined;

  const over = () => {
    state = 'over';
    steps.length = 0;
    clearTimeout(timer);
  };
  const strike = (how: Strike) => {
    if (state === 'over') return;
    if (how === 'garble') return line.garble();
    over();
    if (how === 'break') line.cut();
    else line.freeze();
  };
  const due = (): Strike | undefined => {
    if (faults.breakAfter === sentCount) return 'break';
    if (faults.freezeAfter === sentCount) return 'freeze';
    return faults.garbleAfter === sentCount ? 'garble' : undefined;
  };
  const proceed = () => {
    while (state === 'ready') {
      const step = steps.shift();
      if (step === undefined) return;
      if (step.type === 'act') step.action();
      else {
        state = 'sending';
        if (sentCount === 0 && faults.garbleAfter === 0) line.garble();
        line.send(step.data, () => {
          if (faults.oddChunks) afterTurns(turnsBetweenOddChunks, sent);
          else sent();
        });
      }
    }
  };
  const sent = () => {
    if (state !== 'sending') return;
    sentCount += 1;
    state = 'ready';
    const how = due();
    if (how !== undefined) strike(how);
    proceed();
  };
  const take = (step: Step) => {
    if (state === 'over') return;
    if (steps.length >= maxWaiting) return strike('break');
    steps.push(step);
    if (state === 'fresh') {
      if (faults.silent) return over();
      state = 'waiting';
      const begin = () => {
        state = 'ready';
        const how = due();
        // Of an answer that is broken from the start the head is whole.
        if (how !== undefined && how !== 'garble') strike(how);
        proceed();
      };
      if (faults.slowStartMs === 0) begin();
      else timer = setTimeout(begin, faults.slowStartMs);
      return;
    }
    proceed();
  };

  return {
    send: (data) => take({ type: 'send', data }),
    // A connection that has sent nothing has no first byte to be late.
    inTurn: (action) => (state === 'fresh' && !faults.silent ? action() : take({ type: 'act', action })),
    first: (action) => take({ type: 'act', action }),
    end: () => take({ type: 'act', action: () => line.end() }),
    strike,
    drop: over,
  };
}

/** Pieces that are sent at once are read at once, as one: each goes out when whoever reads in this process has the one before. */
const turnsBetweenOddChunks = 4;

function afterTurns(turns: number, action: () => void): void {
  if (turns === 0) action();
  else setImmediate(() => afterTurns(turns - 1, action));
}

/** Far above what any vendor sends ahead; a client that reads nothing is cut off. */
const maxWaiting = 20_000;

/**
 * Sound in the pieces in which a vendor sends it.
 * @param chunkBytes of each but the last; with the fault `odd-chunks` the lengths are odd and differ
 */
export function* audioChunks(bytes: Uint8Array, chunkBytes: number, faults: Faults): Generator<Uint8Array> {
  let index = 0;
  for (let at = 0; at < bytes.length; index += 1) {
    const length = faults.oddChunks ? (oddLengths[index % oddLengths.length] ?? 1) : chunkBytes;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

const oddLengths = [1, 333, 3, 1601, 777, 5, 2999];
