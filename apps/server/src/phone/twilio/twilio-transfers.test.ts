import { fakeNumber } from '@parley/fakes/twilio/twilio-fake.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { bothWays } from './testing/both-ways.ts';
import { createTwilioStages, speakOn, type TwilioStage } from './testing/twilio-stage.ts';

const stages = createTwilioStages();
afterEach(stages.close);
const set = stages.set;

const never = new AbortController().signal;

/** A caller who talks with us. */
async function talking(options: Parameters<typeof set>[0] = {}, placed: Parameters<TwilioStage['call']>[0] = {}) {
  const here = await set(options);
  const call = here.call(placed);
  const { leg } = await here.fake.until('the leg', () => here.desk.connected[0]);
  return { here, call, leg };
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

  it('to an address with signs of XML in it is a call to that address, and to nothing else', async () => {
    const { call, leg } = await talking();
    const target = 'sip:anna@example.com?x="/></Sip><Number>+353864444444</Number>&amp;';
    await leg.refer(target, never);
    expect(call.transfers).toMatchObject([{ by: 'sip', target }]);
    expect(call.reports).toEqual([]);
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
