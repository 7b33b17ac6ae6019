import type { PhoneLeg } from '@parley/channels/phone/phone-leg.ts';
import { fakeNumber } from '@parley/fakes/twilio/twilio-fake.ts';
import { afterEach, describe, expect, it } from 'vitest';
import type { DialRequest } from '../phone-desk.ts';
import { createTwilioStages, speakOn, type TwilioStage } from './testing/twilio-stage.ts';

const stages = createTwilioStages();
afterEach(stages.close);
const set = stages.set;

const never = new AbortController().signal;

/** A caller who talks with us. */
async function talking(
  options: Parameters<typeof createTwilioStage>[0] = {},
  placed: Parameters<TwilioStage['call']>[0] = {},
) {
  const here = await set(options);
  const call = here.call(placed);
  const { leg } = await here.fake.until('the leg', () => here.desk.connected[0]);
  return { here, call, leg };
}

/** The caller is heard, and hears us. */
async function bothWays(here: TwilioStage, leg: PhoneLeg): Promise<void> {
  let frames = 0;
  leg.listen({
    frame: () => {
      frames += 1;
    },
    digit() {},
  });
  const call = here.fake.calls[0];
  if (call === undefined) throw new Error('There is no call.');
  await call.until('the caller', () => frames > 5);
  const beforeMs = call.person.hears.lastSoundMs;
  await speakOn(leg, 10);
  await call.until('our voice', ({ person }) => person.hears.lastSoundMs > beforeMs);
}

describe('a transfer', () => {
  it('puts the caller through once what was said has been heard', async () => {
    const { here, call, leg } = await talking();
    const spoken = speakOn(leg, 20);
    await spoken;
    expect(await leg.refer('+353862222222', never)).toEqual({ type: 'answered' });
    expect(await leg.ended).toEqual({ by: 'here', reason: 'transferred' });
    expect(call.transfers).toMatchObject([{ by: 'number', target: '+353862222222', outcome: 'answered' }]);
    // What was said was heard to its end, and only then did the other telephone ring.
    expect(call.person.hears.lastSoundMs - (call.person.hears.soundAfter(0) ?? 0)).toBeGreaterThanOrEqual(400);
    const child = here.fake.calls[1];
    expect(child).toMatchObject({ parentSid: call.sid, from: fakeNumber, status: 'in-progress' });
    // Longer than we wait for Twilio to ask what is next: the two are left alone.
    expect(call.status).toBe('in-progress');
    child?.person.hangUp();
    expect(await call.ended).toBe('completed');
    expect(here.errors).toEqual([]);
  });

  it.each([
    ['+353860000001', 'busy'],
    ['+353860000003', 'unreachable'],
  ] as const)('to %s that fails brings the caller back to the same leg (%s)', async (target, reason) => {
    const { here, call, leg } = await talking();
    expect(await leg.refer(target, never)).toEqual({ type: 'failed', reason });
    expect(call.streams).toHaveLength(2);
    expect(here.desk.connected).toHaveLength(1);
    await bothWays(here, leg);
    leg.hangUp('completed');
    expect(await call.ended).toBe('completed');
    expect(call.reports).toEqual([]);
    expect(here.errors).toEqual([]);
  });

  it('that nobody wants any more stops ringing, and the caller is back', async () => {
    const { here, call, leg } = await talking({ callee: () => ({ does: 'no-answer' }) });
    const scope = new AbortController();
    const referred = leg.refer('+353862222222', scope.signal);
    await call.until('the other telephone rings', ({ transfers }) => transfers.length === 1);
    scope.abort(new Error('somebody else came'));
    await expect(referred).rejects.toThrow('somebody else came');
    await call.until('it stopped', ({ transfers }) => transfers[0]?.outcome === 'canceled');
    await bothWays(here, leg);
  });

  it('from which the caller hangs up is over', async () => {
    const { call, leg } = await talking({ callee: () => ({ does: 'no-answer' }) });
    const referred = leg.refer('+353862222222', never);
    await call.until('the other telephone rings', ({ transfers }) => transfers.length === 1);
    call.person.hangUp();
    await expect(referred).rejects.toMatchObject({ code: 'ended' });
    expect(await leg.ended).toMatchObject({ by: 'far' });
  });

  it('from which the caller hangs up is over within seconds where Twilio tells nothing of it', async () => {
    const { call, leg } = await talking({
      ...{ tellsStatus: false, transfersOptions: { askEveryMs: 50 } },
      callee: () => ({ does: 'no-answer' }),
    });
    const referred = leg.refer('+353862222222', never);
    await call.until('the other telephone rings', ({ transfers }) => transfers.length === 1);
    call.person.hangUp();
    await expect(referred).rejects.toMatchObject({ code: 'ended' });
    expect(await leg.ended).toEqual({ by: 'far', reason: 'Twilio: completed' });
  });

  it('to a SIP address is a call to it, and on a call by SIP the telephone itself is sent there', async () => {
    const { call, leg } = await talking();
    expect(await leg.refer('sip:anna@example.com', never)).toEqual({ type: 'answered' });
    expect(call.transfers).toMatchObject([{ by: 'sip', target: 'sip:anna@example.com' }]);
    await stages.close();

    const bySip = await talking(
      {},
      {
        from: 'sip:alice@agents.sip.twilio.com',
        to: 'sip:booking@agents.sip.twilio.com',
        sip: { domain: 'agents.sip.twilio.com' },
      },
    );
    expect(await bySip.leg.refer('sip:anna@example.com', never)).toEqual({ type: 'answered' });
    expect(bySip.call.transfers).toMatchObject([{ by: 'refer', target: 'sip:anna@example.com' }]);
  });

  it('by SIP that fails brings the caller back', async () => {
    const { here, call, leg } = await talking(
      {},
      {
        from: 'sip:alice@agents.sip.twilio.com',
        to: 'sip:booking@agents.sip.twilio.com',
        sip: { domain: 'agents.sip.twilio.com' },
      },
    );
    expect(await leg.refer('sip:0001@example.com', never)).toEqual({ type: 'failed', reason: 'busy' });
    await bothWays(here, leg);
    expect(call.streams).toHaveLength(2);
  });

  it('to what is no number or address is not tried', async () => {
    const { call, leg } = await talking();
    expect(await leg.refer('the front desk', never)).toEqual({ type: 'failed', reason: 'not_supported' });
    expect(call.transfers).toEqual([]);
    expect(call.streams[0]?.state).toBe('open');
  });

  it('is not possible without an account', async () => {
    const { leg } = await talking({ hasAccount: false });
    expect(await leg.refer('+353862222222', never)).toEqual({ type: 'failed', reason: 'not_supported' });
  });
});

describe('a call that we make', () => {
  const request = (number: string, more: Partial<DialRequest> = {}): DialRequest => ({
    organizationId: 'org',
    target: { kind: 'number', number },
    callerNumber: fakeNumber,
    ringTimeoutMs: 20_000,
    ...more,
  });
  function dial(here: TwilioStage, wanted: DialRequest, signal = never) {
    const { dialer } = here.twilio;
    if (dialer === undefined) throw new Error('There is no dialer.');
    return dialer.dial(wanted, signal);
  }

  it('is answered by a person who hears us', async () => {
    const here = await set();
    let rings = 0;
    const onRinging = () => {
      rings += 1;
    };
    const { leg, answeredBy } = await dial(here, request('+353862222222', { onRinging, detectsMachine: true }));
    expect(answeredBy).toBe('person');
    expect(rings).toBe(1);
    expect(leg).toMatchObject({ direction: 'outbound', from: fakeNumber, to: '+353862222222', kind: 'twilio' });
    await bothWays(here, leg);
    leg.hangUp('completed');
    expect(await here.fake.calls[0]?.ended).toBe('completed');
    expect(here.fake.calls[0]?.reports).toEqual([]);
    expect(here.errors).toEqual([]);
  });

  it('is answered by a machine', async () => {
    const here = await set();
    const { answeredBy } = await dial(here, request('+353860000004', { detectsMachine: true }));
    expect(answeredBy).toBe('machine');
  });

  it('is recorded by Twilio too where that is wanted, and whoever is rung for a caller is not', async () => {
    const here = await set({ records: true });
    const conversationId = '00000000-0000-4000-8000-00000000000a';
    const { leg } = await dial(here, request('+353862222222', { conversationId }));
    const rung = await dial(here, request('+353863333333'));
    await bothWays(here, leg);
    for (const one of [rung.leg, leg]) one.hangUp('completed');
    for (const call of here.fake.calls) await call.ended;
    await here.fake.until('the recording', () => here.desk.notes.length > 0);
    expect(here.desk.notes).toMatchObject([{ conversationId, note: { vendorRecordingSeconds: expect.any(Number) } }]);
    expect(here.errors).toEqual([]);
  });

  it('does not ask who answered unless somebody wants to know', async () => {
    const here = await set();
    const { answeredBy } = await dial(here, request('+353860000004'));
    expect(answeredBy).toBe('unknown');
    expect(here.fake.webhooks.some(({ url }) => url.includes('/voice/machine'))).toBe(false);
  });

  it.each([
    ['+353860000001', 'busy'],
    ['+353860000003', 'unreachable'],
  ] as const)('to %s does not come about (%s)', async (number, code) => {
    const here = await set();
    await expect(dial(here, request(number))).rejects.toMatchObject({ name: 'LegError', code });
  });

  it('that nobody answers is given up', async () => {
    const here = await set({ callee: () => ({ does: 'no-answer', afterMs: 100 }) });
    await expect(dial(here, request('+353862222222'))).rejects.toMatchObject({ code: 'no_answer' });
  });

  it('that is not wanted any more stops ringing', async () => {
    const here = await set({ callee: () => ({ does: 'no-answer' }) });
    const scope = new AbortController();
    const onRinging = () => scope.abort(new Error('the caller hung up'));
    await expect(dial(here, request('+353862222222', { onRinging }), scope.signal)).rejects.toThrow(
      'the caller hung up',
    );
    expect(await here.fake.calls[0]?.ended).toMatch(/canceled|completed/);
  });

  it('that is not wanted any more while it is found out who answered is ended at once', async () => {
    const here = await set({ callee: () => ({ does: 'answers', as: 'unknown' }) });
    const scope = new AbortController();
    const dialed = dial(here, request('+353862222222', { detectsMachine: true }), scope.signal);
    await here.fake.until('the stream', ({ calls }) => calls[0]?.streams[0]?.state === 'open');
    scope.abort(new Error('the caller hung up'));
    await expect(dialed).rejects.toThrow('the caller hung up');
    // Twilio would have listened for longer.
    expect(here.fake.calls[0]?.answeredBy).toBeUndefined();
    expect(await here.fake.calls[0]?.ended).toBe('completed');
  });

  it.each([
    ['status:401', 'refused'],
    ['status:503', 'unreachable'],
  ] as const)('that Twilio does not make (%s) says why, and is not asked for twice', async (fault, code) => {
    const here = await set({ fault });
    await expect(dial(here, request('+353862222222'))).rejects.toMatchObject({ name: 'LegError', code });
    expect(here.fake.calls).toEqual([]);
  });

  it.each([['break-after:0,times:1'], ['garble-after:0,times:1']])(
    'of which nobody learns that Twilio makes it (%s) does not ring on',
    async (fault) => {
      const here = await set({ fault, callee: () => ({ does: 'no-answer' }) });
      await expect(dial(here, request('+353862222222'))).rejects.toMatchObject({ code: 'unreachable' });
      const call = await here.fake.until('the call', () => here.fake.calls[0]);
      expect(await call.ended).toMatch(/canceled|completed/);
    },
  );

  it('can be transferred as any other', async () => {
    const here = await set();
    const { leg } = await dial(here, request('+353862222222'));
    expect(await leg.refer('+353860000001', never)).toEqual({ type: 'failed', reason: 'busy' });
    await bothWays(here, leg);
    expect(await leg.refer('+353863333333', never)).toEqual({ type: 'answered' });
  });

  it('reaches numbers and SIP addresses', async () => {
    const here = await set();
    const canReach = (target: DialRequest['target']) => here.twilio.dialer?.canReach(target, 'org');
    expect(canReach({ kind: 'number', number: '+353862222222' })).toBe(true);
    expect(canReach({ kind: 'number', number: '112' })).toBe(false);
    expect(canReach({ kind: 'sip', address: 'sip:anna@example.com' })).toBe(true);
  });
});

it('of several servers behind one address each is told of its own calls at its own', async () => {
  const replicaUrl = 'https://one.agent.example';
  const { here, call, leg } = await talking({ replicaUrl });
  expect(call.streams[0]?.url).toBe('wss://one.agent.example/voice/stream');
  expect(await leg.refer('+353860000001', never)).toEqual({ type: 'failed', reason: 'busy' });
  await bothWays(here, leg);
  const { dialer } = here.twilio;
  await dialer?.dial(
    {
      organizationId: 'org',
      target: { kind: 'number', number: '+353862222222' },
      callerNumber: fakeNumber,
      ringTimeoutMs: 5000,
    },
    never,
  );
  const callbacks = here.fake.webhooks.map(({ url }) => url).filter((url) => !url.endsWith('/voice'));
  expect(callbacks.filter((url) => url.includes('?')).every((url) => url.startsWith(replicaUrl))).toBe(true);
  expect(here.errors).toEqual([]);
});

it('what may be asked twice is asked again when Twilio is busy', async () => {
  const { here, leg, call } = await talking({ fault: 'status:429,times:2' });
  expect(await leg.refer('+353862222222', never)).toEqual({ type: 'answered' });
  expect(call.transfers).toHaveLength(1);
  expect(here.errors).toEqual([]);
});

it('a transfer that Twilio does not even begin leaves the caller where they are', async () => {
  const { here, call, leg } = await talking({ fault: 'status:500' });
  expect(await leg.refer('+353862222222', never)).toEqual({ type: 'failed', reason: 'unreachable' });
  await bothWays(here, leg);
  expect(call.streams).toHaveLength(1);
});

it('the account can be checked', async () => {
  const here = await set();
  await expect(here.twilio.checkAccount(never)).resolves.toMatch(/active/);
});
