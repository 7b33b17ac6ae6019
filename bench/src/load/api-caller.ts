import { Agent, request } from 'node:http';
import { z } from 'zod';

export interface OpenedConversation {
  readonly id: string;
  readonly token: string;
}

/** A program that talks to the server over connections that stay open. */
export interface ApiCaller {
  open(): Promise<OpenedConversation>;
  process(conversation: OpenedConversation, text: string): Promise<{ readonly processing_time_ms: number }>;
  /** What the agent took for each turn of the conversation: understanding, flow, sentences. */
  thinkingMs(conversation: OpenedConversation): Promise<readonly number[]>;
  close(): void;
}

const openedSchema = z.object({ conversation_id: z.string(), token: z.string() });
const processedSchema = z.object({ processing_time_ms: z.number(), turn_number: z.int() });
const recordSchema = z.object({
  turns: z.array(
    z.object({
      cause: z.string(),
      waterfall: z.object({ agent_ms: z.number().nullable(), sentence_ms: z.number().nullable() }),
    }),
  ),
});

const timeoutMs = 30_000;

export function createApiCaller(url: string): ApiCaller {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const { hostname, port } = new URL(url);

  const send = (method: string, path: string, token: string | undefined, body?: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const sent = request(
        {
          agent,
          hostname,
          port,
          method,
          path,
          timeout: timeoutMs,
          headers: {
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
            ...(text !== undefined && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(text),
            }),
          },
        },
        (answer) => {
          let received = '';
          answer.setEncoding('utf8');
          answer.on('data', (chunk: string) => {
            received += chunk;
          });
          answer.on('error', reject);
          answer.on('end', () => {
            const status = answer.statusCode ?? 0;
            if (status >= 300) return reject(new Error(`${method} ${path}: ${status} ${received.slice(0, 300)}`));
            resolve(JSON.parse(received));
          });
        },
      );
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer within ${timeoutMs} ms`)));
      sent.on('error', reject);
      sent.end(text);
    });

  return {
    open: async () => {
      const opened = openedSchema.parse(await send('POST', '/v1/conversations', undefined, { channel_type: 'chat' }));
      return { id: opened.conversation_id, token: opened.token };
    },
    process: async ({ id, token }, text) =>
      processedSchema.parse(await send('POST', `/v1/conversations/${id}/process`, token, { input_type: 'text', text })),
    thinkingMs: async ({ id, token }) => {
      const { turns } = recordSchema.parse(await send('GET', `/v1/conversations/${id}`, token));
      return turns.flatMap(({ cause, waterfall }) =>
        cause === 'turn' && waterfall.agent_ms !== null ? [waterfall.agent_ms + (waterfall.sentence_ms ?? 0)] : [],
      );
    },
    close: () => agent.destroy(),
  };
}
