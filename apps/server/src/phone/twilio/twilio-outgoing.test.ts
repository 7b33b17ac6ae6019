import { fakeNumber } from '@parley/fakes/twilio/twilio-fake.ts';
import { afterEach, describe, expect, it } from 'vitest';
import type { DialRequest } from '../phone-desk.ts';
import { bothWays } from './testing/both-ways.ts';
import { createTwilioStages, type TwilioStage } from './testing/twilio-stage.ts';

const stages = createTwilioStages();
afterEach(stages.close);
const set = stages.set;

const never = new AbortController().signal;

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
    // Twilio said that it is over, and need not be told.
    const [call] = here.fake.calls;
    expect(JSON.stringify(here.fake.journal.entries)).not.toContain(`/Calls/${call?.sid}.json`);
  });

  it('that nobody answers is given up', async () => {
    const here = await set({ callee: () => ({ does: 'no-answer', afterMs: 100 }) });
    await expect(dial(here, request('+353862222222'))).rejects.toMatchObject({ code: 'no_answer' });
  });

  it('that is not wanted any more has stopped ringing when that is told: a server that stops leaves nothing behind', async () => {
    const here = await set({ callee: () => ({ does: 'no-answer' }) });
    const scope = new AbortController();
    const onRinging = () => scope.abort(new Error('the caller hung up'));
    await expect(dial(here, request('+353862222222', { onRinging }), scope.signal)).rejects.toThrow(
      'the caller hung up',
    );
    expect(here.fake.calls[0]?.status).toMatch(/canceled|completed/);
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

it('the account can be checked', async () => {
  const here = await set();
  await expect(here.twilio.checkAccount(never)).resolves.toMatch(/active/);
});
