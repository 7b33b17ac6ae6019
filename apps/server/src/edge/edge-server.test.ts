import { once } from 'node:events';
import { conversationOpenedSchema } from '@parley/contract/conversations.ts';
import { errorBodySchema } from '@parley/contract/errors.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { type ServerProcess, startServerProcess, typedOnly } from '../testing/server-process.ts';

const email = 'admin@edge.example';
const password = 'correct horse battery staple 7';
const shop = 'https://shop.example';

let server: ServerProcess;

beforeAll(async () => {
  server = await startServerProcess({
    env: {
      ...typedOnly,
      PARLEY_ADMIN_EMAIL: email,
      PARLEY_ADMIN_PASSWORD: password,
      RATE_LIMITS: 'on',
      RATE_LIMIT_OPEN: '5',
      ALLOWED_ORIGINS: shop,
    },
  });
}, 90_000);

afterAll(() => server.stop());

async function api(
  method: string,
  path: string,
  options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
) {
  const answer = await fetch(server.url + path, {
    method,
    headers: {
      ...(options.body !== undefined && { 'content-type': 'application/json' }),
      ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  };
}

/** Opens the chat as a page of the origin would; the status of the refusal, or `open`. */
async function chat(opened: z.output<typeof conversationOpenedSchema>, origin?: string): Promise<string> {
  const socket = new WebSocket(
    `${server.url.replace('http', 'ws')}/v1/conversations/${opened.conversation_id}/chat`,
    ['parley.v1', `parley.token.${opened.token}`],
    { ...(origin !== undefined && { origin }) },
  );
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.on('unexpected-response', (request, response) => {
    resolve(String(response.statusCode));
    request.destroy();
  });
  socket.on('open', () => resolve('open'));
  socket.on('error', () => {});
  const said = await promise;
  if (said === 'open') {
    socket.close();
    await once(socket, 'close', { signal: AbortSignal.timeout(5000) });
  }
  return said;
}

describe('the edge of a real server', () => {
  it('lets programs, its own page and listed pages open a chat, and no other page', async () => {
    const { body } = await api('POST', '/v1/conversations', { body: { channel_type: 'chat' } });
    const opened = conversationOpenedSchema.parse(body);
    expect(await chat(opened)).toBe('open');
    expect(await chat(opened, server.url)).toBe('open');
    expect(await chat(opened, shop)).toBe('open');
    expect(await chat(opened, 'https://evil.example')).toBe('403');
    expect(await chat(opened, `${server.url}0`)).toBe('403');
    expect(await chat(opened, 'null')).toBe('403');
  });

  it('holds an organization to what it set for itself, in conversations and in pages', async () => {
    const signedIn = await api('POST', '/v1/auth/sign-in', { body: { email, password } });
    const { access_token: token } = z.object({ access_token: z.string() }).parse(signedIn.body);
    const before = await api('GET', '/v1/organization', { token });
    const changed = await api('PATCH', '/v1/organization', {
      token,
      headers: { 'if-match': before.headers.get('etag') ?? '' },
      body: { settings: { limits: { max_conversations: 2 }, allowed_origins: ['https://widget.example'] } },
    });
    expect(changed.status).toBe(200);
    // A change counts within the time for which settings are remembered.
    await expect
      .poll(
        async () => {
          const { status } = await api('GET', '/v1/agents', { token, headers: { origin: 'https://widget.example' } });
          return status;
        },
        { timeout: 25_000, interval: 500 },
      )
      .toBe(200);
    const opened = await Promise.all(
      [1, 2, 3].map(async () =>
        conversationOpenedSchema.parse(
          (await api('POST', '/v1/conversations', { body: { channel_type: 'chat' } })).body,
        ),
      ),
    );
    // Each stays for a minute after its page is gone.
    const said = [];
    for (const one of opened) said.push(await chat(one));
    expect(said).toEqual(['open', 'open', '503']);
  }, 40_000);

  it('lets one address open only so many conversations a minute, and says when to come back', async () => {
    let answer = await api('POST', '/v1/conversations', { body: { channel_type: 'chat' } });
    for (let sent = 0; sent < 6 && answer.status === 201; sent += 1) {
      answer = await api('POST', '/v1/conversations', { body: { channel_type: 'chat' } });
    }
    expect([answer.status, errorBodySchema.parse(answer.body).code]).toEqual([429, 'rate_limited']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.headers.get('ratelimit')).toMatch(/"open";r=0;t=\d+/);
  });
});
