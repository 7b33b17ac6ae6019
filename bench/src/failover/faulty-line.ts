import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What goes wrong between the server and a vendor. */
export type LineFault =
  /** Connections break; new ones stand. */
  | { readonly kind: 'break' }
  /** Each connection breaks once so much has come of the vendor's answers from now on. */
  | { readonly kind: 'breakAfter'; readonly bytes: number }
  /** Nothing comes of the vendor any more; connections stand, and new ones are accepted. */
  | { readonly kind: 'silent' }
  /** Connections break, and new ones are told that there were too many. */
  | { readonly kind: 'busy'; readonly retryAfterS: number };

/** The way to a vendor, which can be struck at any moment and mended again. */
export interface FaultyLine {
  /** Stands for the vendor's. */
  readonly url: string;
  /** Connections since the beginning. */
  readonly accepted: number;
  strike(fault: LineFault): void;
  mend(): void;
  close(): Promise<void>;
}

/** @param target the vendor's address, such as `http://127.0.0.1:4100` */
export async function openFaultyLine(target: string): Promise<FaultyLine> {
  const far = new URL(target);
  const pairs = new Set<Pair>();
  let fault: LineFault | undefined;
  let accepted = 0;
  const server = createServer((near) => {
    accepted += 1;
    near.on('error', () => near.destroy());
    if (fault?.kind === 'busy') return refuse(near, fault.retryAfterS);
    const pair: Pair = { near, far: connect(Number(far.port), far.hostname), leftBytes: leftOf(fault) };
    pairs.add(pair);
    join(pair, () => pairs.delete(pair));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The line has no port.');
  const breakAll = () => {
    for (const { near } of [...pairs]) near.destroy();
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    get accepted() {
      return accepted;
    },
    strike(given) {
      fault = given;
      if (given.kind === 'break' || given.kind === 'busy') breakAll();
      else for (const pair of pairs) pair.leftBytes = leftOf(given);
    },
    mend() {
      // What was silent has lost what it was to say.
      if (fault?.kind === 'silent') breakAll();
      fault = undefined;
      for (const pair of pairs) pair.leftBytes = undefined;
    },
    async close() {
      breakAll();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  /** Of what comes from the vendor; `silent` swallows it. */
  leftBytes: number | 'silent' | undefined;
}

function leftOf(fault: LineFault | undefined): Pair['leftBytes'] {
  if (fault?.kind === 'silent') return 'silent';
  return fault?.kind === 'breakAfter' ? fault.bytes : undefined;
}

function join(pair: Pair, onEnd: () => void): void {
  const { near, far } = pair;
  near.setNoDelay(true);
  far.setNoDelay(true);
  const end = () => {
    near.destroy();
    far.destroy();
    onEnd();
  };
  for (const socket of [near, far]) {
    socket.on('error', end);
    socket.on('close', end);
  }
  near.pipe(far, { end: true });
  far.on('data', (chunk: Buffer) => {
    if (pair.leftBytes === 'silent') return;
    const given = pair.leftBytes === undefined ? chunk : chunk.subarray(0, pair.leftBytes);
    if (given.length > 0) near.write(given);
    if (pair.leftBytes === undefined) return;
    pair.leftBytes -= given.length;
    // What was written leaves first: it had come.
    if (pair.leftBytes === 0) near.end(end);
  });
}

function refuse(near: Socket, retryAfterS: number): void {
  const body = '{"error":{"message":"Too many requests","type":"rate_limit","code":"rate_limit_exceeded"}}';
  near.once('data', () =>
    near.end(
      `HTTP/1.1 429 Too Many Requests\r\nretry-after: ${retryAfterS}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    ),
  );
}
