import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { RunningFake, Strike } from './fake-vendor.ts';
import { type Faults, faultsOfUrl, noFaults } from './faults.ts';
import { createJournal, type Journal } from './journal.ts';
import { answerRequest, type FakeExchange } from './wire/fake-exchange.ts';
import { entryOf, handshakeRequest, readRequest } from './wire/fake-request.ts';
import { acceptSocket, type FakeHandshake, refuseHandshake, type SocketAnswer } from './wire/fake-socket.ts';

/** What a vendor's API does, over HTTP and WebSocket; faults, journal and counting are done for it. */
export interface HttpFakeRoutes {
  /** Answers a request to its end. What it throws becomes status 500. Left out: 404. */
  request?(exchange: FakeExchange): void | Promise<void>;
  /** Accepts or refuses a WebSocket. Left out: 404. */
  socket?(handshake: FakeHandshake): SocketAnswer;
  /** The body of a refusal that a fault asks for, in the vendor's own shape. Left out: plain JSON. */
  refusal?(status: number): unknown;
  /** What the vendor would never say, for the fault `garble-after`; left out: broken JSON. */
  readonly garbage?: string;
}

export interface HttpFakeOptions {
  readonly name: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly routes: HttpFakeRoutes;
  /** The settings with which Parley takes it for the vendor. @param url without a slash at the end */
  environment(url: string): Readonly<Record<string, string>>;
  /** Frees what belongs to the vendor. The brain is its giver's. */
  readonly onClose?: () => void;
}

/** A connection in use. */
export interface FakeConnection {
  strike(how: Strike): void;
  destroy(): void;
}

/** What every connection of a fake shares. */
export interface FakeHouse {
  readonly journal: Journal;
  readonly routes: HttpFakeRoutes;
  readonly connections: Set<FakeConnection>;
  /** Numbers sockets from 1. */
  nextSocket(): number;
}

/** Starts a server on loopback that stands in for a vendor over HTTP and WebSocket. Rejects when the port is taken. */
export async function startHttpFake({
  name,
  port,
  routes,
  environment,
  onClose,
}: HttpFakeOptions): Promise<RunningFake> {
  const countFault = createFaultCounter();
  let sockets = 0;
  const house: FakeHouse = {
    journal: createJournal(),
    routes,
    connections: new Set(),
    nextSocket: () => ++sockets,
  };
  // Audio does not compress; the limit is that of the largest vendor's messages.
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 16_000_000 });
  const server = createServer((message, response) => {
    onRequest(house, countFault, message, response).catch(() => response.destroy());
  });
  server.on('upgrade', (message, socket, head) => onUpgrade(house, countFault, webSockets, message, socket, head));
  const { promise, resolve, reject } = Promise.withResolvers<AddressInfo>();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', () => {
    const address = server.address();
    if (address === null || typeof address === 'string') reject(new Error('The server has no port.'));
    else resolve(address);
  });
  const url = `http://127.0.0.1:${(await promise).port}`;
  return {
    name,
    url,
    environment: environment(url),
    journal: house.journal,
    get openSockets() {
      return house.connections.size;
    },
    strike(how) {
      for (const connection of [...house.connections]) connection.strike(how);
    },
    async close() {
      onClose?.();
      for (const connection of [...house.connections]) connection.destroy();
      webSockets.close();
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}

type FaultCounter = (text: string, faults: Faults) => Faults;

/** `times` is counted per text of faults: the same faults under another path are the same. */
function createFaultCounter(): FaultCounter {
  const counts = new Map<string, number>();
  return (text, faults) => {
    const count = counts.get(text) ?? 0;
    if (counts.size < maxCounted || counts.has(text)) counts.set(text, count + 1);
    return count < faults.times ? faults : noFaults;
  };
}
const maxCounted = 10_000;

/** Undefined for faults that there are not: told to whoever wrote them. */
function readFaults(message: IncomingMessage, count: FaultCounter): { faults: Faults; url: URL } | undefined {
  try {
    const { faults, text, url } = faultsOfUrl(message.url ?? '/');
    return { faults: count(text, faults), url };
  } catch {
    return undefined;
  }
}

async function onRequest(house: FakeHouse, count: FaultCounter, message: IncomingMessage, response: ServerResponse) {
  const read = readFaults(message, count);
  if (read === undefined) {
    response.writeHead(400).end('There is no such fault: see faults.ts.');
    return;
  }
  const request = await readRequest(message, read.url);
  house.journal.add(entryOf(request));
  await answerRequest(house, request, read.faults, response);
}

function onUpgrade(
  house: FakeHouse,
  count: FaultCounter,
  webSockets: WebSocketServer,
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
) {
  const read = readFaults(message, count);
  if (read === undefined)
    return refuseHandshake(socket, { status: 400, body: 'There is no such fault: see faults.ts.' });
  const { faults, url } = read;
  const request = handshakeRequest(message, url);
  house.journal.add(entryOf(request));
  if (faults.status !== undefined) {
    const headers = retryHeaders(faults);
    return refuseHandshake(socket, { status: faults.status, headers, body: refusalOf(house.routes, faults.status) });
  }
  const answer = house.routes.socket?.({ ...request, faults }) ?? { kind: 'refused', status: 404, body: 'Not found.' };
  if (answer.kind === 'refused') return refuseHandshake(socket, answer);
  acceptSocket(house, webSockets, { message, socket, head }, faults, answer);
}

export function refusalOf(routes: HttpFakeRoutes, status: number): unknown {
  return routes.refusal?.(status) ?? { error: { message: `The fault asked for ${status}.` } };
}

export function retryHeaders({ retryAfterSeconds }: Faults): Readonly<Record<string, string>> {
  return retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
}
