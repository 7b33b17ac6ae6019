import { expect, test } from 'vitest';
import type { SipHeaders, SipRequest, SipResponse } from '../message/sip-message.ts';
import { digestResponse, parseDigestFields } from './digest.ts';
import { createDigestClient } from './digest-client.ts';
import { createDigestServer, type DigestServerOptions } from './digest-server.ts';
import { createNonceUses } from './nonce-uses.ts';

const NOTHING = new Uint8Array(0);

// RFC 7616 §3.9.1.
const CIRCLE = {
  username: 'Mufasa',
  realm: 'http-auth@example.org',
  password: 'Circle of Life',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  method: 'GET',
  uri: '/dir/index.html',
  body: NOTHING,
  quality: { qop: 'auth', nonceCount: '00000001' },
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
} as const;

test('the examples of RFC 7616 §3.9.1 come out as printed', () => {
  expect(digestResponse({ ...CIRCLE, algorithm: 'MD5' })).toBe('8ca523f5e9506fed4657c9700eebdbec');
  expect(digestResponse({ ...CIRCLE, algorithm: 'SHA-256' })).toBe(
    '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  );
});

test('the example of RFC 2617 §3.5 comes out as printed, and without quality as RFC 2069 reckons it', () => {
  const example = {
    ...CIRCLE,
    algorithm: 'MD5',
    realm: 'testrealm@host.com',
    password: 'Circle Of Life',
    nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
    cnonce: '0a4f113b',
  } as const;
  expect(digestResponse(example)).toBe('6629fae49393a05397450978507c4ef1');
  expect(digestResponse({ ...example, quality: undefined })).toBe('670fd8c2df070c60b045671b8b24ff02');
});

test('an answer of a client has every field that was asked for, and goes on counting', () => {
  const client = createDigestClient(
    { username: CIRCLE.username, password: CIRCLE.password },
    { newCnonce: () => CIRCLE.cnonce },
  );
  const challenge = `Digest realm="${CIRCLE.realm}", qop="auth, auth-int", algorithm=SHA-256, nonce="${CIRCLE.nonce}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`;
  const request = { ...register(), method: 'GET', uri: CIRCLE.uri };
  const [first] = client.answer(unauthorized([['WWW-Authenticate', challenge]]), request) ?? [];
  expect(first?.name).toBe('Authorization');
  expect(Object.fromEntries(parseDigestFields(first?.value ?? '') ?? [])).toEqual({
    ...{ username: 'Mufasa', realm: CIRCLE.realm, nonce: CIRCLE.nonce, uri: CIRCLE.uri, algorithm: 'SHA-256' },
    response: '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    ...{ cnonce: CIRCLE.cnonce, qop: 'auth', nc: '00000001', opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS' },
  });
  const [second] = client.authorize(request);
  expect(parseDigestFields(second?.value ?? '')?.get('nc')).toBe('00000002');
});

test('of several challenges for one realm the first that is understood is answered, each realm by itself', () => {
  const client = createDigestClient({ username: 'a', password: 'b' });
  const answers = client.answer(
    unauthorized([
      ['WWW-Authenticate', 'Digest realm="far", nonce="1", algorithm=SHA-3-512'],
      ['WWW-Authenticate', 'Digest realm="far", nonce="1", algorithm=SHA-256, qop="auth"'],
      ['WWW-Authenticate', 'Digest realm="far", nonce="1", algorithm=MD5, qop="auth"'],
      ['Proxy-Authenticate', 'Digest realm="proxy, one", nonce="2"'],
      ['Proxy-Authenticate', 'Basic realm="x"'],
    ]),
    register(),
  );
  expect(answers?.map(({ name, value }) => [name, parseDigestFields(value)?.get('realm')])).toEqual([
    ['Authorization', 'far'],
    ['Proxy-Authorization', 'proxy, one'],
  ]);
  expect(answers?.[0]?.value).toMatch('algorithm=SHA-256');
  expect(answers?.[1]?.value).not.toMatch(/qop|nc=|cnonce|algorithm/);
});

test('credentials that were refused are not tried again, unless only their time was over', () => {
  const client = createDigestClient({ username: 'a', password: 'wrong' });
  const asks = (more: string) => unauthorized([['WWW-Authenticate', `Digest realm="r", nonce="${more}", qop="auth"`]]);
  const first = client.answer(asks('1'), register());
  if (first === undefined) throw new Error('The first challenge was not answered');
  const proven = register(first);
  expect(client.answer(asks('2", stale="true'), proven)).toHaveLength(1);
  expect(client.answer(asks('3'), proven)).toBeUndefined();
  expect(client.authorize(register())).toEqual([]);
  expect(client.answer(unauthorized([['WWW-Authenticate', 'Basic realm="r"']]), register())).toBeUndefined();
});

test.each(['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256'] as const)(
  'client and server understand one another by %s',
  async (algorithm) => {
    const { server, prove } = stage({ algorithms: [algorithm] });
    expect(await server.check(prove(register()))).toEqual({ type: 'known', username: 'anna' });
  },
);

test('who proves nothing is asked, once for each algorithm', async () => {
  const { server } = stage({});
  const verdict = await server.check(register());
  expect(verdict).toMatchObject({ type: 'challenge', reason: 'missing' });
  const challenges = verdict.type === 'challenge' ? verdict.challenges : [];
  expect(challenges.map(({ value }) => parseDigestFields(value)?.get('algorithm'))).toEqual(['SHA-256', 'MD5']);
});

test('a wrong password and an unknown account are answered alike, whoever made the nonce', async () => {
  const { server, prove } = stage({});
  const foreign = stage({}).prove(register(), { username: 'anna', password: 'guess' });
  const wrong = prove(register(), { username: 'anna', password: 'guess' });
  const unknown = prove(register(), { username: 'nobody', password: 'guess' });
  for (const request of [wrong, unknown, foreign]) {
    const verdict = await server.check(request);
    expect(verdict).toMatchObject({ type: 'challenge', reason: 'wrong' });
    expect(verdict.type === 'challenge' && verdict.challenges.every(({ value }) => !/stale/.test(value))).toBe(true);
  }
});

test('a proof for one method does not do for another', async () => {
  const { server, prove } = stage({});
  const proven = prove(register());
  expect(await server.check({ ...proven, method: 'INVITE' })).toMatchObject({ reason: 'wrong' });
});

test('what was overheard cannot be said again, though requests may overtake one another', async () => {
  const { server, prove, proveAgain } = stage({});
  const [first, second, third] = [prove(register()), proveAgain(register()), proveAgain(register())];
  const verdicts = [];
  for (const request of [first, third, second, second, first]) verdicts.push((await server.check(request)).type);
  expect(verdicts).toEqual(['known', 'known', 'known', 'challenge', 'challenge']);
  expect(await server.check(third)).toMatchObject({ reason: 'stale' });
});

test('a nonce has its time, and whoever uses it later is told that only this was wrong', async () => {
  let nowMs = 1_800_000_000_000;
  const { server, prove } = stage({ epochMs: () => nowMs, nonceLifetimeMs: 60_000 });
  const proven = prove(register());
  nowMs += 61_000;
  const verdict = await server.check(proven);
  expect(verdict).toMatchObject({ reason: 'stale' });
  expect(verdict.type === 'challenge' && verdict.challenges[0]?.value).toMatch(/stale=true/);
});

test('a client of old that does not count may use a nonce once', async () => {
  const { server } = stage({ algorithms: ['MD5'] });
  const [challenge] = server.challenges();
  const asked = challenge?.value.replace(/, qop="auth"/, '') ?? '';
  const client = createDigestClient({ username: 'anna', password: 'secret' });
  const request = register(client.answer(unauthorized([['WWW-Authenticate', asked]]), register()));
  expect(await server.check(request)).toMatchObject({ type: 'known' });
  expect(await server.check(request)).toMatchObject({ reason: 'stale' });
});

test('whoever knows the password and has a nonce of before we began is told to take another', async () => {
  const { server } = stage({});
  expect(await server.check(stage({}).prove(register()))).toMatchObject({ type: 'challenge', reason: 'stale' });
});

test.each(['qop="auth"', 'opaque="x"'])(
  'a nonce that was used for some time (%s) may be refused once without a word',
  (more) => {
    const client = createDigestClient({ username: 'a', password: 'b' });
    const asks = (nonce: string) => unauthorized([['WWW-Authenticate', `Digest realm="r", nonce="${nonce}", ${more}`]]);
    client.answer(asks('1'), register());
    const reused = register(client.authorize(register()));
    const fresh = client.answer(asks('2'), reused);
    expect(fresh).toHaveLength(1);
    expect(client.answer(asks('3'), register(fresh))).toBeUndefined();
  },
);

test('replicas with one secret take one another’s nonces', async () => {
  const secret = new Uint8Array(32).fill(9);
  const [one, other] = [stage({ secret }), stage({ secret })];
  expect(await other.server.check(one.prove(register()))).toMatchObject({ type: 'known' });
});

test('rubbish proves nothing', async () => {
  const { server } = stage({});
  for (const value of [
    'Digest',
    'Digest realm',
    'Digest a="',
    'Basic x',
    '',
    'Digest username="anna", realm="example.com", nonce=".", uri="x", response="y"',
  ]) {
    expect(await server.check(register([{ name: 'Authorization', value }]))).toMatchObject({ type: 'challenge' });
  }
});

test('uses of a nonce that was forgotten count as used', () => {
  const uses = createNonceUses(2);
  expect([uses.use('a', 1, 1), uses.use('b', 2, 1), uses.use('c', 3, 1)]).toEqual([true, true, true]);
  expect(uses.size).toBe(2);
  expect(uses.use('a', 1, 2)).toBe(false);
  expect([uses.use('b', 2, 2), uses.use('b', 2, 40), uses.use('b', 2, 9), uses.use('b', 2, 8)]).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

function stage(more: Partial<DigestServerOptions>) {
  const server = createDigestServer({
    realm: 'example.com',
    passwordOf: (username) => (username === 'anna' ? 'secret' : undefined),
    epochMs: () => 1_800_000_000_000,
    ...more,
  });
  const anna = createDigestClient({ username: 'anna', password: 'secret' });
  const asked = unauthorized(server.challenges().map(({ name, value }) => [name, value]));
  return {
    server,
    prove(request: SipRequest, who?: { readonly username: string; readonly password: string }) {
      const client = who === undefined ? anna : createDigestClient(who);
      return register(client.answer(asked, request));
    },
    proveAgain: (request: SipRequest) => register(anna.authorize(request)),
  };
}

function register(credentials: SipHeaders = []): SipRequest {
  const headers = [...credentials, { name: 'CSeq', value: '1 REGISTER' }];
  return { kind: 'request', method: 'REGISTER', uri: 'sip:example.com', headers, body: NOTHING };
}

function unauthorized(headers: readonly (readonly [string, string])[]): SipResponse {
  return {
    kind: 'response',
    status: 401,
    reason: 'Unauthorized',
    headers: headers.map(([name, value]) => ({ name, value })),
    body: NOTHING,
  };
}
