import { describe, expect, it } from 'vitest';
import type { PhoneLeg } from '../phone/phone-leg.ts';
import { createDigestClient } from './auth/digest-client.ts';
import { createDigestServer } from './auth/digest-server.ts';
import { header } from './message/headers.ts';
import type { SipRequest } from './message/sip-message.ts';
import { createHandMade, type HandMade, inviteText, sdpOf } from './testing/hand-made.ts';
import { createStage, type Stage } from './testing/stage.ts';

const HERE = '192.0.2.2';
const TRUNK = '192.0.2.9';
const trunk = { address: `sip:parley@${TRUNK}`, credentials: { username: 'parley', password: 'secret' } };

function latest(telephone: HandMade, method: string): SipRequest {
  const request = telephone.requests(method).at(-1);
  if (request === undefined) throw new Error(`no ${method} came`);
  return request;
}

async function registering(options: Parameters<Stage['actor']>[1] = {}) {
  const stage = createStage();
  const registrar = await createHandMade(stage, TRUNK);
  const end = await stage.actor(HERE, { trunks: [trunk], ...options });
  await stage.clock.advance(50);
  const grant = (request: SipRequest, seconds: number) =>
    registrar.answer(request, 200, {
      toTag: 'r',
      headers: [
        {
          name: 'Contact',
          value: `${header(request.headers, 'Contact')?.replace(/;expires=\d+/, '')};expires=${seconds}`,
        },
      ],
    });
  return { stage, registrar, end, grant };
}

describe('a trunk', () => {
  it('is told where we are with a proof, again in time, and when we leave', async () => {
    const { stage, registrar, end, grant } = await registering();
    const digest = createDigestServer({
      realm: TRUNK,
      passwordOf: () => 'secret',
      epochMs: () => stage.clock.epochMs(),
    });
    expect(end.endpoint.registrations).toMatchObject([{ address: trunk.address, state: 'registering' }]);
    registrar.answer(latest(registrar, 'REGISTER'), 401, { toTag: 'r', headers: digest.challenges() });
    await stage.clock.advance(50);
    const proven = latest(registrar, 'REGISTER');
    expect(await digest.check(proven)).toMatchObject({ type: 'known', username: 'parley' });
    expect(header(proven.headers, 'Contact')).toBe(`<sip:parley@${HERE}:5060>;expires=3600`);
    grant(proven, 100);
    await stage.clock.advance(50);
    const [state] = end.endpoint.registrations;
    expect(state).toMatchObject({ state: 'registered', problem: undefined });
    expect((state?.expiresAtEpochMs ?? 0) - stage.clock.epochMs()).toBeGreaterThan(99_000);
    // The way back through a NAT is kept open meanwhile.
    await stage.clock.advance(26_000);
    registrar.answer(latest(registrar, 'OPTIONS'), 404, { toTag: 'r' });
    await stage.clock.advance(26_000);
    registrar.answer(latest(registrar, 'OPTIONS'), 404, { toTag: 'r' });
    const before = registrar.requests('REGISTER').length;
    await stage.clock.advance(27_000);
    registrar.answer(latest(registrar, 'OPTIONS'), 404, { toTag: 'r' });
    await stage.clock.advance(1200);
    expect(registrar.requests('REGISTER').length).toBeGreaterThan(before);
    grant(latest(registrar, 'REGISTER'), 100);
    await stage.clock.advance(50);
    const closed = end.endpoint.close();
    await stage.clock.advance(50);
    expect(header(latest(registrar, 'REGISTER').headers, 'Expires')).toBe('0');
    grant(latest(registrar, 'REGISTER'), 0);
    await stage.until(closed);
    expect(end.endpoint.figures).toMatchObject({ transactions: 0, timers: 0, dialogs: 0 });
  });

  it('that wants longer registrations gets them', async () => {
    const { stage, registrar, end, grant } = await registering({ trunks: [{ ...trunk, expiresSeconds: 60 }] });
    registrar.answer(latest(registrar, 'REGISTER'), 423, {
      toTag: 'r',
      headers: [{ name: 'Min-Expires', value: '300' }],
    });
    await stage.clock.advance(50);
    expect(header(latest(registrar, 'REGISTER').headers, 'Expires')).toBe('300');
    grant(latest(registrar, 'REGISTER'), 300);
    await stage.clock.advance(50);
    expect(end.endpoint.registrations).toMatchObject([{ state: 'registered' }]);
  });

  it('that does not know us is asked again after a while, and less and less often', async () => {
    const { stage, registrar, end } = await registering();
    const numbers = () => new Set(registrar.requests('REGISTER').map(({ headers }) => header(headers, 'CSeq'))).size;
    registrar.answer(latest(registrar, 'REGISTER'), 403, { toTag: 'r' });
    await stage.clock.advance(29_000);
    expect(end.endpoint.registrations).toMatchObject([{ state: 'failed', problem: '403 Forbidden' }]);
    expect(numbers()).toBe(1);
    await stage.clock.advance(32_000);
    expect(numbers()).toBe(2);
    registrar.answer(latest(registrar, 'REGISTER'), 403, { toTag: 'r' });
    await stage.clock.advance(59_000);
    expect(numbers()).toBe(2);
    await stage.clock.advance(62_000);
    expect(numbers()).toBeGreaterThan(2);
  });

  it('that says when to come again is left alone until then', async () => {
    const { stage, registrar } = await registering();
    const numbers = () => new Set(registrar.requests('REGISTER').map(({ headers }) => header(headers, 'CSeq'))).size;
    const headers = [{ name: 'Retry-After', value: '300 (maintenance)' }];
    registrar.answer(latest(registrar, 'REGISTER'), 503, { toTag: 'r', headers });
    await stage.clock.advance(299_000);
    expect(numbers()).toBe(1);
    await stage.clock.advance(2000);
    expect(numbers()).toBe(2);
  });

  it('that is away is found when it comes back', async () => {
    const { stage, registrar, end, grant } = await registering();
    await stage.clock.advance(33_000);
    expect(end.endpoint.registrations).toMatchObject([{ state: 'failed', problem: 'the registrar did not answer' }]);
    await stage.clock.advance(6000);
    grant(latest(registrar, 'REGISTER'), 600);
    await stage.clock.advance(50);
    expect(end.endpoint.registrations).toMatchObject([{ state: 'registered' }]);
  });

  it('sends us calls by the name of our account, and they are for the number that was called', async () => {
    const { stage, registrar, end } = await registering();
    const invite = inviteText(TRUNK, HERE)
      .replace('INVITE sip:u2@', 'INVITE sip:parley@')
      .replace('To: <sip:u2@', 'To: <sip:+35315550100@');
    registrar.say(HERE, invite);
    await stage.clock.advance(50);
    expect(end.offered).toMatchObject([{ to: '+35315550100', from: 'hand' }]);
  });
});

describe('a telephone of the house', () => {
  const accounts = { passwordOf: (name: string) => (name === 'u9' ? 'word' : undefined), isOptionalFor: () => false };
  const register = (user: string, authorization = '') =>
    [
      `REGISTER sip:${HERE} SIP/2.0`,
      `From: <sip:${user}@${HERE}>;tag=t`,
      `To: <sip:${user}@${HERE}>`,
      'Call-ID: reg',
      `CSeq: ${authorization === '' ? 1 : 2} REGISTER`,
      `Contact: <sip:${user}@${TRUNK}:5060>`,
      'Expires: 120',
      ...(authorization === '' ? [] : [`Authorization: ${authorization}`]),
    ].join('\n');

  async function asked(user: string, password = 'word') {
    const stage = createStage();
    const identified: string[] = [];
    const end = await stage.actor(HERE, { accounts, onIdentified: (_, as) => identified.push(as) });
    const telephone = await createHandMade(stage, TRUNK);
    telephone.say(HERE, register(user));
    await stage.clock.advance(50);
    const [challenge] = telephone.responses('REGISTER');
    if (challenge === undefined) throw new Error('not asked');
    const client = createDigestClient({ username: 'u9', password });
    const request: SipRequest = {
      kind: 'request',
      method: 'REGISTER',
      uri: `sip:${HERE}`,
      headers: [],
      body: new Uint8Array(),
    };
    const authorization = client.answer(challenge, request)?.[0]?.value ?? '';
    telephone.say(HERE, register(user, authorization));
    await stage.clock.advance(50);
    return { stage, end, telephone, identified, statuses: telephone.responses('REGISTER').map(({ status }) => status) };
  }

  it('registers with its password, and is called by its name from then on until the time is over', async () => {
    const { stage, end, telephone, identified, statuses } = await asked('u9');
    expect(statuses).toEqual([401, 200]);
    expect(identified).toEqual(['unknown', 'known']);
    const dial = () =>
      end.endpoint.dial({ uri: `sip:u9@${HERE}`, from: { uri: end.uri } }, new AbortController().signal);
    const dialled: Promise<PhoneLeg> = dial();
    await stage.clock.advance(50);
    const invite = latest(telephone, 'INVITE');
    expect(invite.uri).toBe(`sip:u9@${TRUNK}:5060`);
    telephone.answer(invite, 200, {
      toTag: 'x',
      headers: [{ name: 'Contact', value: `<sip:u9@${TRUNK}>` }],
      content: { type: 'application/sdp', body: sdpOf(TRUNK) },
    });
    expect((await stage.until(dialled)).to).toBe('u9');
    await stage.clock.advance(121_000);
    const calls = telephone.requests('INVITE').length;
    dial().catch(() => undefined);
    await stage.clock.advance(50);
    expect(telephone.requests('INVITE')).toHaveLength(calls);
  });

  it('with a wrong password is asked again, and one that takes another name is refused', async () => {
    const guessing = await asked('u9', 'guess');
    expect(guessing.statuses).toEqual([401, 401]);
    expect(guessing.identified).toEqual(['unknown', 'wrong']);
    expect((await asked('boss')).statuses).toEqual([401, 403]);
  });

  it('whose account nobody can look up in time is told to try later', async () => {
    const stage = createStage();
    const slow = { passwordOf: () => new Promise<string>(() => {}), isOptionalFor: () => false };
    const end = await stage.actor(HERE, { accounts: slow });
    const telephone = await createHandMade(stage, TRUNK);
    const proof = `Digest username="u9", realm="${HERE}", nonce="x", uri="sip:${HERE}", response="y", algorithm=MD5`;
    telephone.say(HERE, register('u9', proof));
    await stage.clock.advance(5100);
    expect(telephone.responses('REGISTER')).toMatchObject([{ status: 503 }]);
    await stage.clock.advance(40_000);
    expect(end.endpoint.figures).toMatchObject({ transactions: 0, timers: 0 });
  });

  it('that calls without an account is asked who it is before anybody is bothered', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE, { accounts });
    const telephone = await createHandMade(stage, TRUNK);
    telephone.say(HERE, inviteText(TRUNK, HERE));
    await stage.clock.advance(50);
    expect(telephone.responses('INVITE')).toMatchObject([{ status: 401 }]);
    expect(end.offered).toHaveLength(0);
  });
});
