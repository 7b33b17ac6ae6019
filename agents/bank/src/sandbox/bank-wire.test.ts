import { type JsonServer, serveJson } from '@parley/agent-worlds/json-server.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bankApi } from '../bank/bank-api.ts';
import { BankError } from '../bank/bank-error.ts';
import { type BankSandbox, startBankSandbox } from './sandbox-server.ts';

const signal = new AbortController().signal;
let now: number;
let sandbox: BankSandbox;
let relay: JsonServer;
/** Every request that reached the bank, in order. */
let seen: string[];

/** In front of the bank, so that a test sees what is sent. */
beforeEach(async () => {
  now = Date.parse('2026-03-02T12:00:00Z');
  seen = [];
  sandbox = await startBankSandbox({ now: () => now, tokenLifeSeconds: 300 });
  relay = await serveJson({
    async handle(request) {
      seen.push(`${request.method} ${request.path}`);
      const headers: Record<string, string> = {};
      for (const name of ['authorization', 'x-session-ref', 'idempotency-key', 'content-type']) {
        const value = request.header(name);
        if (value !== undefined) headers[name] = value;
      }
      const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
      const answer = await fetch(`${sandbox.url}${request.path}`, {
        method: request.method,
        headers,
        ...(request.body === undefined
          ? {}
          : { body: form ? new URLSearchParams(Object(request.body)) : JSON.stringify(request.body) }),
      });
      return { status: answer.status, body: await answer.json() };
    },
  });
});
afterEach(async () => {
  await relay.close();
  await sandbox.close();
});

const tokensFetched = () => seen.filter((one) => one === 'POST /oauth/token').length;

function client(clock: () => number = () => now) {
  const { clientId, clientSecret } = sandbox;
  return bankApi({ baseUrl: relay.url, clientId, clientSecret, now: clock });
}

function verify(bank: ReturnType<typeof client>, session = 'call') {
  const proof = { type: 'pin' as const, pin: '4821' };
  return bank.verify(session, { customerNumber: '10482736', proof, idempotencyKey: 'k' }, signal);
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'it came about',
    (error: unknown) => (error instanceof BankError ? error.code : String(error)),
  );

describe('tokens', () => {
  test('one token serves twenty requests at once', async () => {
    const bank = client();
    await verify(bank);
    await Promise.all(Array.from({ length: 20 }, () => bank.accounts('call', signal)));
    expect(tokensFetched()).toBe(1);
  });

  test('a token is renewed before it expires', async () => {
    const bank = client();
    await verify(bank);
    now += 269_000;
    await bank.accounts('call', signal);
    expect(tokensFetched()).toBe(1);
    now += 2_000;
    await bank.accounts('call', signal);
    expect(tokensFetched()).toBe(2);
  });

  test('a token that the bank no longer takes is renewed once, and the request made again', async () => {
    // The agent's clock stands still: it does not know that the token has expired.
    const startedAt = now;
    const bank = client(() => startedAt);
    await verify(bank);
    now += 301_000;
    expect(await bank.accounts('call', signal)).toHaveLength(2);
    expect(seen).toEqual([
      'POST /oauth/token',
      'POST /v1/verifications',
      'GET /v1/accounts',
      'POST /oauth/token',
      'GET /v1/accounts',
    ]);
  });

  test('a wrong secret is said to be one', async () => {
    const bank = bankApi({ baseUrl: relay.url, clientId: sandbox.clientId, clientSecret: 'wrong' });
    expect(await codeOf(bank.accounts('call', signal))).toBe('not_authorized');
    expect(tokensFetched()).toBe(1);
  });

  test('the token endpoint answers as RFC 6749 has it', async () => {
    const ask = async (form: Record<string, string>, authorization = basic(sandbox.clientId, sandbox.clientSecret)) => {
      const body = new URLSearchParams(form);
      const answer = await fetch(`${sandbox.url}/oauth/token`, { method: 'POST', headers: { authorization }, body });
      return { status: answer.status, body: await answer.json() };
    };
    expect(await ask({ grant_type: 'client_credentials' })).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer', expires_in: 300 },
    });
    expect(await ask({ grant_type: 'password' })).toEqual({ status: 400, body: { error: 'unsupported_grant_type' } });
    expect(await ask({ grant_type: 'client_credentials', scope: 'all' })).toMatchObject({
      body: { error: 'invalid_scope' },
    });
    expect(await ask({ grant_type: 'client_credentials' }, basic('parley', 'x'))).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
    expect(await ask({})).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });
});

describe('when the bank does not answer', () => {
  test('a bank that hangs is unavailable after the time-out, and one that is away at once', async () => {
    const hanging = await serveJson({ handle: () => new Promise(() => {}) });
    const bank = bankApi({ baseUrl: hanging.url, clientId: 'a', clientSecret: 'b', timeoutMs: 100 });
    expect(await codeOf(bank.accounts('call', signal))).toBe('unavailable');
    await hanging.close();
    expect(await codeOf(bank.accounts('call', signal))).toBe('unavailable');
  });

  test('a caller who hangs up ends the request, and the next caller still gets a token', async () => {
    const bank = client();
    const caller = new AbortController();
    const asked = bank.accounts('call', caller.signal);
    caller.abort(new Error('hung up'));
    await expect(asked).rejects.toThrow('hung up');
    await verify(bank, 'next');
    expect(await bank.accounts('next', signal)).toHaveLength(2);
  });

  test('a page instead of JSON, or JSON of another shape, is unavailable rather than believed', async () => {
    const odd = await serveJson({
      handle: ({ path }) => ({
        status: 200,
        body: path === '/oauth/token' ? { access_token: 't' } : { accounts: [{ balance: 'plenty' }] },
      }),
    });
    const bank = bankApi({ baseUrl: odd.url, clientId: 'a', clientSecret: 'b' });
    expect(await codeOf(bank.accounts('call', signal))).toBe('unavailable');
    await odd.close();
  });
});

function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
}
