import { LegError, type PhoneLeg } from '@parley/channels/phone/phone-leg.ts';
import type { ParleyClient } from '@parley/client/create-client.ts';
import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { adminClient, adminEnv } from '../../testing/admin-client.ts';
import { type ServerProcess, startServerProcess, takesCallsLate, typedOnly } from '../../testing/server-process.ts';
import { createTelephone, type Telephone } from '../testing/telephone.ts';

const metricsToken = 'for-the-test-of-calls-by-sip';
/** On a busy machine what takes milliseconds takes seconds. */
const soon = { timeout: 10_000 };
const never = new AbortController().signal;
/** Above it is speech, or the tones that stand for it here; a line that is silent lies far below. */
const audibleDbfs = -50;

let server: ServerProcess;
let api: ParleyClient;
let telephone: Telephone;
/** Nobody knows where it calls from. */
let stranger: Telephone;
/** The trunk of the server: it registers there, and calls numbers through it. */
let trunk: Telephone;
/** Each call is somebody else's. */
let callers = 353_860_000_000;
const legs: PhoneLeg[] = [];

afterEach(() => {
  for (const leg of legs.splice(0)) leg.hangUp('completed');
});

beforeAll(async () => {
  trunk = await createTelephone({
    accounts: { passwordOf: (user) => (user === 'parley' ? 'to the trunk' : undefined), isOptionalFor: () => false },
  });
  server = await startServerProcess({
    env: {
      ...typedOnly,
      ...takesCallsLate,
      ...adminEnv,
      ...{ SIP_PORT: '0', SIP_DOMAIN: 'parley.test', RTP_PORTS: '20000-31999' },
      ...{ SIP_TRUNK: `sip:127.0.0.1:${trunk.port}`, SIP_TRUNK_REGISTER: 'on' },
      ...{ SIP_TRUNK_USER: 'parley', SIP_TRUNK_PASSWORD: 'to the trunk' },
      // Whoever is where the trunk is needs no account.
      ...{ SIP_ALLOW: 'none', SIP_ACCOUNTS: 'reception:long enough' },
      ...{ RATE_LIMITS: 'on', RATE_LIMIT_CALLS: '3' },
      METRICS_TOKEN: metricsToken,
    },
  });
  api = await adminClient(server.url);
  telephone = await createTelephone();
  stranger = await createTelephone({ address: '127.0.0.8' });
}, 180_000);

afterAll(async () => {
  await stranger?.close();
  await telephone?.close();
  await server?.stop();
  await trunk?.close();
});

describe('calls by SIP', () => {
  it('reach the receptionist before anything is set up, who greets within a second, and are recorded when they end', async () => {
    // The quickest of a few: something else may have the machine for a moment.
    const greetedMs: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      const leg = await call('receptionist');
      const answeredMs = performance.now();
      await audible(leg);
      greetedMs.push(performance.now() - answeredMs);
      leg.hangUp('completed');
      await leg.ended;
    }
    expect(Math.min(...greetedMs)).toBeLessThan(1000);
    await expect.poll(async () => (await lastCall())?.status, soon).toBe('completed');
    const record = await lastCall();
    expect(record).toMatchObject({
      ...{ direction: 'inbound', channel: 'sip', from: `+${callers}`, to: 'receptionist', ended_by: 'far' },
      quality: { codec: 'PCMU' },
    });
    expect(record?.quality?.packets_sent).toBeGreaterThan(0);
    const view = await api.getConversation({ conversation_id: record?.conversation_id ?? '' });
    expect(view).toMatchObject({ channel_type: 'voice', call: { call_id: record?.call_id } });
    await expect
      .poll(async () => (await api.getConversation({ conversation_id: view.conversation_id })).ended_at, soon)
      .not.toBeNull();
  });

  it('to a number are answered by its agent; to one that nobody has they are told that there is none', async () => {
    const { phone_number_id: id } = await api.createPhoneNumber({
      body: { number: '+35315550100', agent_id: 'hotel' },
    });
    await audible(await call('+35315550100'));
    const record = await lastCall();
    expect((await api.getConversation({ conversation_id: record?.conversation_id ?? '' })).agent_id).toBe('hotel');
    const refused = await call('+35319999999').catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'refused' });
    // As a telephone in the house calls.
    await audible(await call('hotel'));
    await api.deletePhoneNumber({ phone_number_id: id });
  });

  it('that are given up while they ring leave nothing behind', async () => {
    const before = (await lastCall())?.call_id;
    const abort = new AbortController();
    const dialing = telephone.endpoint.dial(
      { uri: uriOf('receptionist'), from: somebody(), onRinging: () => abort.abort() },
      abort.signal,
    );
    await expect(dialing).rejects.toThrow();
    // The one before may be the last for a moment still.
    const given = async () => {
      const call = await lastCall();
      return call?.call_id === before ? undefined : call;
    };
    await expect.poll(async () => (await given())?.ended_at ?? null, { timeout: 10_000 }).not.toBeNull();
    expect((await given())?.status).toMatch(/^(canceled|completed)$/);
  });

  it('go out through the trunk with the number of the organization, once it is registered', async () => {
    await expect.poll(() => ready('sip_trunk'), { timeout: 10_000 }).toBe('ok');
    expect(await gauge('parley_sip_registrations{state="registered"}')).toBe(1);
    const { phone_number_id: id } = await api.createPhoneNumber({ body: { number: '+35315550101' } });
    const { call_id } = await api.createCall({ body: { to: '+353 86 765 4321' } });
    await expect.poll(() => trunk.ringing.length, { timeout: 10_000 }).toBe(1);
    const incoming = trunk.ringing.shift();
    expect(incoming?.requestUri).toMatch(/^sip:\+353867654321@127\.0\.0\.1:\d+$/);
    expect(incoming).toMatchObject({ from: '+35315550101', account: 'parley' });
    incoming?.ring();
    await expect.poll(async () => (await api.getCall({ call_id })).status, soon).toBe('ringing');
    const leg = await incoming?.answer();
    if (leg === undefined) throw new Error('Nobody was called.');
    legs.push(leg);
    await audible(leg);
    expect(await api.hangUpCall({ call_id })).toMatchObject({ status: 'completed', ended_by: 'here' });
    await expect(leg.ended).resolves.toMatchObject({ by: 'far' });
    await api.deletePhoneNumber({ phone_number_id: id });
  });

  it.each([
    [486, 'busy'],
    [480, 'no_answer'],
    [603, 'failed'],
  ])('from here that are answered with %i are recorded as %s', async (status, expected) => {
    const { call_id } = await api.createCall({ body: { to: '+353867654321', ring_timeout_seconds: 30 } });
    await expect.poll(() => trunk.ringing.length, { timeout: 10_000 }).toBe(1);
    trunk.ringing.shift()?.reject(status);
    await expect.poll(async () => (await api.getCall({ call_id })).ended_at, soon).not.toBeNull();
    expect((await api.getCall({ call_id })).status).toBe(expected);
  });

  it('from here to one of our own addresses, at which nobody is registered, are not answered, and ring nobody', async () => {
    const before = (await lastCall())?.call_id;
    const { call_id } = await api.createCall({ body: { to: 'sip:hotel@parley.test' } });
    expect(call_id).not.toBe(before);
    await expect.poll(async () => (await api.getCall({ call_id })).ended_at, { timeout: 10_000 }).not.toBeNull();
    expect((await api.getCall({ call_id })).status).toBe('no_answer');
    expect((await lastCall())?.call_id).toBe(call_id);
    expect(trunk.ringing).toEqual([]);
  });

  it('from here do not reach hosts of the house', async () => {
    for (const host of ['127.0.0.3', '10.0.0.1', '[::1]', 'localhost']) {
      await expect(api.createCall({ body: { to: `sip:root@${host}` } }), host).rejects.toMatchObject({
        code: 'number_not_allowed',
      });
    }
  });
});

describe('a server that knows who may call', () => {
  it('answers telephones that identify themselves, and no others', async () => {
    const by = (credentials?: Credentials) => call('receptionist', credentials, stranger);
    await expect(by()).rejects.toMatchObject({ code: 'refused' });
    await expect(by({ username: 'reception', password: 'guessed' })).rejects.toBeInstanceOf(LegError);
    await audible(await by({ username: 'reception', password: 'long enough' }));
  });

  it('tells who calls too often to come back later', async () => {
    const from = somebody();
    const callOnce = () => telephone.endpoint.dial({ uri: uriOf('receptionist'), from }, never);
    for (let n = 0; n < 3; n += 1) (await callOnce()).hangUp('completed');
    await expect(callOnce()).rejects.toMatchObject({ code: 'busy' });
  });

  // What was said last is repeated for half a minute, where it may have been lost.
  it('leaves no port, dialog or call behind', { timeout: 90_000 }, async () => {
    await expect.poll(() => gauge('parley_rtp_port_pairs'), { timeout: 40_000 }).toBe(0);
    await expect.poll(() => gauge('parley_sip_dialogs'), { timeout: 40_000 }).toBe(0);
    expect(await gauge('parley_phone_active_calls{channel="sip"}')).toBe(0);
    for (const { errors } of [telephone, stranger, trunk]) expect(errors).toEqual([]);
  });

  it('lets calls end when it is stopped, and sends new ones elsewhere', async () => {
    const leg = await call('receptionist');
    await audible(leg);
    const stopped = server.stop();
    await expect
      .poll(
        () => call('receptionist').catch((error: unknown) => (error instanceof LegError ? error.code : error)),
        soon,
      )
      .toBe('unreachable');
    let isOver = false;
    void leg.ended.then(() => {
      isOver = true;
    });
    await audible(leg);
    expect(isOver).toBe(false);
    leg.hangUp('completed');
    expect(await stopped).toBe(0);
  });
});

interface Credentials {
  readonly username: string;
  readonly password: string;
}

async function call(user: string, credentials?: Credentials, by = telephone): Promise<PhoneLeg> {
  const request = { uri: uriOf(user), from: somebody(), ...(credentials !== undefined && { credentials }) };
  const leg = await by.endpoint.dial(request, AbortSignal.timeout(15_000));
  legs.push(leg);
  return leg;
}

/** Who has not called before. */
function somebody() {
  callers += 1;
  return { uri: `sip:+${callers}@127.0.0.1`, displayName: 'Mary' };
}

function uriOf(user: string): string {
  return `sip:${user}@127.0.0.1:${server.sipPort}`;
}

/** Resolves when something is heard. */
function audible(leg: PhoneLeg): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Nothing was heard for 10 s.')), 10_000);
    leg.listen({
      frame(frame) {
        if (rmsDbfs(frame) < audibleDbfs) return;
        clearTimeout(timer);
        leg.listen(undefined);
        resolve();
      },
      digit() {},
    });
  });
}

async function lastCall() {
  return (await api.listCalls({ limit: 1 })).calls[0];
}

async function ready(part: string): Promise<string | undefined> {
  const answer: unknown = await (await fetch(`${server.url}/ready`)).json();
  return JSON.stringify(answer).match(new RegExp(`"${part}":"(\\w+)"`))?.[1];
}

async function gauge(name: string): Promise<number> {
  const text = await (
    await fetch(`${server.url}/metrics`, { headers: { accept: 'text/plain', authorization: `Bearer ${metricsToken}` } })
  ).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ')[1]);
}
