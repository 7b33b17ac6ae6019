import { afterEach, describe, expect, it } from 'vitest';
import { openIntegration } from '../create-integration.ts';
import { type ApiServer, sendJson, startApiServer, testContext, testParts } from '../testing/api-server.ts';

let server: ApiServer;
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
  await server.close();
});

const secrets = { ID: 'client one', SECRET: 's:e%c&ret' };
const tokens = () => server.seen.filter(({ url }) => url === '/token');
const uses = () => server.seen.filter(({ url }) => url !== '/token');

/** A bank that gives numbered tokens for a while, and takes those that `accepts` allows. */
async function bank(options: {
  readonly expiresIn?: number;
  readonly accepts?: (token: string) => boolean;
  readonly tokenStatus?: number;
}) {
  let given = 0;
  server = await startApiServer((request, response) => {
    if (request.url === '/token') {
      given += 1;
      sendJson(
        response,
        options.tokenStatus === undefined
          ? {
              access_token: `t-${given}`,
              token_type: 'Bearer',
              ...(options.expiresIn === undefined ? {} : { expires_in: options.expiresIn }),
            }
          : { error: 'invalid_client', echoed: request.body },
        options.tokenStatus,
      );
    } else {
      const token = (request.headers.authorization ?? '').slice('Bearer '.length);
      sendJson(response, { token }, (options.accepts ?? (() => true))(token) ? 200 : 401);
    }
  });
}

function open(auth: { readonly sendAs?: 'basic' | 'body' } = {}) {
  const parts = testParts(secrets);
  const integration = openIntegration(
    {
      id: 'bank',
      kind: 'rest',
      baseUrl: server.url,
      allowPrivateAddresses: true,
      retries: { maxAttempts: 1 },
      auth: {
        type: 'oauth2',
        tokenUrl: `${server.url}/token`,
        clientId: { secret: 'ID' },
        clientSecret: { secret: 'SECRET' },
        scope: 'accounts',
        ...auth,
      },
      operations: [{ name: 'balance', description: 'The balance.', path: '/balance' }],
    },
    parts,
  );
  opened.push(integration);
  const [tool] = integration.tools;
  if (tool === undefined) throw new Error('No tool.');
  return { parts, run: (signal?: AbortSignal) => tool.run({}, testContext(signal === undefined ? {} : { signal })) };
}

describe('OAuth2 client credentials', () => {
  it('are asked for once, as the standard has it, and kept', async () => {
    await bank({ expiresIn: 3600 });
    const { run } = open();
    expect(await Promise.all([run(), run(), run()])).toEqual(Array(3).fill({ token: 't-1' }));
    expect(await run()).toEqual({ token: 't-1' });
    expect(tokens()).toHaveLength(1);
    expect(Object.fromEntries(new URLSearchParams(tokens()[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'accounts',
    });
    expect(tokens()[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('client+one:s%3Ae%25c%26ret').toString('base64')}`,
    );
  });

  it('go into the body where the server wants them there', async () => {
    await bank({ expiresIn: 3600 });
    await open({ sendAs: 'body' }).run();
    expect(Object.fromEntries(new URLSearchParams(tokens()[0]?.body))).toMatchObject({
      client_id: secrets.ID,
      client_secret: secrets.SECRET,
    });
    expect(tokens()[0]?.headers).not.toHaveProperty('authorization');
  });

  it('are renewed before they end', async () => {
    await bank({ expiresIn: 300 });
    const { run, parts } = open();
    expect(await run()).toEqual({ token: 't-1' });
    parts.time.nowEpochMs += 269_000;
    expect(await run()).toEqual({ token: 't-1' });
    parts.time.nowEpochMs += 2000;
    expect(await run()).toEqual({ token: 't-2' });
  });

  it('are renewed once when the API refuses them, and not again and again', async () => {
    await bank({ expiresIn: 3600, accepts: (token) => token !== 't-1' });
    const { run, parts } = open();
    expect(await run()).toEqual({ token: 't-2' });
    expect(parts.calls.map(({ outcome }) => outcome)).toEqual(['ok']);
    await server.close();

    await bank({ expiresIn: 3600, accepts: () => false });
    await expect(open().run()).rejects.toMatchObject({ code: 'auth_failed', details: { status: 401 } });
    expect([tokens().length, uses().length]).toEqual([2, 2]);
  });

  it('that are wrong give an error that does not tell them', async () => {
    await bank({ tokenStatus: 400 });
    const { run, parts } = open({ sendAs: 'body' });
    const error = await run().catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'auth_failed', details: { field: 'auth.tokenUrl', status: 400 } });
    expect(JSON.stringify([parts.calls, String(error)])).not.toMatch(/s:e%|ret|client one/);
    expect(uses()).toHaveLength(0);
  });

  it('are still had by the others when one who waits for them gives up', async () => {
    let release = () => {};
    server = await startApiServer((request, response) => {
      if (request.url === '/token') release = () => sendJson(response, { access_token: 't-1', expires_in: 60 });
      else sendJson(response, { ok: true });
    });
    const { run } = open();
    const stop = new AbortController();
    const first = run(stop.signal);
    const second = run();
    await expect.poll(() => tokens().length).toBe(1);
    stop.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    release();
    await expect(second).resolves.toEqual({ ok: true });
    expect(tokens()).toHaveLength(1);
  });
});
