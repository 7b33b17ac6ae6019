import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface JsonRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** A header by its name in lower case. */
  header(name: string): string | undefined;
  /** The body as JSON; a form's fields as an object; undefined when there was none. Not checked: parse it. */
  readonly body: unknown;
}

export interface JsonReply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface JsonServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** Ends the server and the connections to it. */
  close(): Promise<void>;
}

export const jsonServerLimits = {
  /** The largest request of these APIs is under 4 kB. */
  maxBodyBytes: 64_000,
  /** A request must be there whole in this time. */
  requestTimeoutMs: 10_000,
  maxConnections: 256,
};

/**
 * A small JSON API on node's own HTTP server. `handle` answers each request; what it throws becomes status 500 without the
 * error's words. Rejects when the port is taken.
 */
export function serveJson(options: {
  readonly handle: (request: JsonRequest) => JsonReply | Promise<JsonReply>;
  /** 0 takes any free port. */
  readonly port?: number;
  /** Loopback unless told otherwise: these servers are for trying things out. */
  readonly host?: string;
}): Promise<JsonServer> {
  const host = options.host ?? '127.0.0.1';
  const server = createServer((incoming, response) => {
    answer(incoming, options.handle).then(
      (reply) => send(response, reply),
      (error: unknown) => {
        if (error instanceof BadBody) send(response, { status: error.status, body: { error: { code: error.code } } });
        else send(response, { status: 500, body: { error: { code: 'internal' } } });
      },
    );
  });
  server.requestTimeout = jsonServerLimits.requestTimeoutMs;
  server.maxConnections = jsonServerLimits.maxConnections;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, () => {
      server.off('error', reject);
      const address = server.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      resolve({ url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, close });
    });
  });

  function close(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
}

class BadBody extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

async function answer(
  incoming: IncomingMessage,
  handle: (request: JsonRequest) => JsonReply | Promise<JsonReply>,
): Promise<JsonReply> {
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const body = await readBody(incoming);
  return handle({
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    header(name) {
      const value = incoming.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    body,
  });
}

async function readBody(incoming: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of incoming) {
    const buffer = Buffer.from(piece);
    bytes += buffer.byteLength;
    if (bytes > jsonServerLimits.maxBodyBytes) throw new BadBody(413, 'body_too_large');
    pieces.push(buffer);
  }
  if (bytes === 0) return undefined;
  const text = Buffer.concat(pieces).toString('utf8');
  if (incoming.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(text));
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new BadBody(400, 'body_not_json');
  }
}

function send(response: ServerResponse, reply: JsonReply): void {
  const headers = { 'cache-control': 'no-store', ...reply.headers };
  if (reply.body === undefined) {
    response.writeHead(reply.status, headers).end();
    return;
  }
  response
    .writeHead(reply.status, { ...headers, 'content-type': 'application/json; charset=utf-8' })
    .end(JSON.stringify(reply.body));
}
