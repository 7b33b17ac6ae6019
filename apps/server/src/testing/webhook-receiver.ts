import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';

/** What came to the receiver. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly conversationId: string | undefined;
    readonly n: unknown;
  };
}

/** A real receiver of webhooks on loopback, for tests. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Those that were answered with 2xx. */
  readonly accepted: Received[];
  /** How the next ones are answered: a status, or never. */
  answer: (received: Received) => number | 'never' | Promise<number>;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const accepted: Received[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const one: Received = { headers: request.headers, body, event: read(body) };
      received.push(one);
      const status = await receiver.answer(one);
      if (status === 'never') return;
      if (status < 300) accepted.push(one);
      response.statusCode = status;
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/events`,
    received,
    accepted,
    answer: () => 200,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

function read(body: string): Received['event'] {
  const event: unknown = JSON.parse(body);
  const field = (of: unknown, name: string): unknown =>
    typeof of === 'object' && of !== null ? Object.entries(of).find(([key]) => key === name)?.[1] : undefined;
  const conversationId = field(event, 'conversation_id');
  return {
    id: String(field(event, 'id')),
    type: String(field(event, 'type')),
    conversationId: typeof conversationId === 'string' ? conversationId : undefined,
    n: field(field(event, 'data'), 'n'),
  };
}
