import { type Metadata, Metadata as MetadataOf, status } from '@grpc/grpc-js';
import type { Brain } from '../brain.ts';
import { fakeKey, type Strike } from '../fake-vendor.ts';
import { type Faults, noFaults, parseFaults } from '../faults.ts';
import { createJournal, type Journal } from '../journal.ts';
import { createOutgoing, type Outgoing, type OutgoingLine } from '../wire/outgoing.ts';
import type { LoopbackFront } from './loopback-front.ts';
import { codeOfStatus, type Refusal } from './riva-answers.ts';
import { loadRivaService, type RivaService } from './riva-service.ts';

/** What all calls of a running fake share. */
export interface House {
  readonly brain: Brain;
  readonly service: RivaService;
  readonly journal: Journal;
  /** Under way. */
  readonly calls: Set<{ strike(how: Strike): void }>;
  /** How often each text of faults was asked for. */
  readonly faultCounts: Map<string, number>;
  front: LoopbackFront | undefined;
  nextSocket: number;
}

export function createHouse(brain: Brain): House {
  return {
    brain,
    service: loadRivaService(),
    journal: createJournal(),
    calls: new Set(),
    faultCounts: new Map(),
    front: undefined,
    nextSocket: 1,
  };
}

/** A call of either kind, as far as faults, keys and the journal go. */
export interface Accepted {
  readonly socket: number;
  readonly faults: Faults;
  readonly out: Outgoing;
  /** It is over, well or not. */
  over(): void;
}

/** Takes a call in, or refuses it for its key or by a fault. @returns undefined when it was refused */
export function accept(
  house: House,
  call: { readonly metadata: Metadata; getPeer(): string },
  path: string,
  body: unknown,
  line: Omit<OutgoingLine, 'cut' | 'freeze'>,
  refuse: (refusal: Refusal, metadata?: Metadata) => void,
): Accepted | undefined {
  const socket = house.nextSocket;
  house.nextSocket += 1;
  const headers = Object.fromEntries(
    Object.entries(call.metadata.getMap()).map(([key, value]) => [key, String(value)]),
  );
  house.journal.add({ type: 'request', method: 'POST', path, query: {}, headers, body });
  const faults = faultsOf(house, headers['function-id'] ?? '');
  if (faults === undefined) {
    refuse({ code: status.INVALID_ARGUMENT, details: 'There is no such fault: see faults.ts.' });
    return undefined;
  }
  if (headers.authorization !== `Bearer ${fakeKey}`) {
    refuse({ code: status.UNAUTHENTICATED, details: 'invalid credentials' });
    return undefined;
  }
  if (faults.status !== undefined) {
    const metadata = new MetadataOf();
    if (faults.retryAfterSeconds !== undefined) {
      metadata.set('grpc-retry-pushback-ms', String(faults.retryAfterSeconds * 1000));
    }
    refuse({ code: codeOfStatus(faults.status), details: `The fault asked for ${faults.status}.` }, metadata);
    return undefined;
  }
  const peerPort = Number(/:(\d+)$/.exec(call.getPeer())?.[1]);
  const out = createOutgoing(
    { ...line, cut: () => house.front?.cut(peerPort), freeze: () => house.front?.freeze(peerPort) },
    faults,
  );
  const entry = { strike: out.strike };
  house.calls.add(entry);
  return {
    socket,
    faults,
    out,
    over() {
      if (!house.calls.delete(entry)) return;
      out.drop();
      house.journal.add({ type: 'closed', socket, code: 0 });
    },
  };
}

function faultsOf(house: House, functionId: string): Faults | undefined {
  if (!functionId.startsWith('fault=')) return noFaults;
  try {
    const faults = parseFaults(functionId.slice('fault='.length));
    const count = (house.faultCounts.get(functionId) ?? 0) + 1;
    if (house.faultCounts.size < 10_000) house.faultCounts.set(functionId, count);
    return count <= faults.times ? faults : noFaults;
  } catch {
    return undefined;
  }
}

/** What no decoder takes for a message: a field whose length is beyond the end. */
export const garbage = Buffer.from([0x0a, 0xff, 0x01, 0x02]);
