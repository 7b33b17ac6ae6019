import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';

/** What the server does for one request, piece by piece. */
export type ChatPart =
  /** Words, a chunk each. */
  | { readonly text: string }
  | { readonly tool: string; readonly input: unknown }
  /** Nothing comes until it is resolved: a slow model. */
  | { readonly waitsFor: Promise<unknown> }
  /** A line that is no JSON. */
  | { readonly malformed: string }
  /** The error that some servers send in the middle of an answer. */
  | { readonly error: string }
  /** The connection is cut. */
  | { readonly breaksOff: true };

export type ChatAnswer =
  | readonly ChatPart[]
  | { readonly status: number; readonly retryAfterS?: number; readonly message?: string };

export interface ChatRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: z.infer<typeof bodySchema>;
}

export interface ChatServer {
  readonly baseUrl: string;
  readonly requests: readonly ChatRequest[];
  /** Resolves when a client has gone before its answer was complete. */
  readonly abandoned: Promise<void>;
  close(): Promise<void>;
}

const bodySchema = z.looseObject({
  model: z.string().optional(),
  stream: z.boolean().optional(),
  messages: z.array(z.looseObject({ role: z.string() })),
  tools: z.array(z.unknown()).optional(),
});

/** Requests are a conversation, not an upload. */
const maxBodyBytes = 1_000_000;

/**
 * A server on this machine that speaks chat completions as server-sent events; it says what it is told to, request by
 * request. One that is asked for more answers with status 500.
 */
export async function startChatServer(...answers: readonly ChatAnswer[]): Promise<ChatServer> {
  const left = [...answers];
  const requests: ChatRequest[] = [];
  const abandoned = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) abandoned.resolve();
    });
    handle(request, response).catch(() => response.destroy());
  });

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = bodySchema.parse(JSON.parse(await readBody(request)));
    requests.push({ path: request.url ?? '', headers: request.headers, body });
    const answer = left.shift() ?? { status: 500, message: 'The script has no more answers.' };
    if ('status' in answer) {
      const headers = answer.retryAfterS === undefined ? {} : { 'retry-after': String(answer.retryAfterS) };
      response.writeHead(answer.status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify({ error: { message: answer.message ?? 'Refused.', type: 'error', code: null } }));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    await writeParts(response, answer);
  };

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    requests,
    abandoned: abandoned.promise,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece = Buffer.from(chunk);
    bytes += piece.length;
    if (bytes > maxBodyBytes) throw new Error('The request is too large.');
    chunks.push(piece);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function writeParts(response: ServerResponse, parts: readonly ChatPart[]): Promise<void> {
  let calls = 0;
  let words = 0;
  const send = (line: string) => response.write(`data: ${line}\n\n`);
  const delta = (fields: object) => send(JSON.stringify(chunkOf({ delta: fields, finish_reason: null })));
  delta({ role: 'assistant', content: '' });
  for (const part of parts) {
    if ('text' in part) {
      for (const piece of part.text.match(/\S+\s*/g) ?? []) {
        words += 1;
        delta({ content: piece });
      }
    } else if ('tool' in part) {
      const index = calls;
      calls += 1;
      const call = { index, id: `call_${index}`, type: 'function', function: { name: part.tool, arguments: '' } };
      delta({ tool_calls: [call] });
      // Arguments come in pieces that are no JSON by themselves.
      for (const piece of JSON.stringify(part.input).match(/.{1,7}/gs) ?? []) {
        delta({ tool_calls: [{ index, function: { arguments: piece } }] });
      }
    } else if ('waitsFor' in part) await part.waitsFor;
    else if ('malformed' in part) send(part.malformed);
    else if ('error' in part)
      send(JSON.stringify({ error: { message: part.error, type: 'server_error', code: null } }));
    else {
      response.destroy();
      return;
    }
  }
  send(JSON.stringify(chunkOf({ delta: {}, finish_reason: calls > 0 ? 'tool_calls' : 'stop' })));
  const usage = { prompt_tokens: 100, completion_tokens: words + calls, total_tokens: 100 + words + calls };
  send(JSON.stringify({ ...chunkOf(undefined), usage }));
  send('[DONE]');
  response.end();
}

function chunkOf(choice: object | undefined): object {
  return {
    id: 'chatcmpl_1',
    object: 'chat.completion.chunk',
    created: 1_790_000_000,
    model: 'scripted',
    choices: choice === undefined ? [] : [{ index: 0, ...choice }],
  };
}
