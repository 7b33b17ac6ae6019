import type { ServerResponse } from 'node:http';
import type { Faults } from '../faults.ts';
import { type FakeConnection, type FakeHouse, refusalOf, retryHeaders } from '../http-fake.ts';
import type { FakeRequest } from './fake-request.ts';
import { createOutgoing } from './outgoing.ts';

/** A request and the ways to answer it; faults are applied to whichever is taken. */
export interface FakeExchange {
  readonly request: FakeRequest;
  /** For `audioChunks`. */
  readonly faults: Faults;
  /** Aborted when whoever asked is gone. */
  readonly signal: AbortSignal;
  /** The whole answer at once. @param headers names in lower case */
  json(status: number, value: unknown, headers?: Readonly<Record<string, string>>): void;
  /** The answer's head; its body follows in pieces. @param headers names in lower case */
  stream(status: number, headers: Readonly<Record<string, string>>): FakeBody;
}

export interface FakeBody {
  write(chunk: string | Uint8Array): void;
  end(): void;
}

/** Has the vendor's route answer a request, with the faults. */
export async function answerRequest(house: FakeHouse, request: FakeRequest, faults: Faults, response: ServerResponse) {
  const scope = new AbortController();
  let isStruck = false;
  let contentType = '';
  const outgoing = createOutgoing(
    {
      send: (data, sent) => void response.write(data, () => sent()),
      end: () => response.end(),
      garble: () => {
        isStruck = true;
        // Text that the vendor never sends; where the body is sound nobody could tell, so the framing of HTTP itself is broken.
        if (/json|text/.test(contentType)) response.write(garbageFor(contentType, house.routes.garbage));
        else response.socket?.write('this is no chunk\r\n');
      },
      cut: () => response.socket?.destroy(),
      freeze: () => {},
    },
    faults,
  );
  const connection: FakeConnection = {
    strike: outgoing.strike,
    destroy: () => response.socket?.destroy(),
  };
  house.connections.add(connection);
  response.on('close', () => {
    house.connections.delete(connection);
    outgoing.drop();
    scope.abort();
  });
  // A client that is gone is nobody's error here.
  response.on('error', () => {});

  const stream = (status: number, headers: Readonly<Record<string, string>>): FakeBody => {
    contentType = headers['content-type'] ?? '';
    outgoing.first(() => {
      response.writeHead(status, { ...headers });
      response.flushHeaders();
    });
    return { write: outgoing.send, end: outgoing.end };
  };
  const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const body = stream(status, { 'content-type': 'application/json', ...headers });
    body.write(JSON.stringify(value));
    body.end();
  };
  if (faults.status !== undefined) {
    response.writeHead(faults.status, { 'content-type': 'application/json', ...retryHeaders(faults) });
    response.end(JSON.stringify(refusalOf(house.routes, faults.status)));
    return;
  }
  try {
    if (house.routes.request === undefined) json(404, { error: { message: 'Not found.' } });
    else await house.routes.request({ request, faults, signal: scope.signal, json, stream });
  } catch (error) {
    if (scope.signal.aborted || isStruck) return;
    if (response.headersSent) response.socket?.destroy();
    else response.writeHead(500).end(`The fake is broken: ${String(error)}`);
  }
}

function garbageFor(contentType: string, garbage = '{"broken": '): string {
  return contentType.includes('event-stream') ? `data: ${garbage}\n\n` : garbage;
}
