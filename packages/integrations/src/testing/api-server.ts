import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ToolContext } from '@parley/dialogue/tools/tool.ts';
import type { IntegrationCall } from '../ports.ts';

export interface SeenRequest {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer = (request: SeenRequest, response: ServerResponse, count: number) => void;

export interface ApiServer {
  readonly url: string;
  readonly port: number;
  readonly seen: readonly SeenRequest[];
  close(): Promise<void>;
}

/** A real HTTP server on loopback for tests. `count` is 1-based. */
export async function startApiServer(answer: Answer, host = '127.0.0.1'): Promise<ApiServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
      seen.push(request);
      answer(request, response, seen.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = addressOf(server.address());
  return {
    url: `http://${host}:${port}`,
    port,
    seen,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export function sendJson(
  response: ServerResponse,
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

/** Parts of an integration, the calls that it told of, and a clock that the test turns. */
export function testParts(secrets: Readonly<Record<string, string>> = {}) {
  const calls: IntegrationCall[] = [];
  const time = { nowEpochMs: Date.UTC(2026, 2, 4, 9) };
  return {
    calls,
    time,
    secrets: { get: async (name: string) => secrets[name] },
    clock: { nowEpochMs: () => time.nowEpochMs },
    onCall: (call: IntegrationCall) => void calls.push(call),
  };
}

export function testContext(more: Partial<ToolContext> = {}): ToolContext {
  return {
    conversationId: 'c-1',
    turnNumber: 3,
    nowEpochMs: Date.UTC(2026, 2, 4, 9),
    timeZone: 'Europe/London',
    language: 'en-GB',
    idempotencyKey: 'c-1:3:book',
    signal: new AbortController().signal,
    ...more,
  };
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address;
}
