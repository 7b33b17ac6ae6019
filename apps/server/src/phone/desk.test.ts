import { randomUUID } from 'node:crypto';
import { LegError, type LegKind } from '@parley/channels/phone/phone-leg.ts';
import { createLegDouble, frameOf, type LegDouble } from '@parley/channels/phone/testing/leg-double.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createCallsRepository } from './calls-repository.ts';
import type { Dialer, DialRequest, OfferedCall } from './phone-desk.ts';
import { type DeskStage, openDeskStage } from './testing/desk-stage.ts';

/** On a busy machine what takes milliseconds takes seconds. */
const soon = { timeout: 10_000 };
let stage: DeskStage;
let isOverloaded = false;
const legs: LegDouble[] = [];
/** How the person who is called behaves; answers unless a test says otherwise. */
let person: (request: DialRequest, signal: AbortSignal) => Promise<LegDouble>;
const dialed: DialRequest[] = [];

/** By the trunk as long as it leads there, then by Twilio. */
const twilio: Dialer = {
  kind: 'twilio',
  canReach: (target) => target.kind === 'number',
  async dial(request) {
    dialed.push(request);
    return { leg: newLeg('call-1', 'twilio'), answeredBy: 'unknown' };
  },
};
let isTrunkAway = false;
const shutOut = new Set<string>();

const dialer: Dialer = {
  kind: 'sip',
  canReach: (target) => target.kind === 'number',
  async dial(request, signal) {
    dialed.push(request);
    if (isTrunkAway) throw new LegError('unreachable', '503');
    return { leg: await person(request, signal), answeredBy: 'unknown' };
  },
};

beforeAll(async () => {
  stage = await openDeskStage({
    ...{ dialers: [twilio, dialer], callsPerMinute: 8, perHour: 6, atOnce: 2, prefixes: ['+353'] },
    mayUse: (organizationId) => !shutOut.has(organizationId),
    isOverloaded: () => isOverloaded,
  });
}, 60_000);

afterEach(() => {
  person = async () => newLeg();
  dialed.length = 0;
  isTrunkAway = false;
  isOverloaded = false;
  for (const leg of legs.splice(0)) leg.leave();
});

afterAll(() => stage?.close());

describe('a call that comes in', () => {
  it('is answered by the agent of the number, greeted at once, and recorded when the caller hangs up', async () => {
    const mine = await organization();
    const api = stage.api.as(mine);
    await api.createPhoneNumber({ body: { number: '+353 1 555 0101', agent_id: 'hotel' } });
    // A trunk that leaves out the plus.
    const reception = await stage.desk.receive(offered({ to: '35315550101' }));
    expect(reception).toMatchObject({ type: 'taken', organizationId: mine });
    const conversationId = taken(reception);
    expect(await callOf(mine, conversationId)).toMatchObject({
      ...{ direction: 'inbound', status: 'ringing', from: '+353861234567', to: '+35315550101', answered_at: null },
    });

    const leg = newLeg();
    const call = await stage.desk.connect(conversationId, leg);
    expect(call).toMatchObject({ organizationId: mine, ownNumber: '+35315550101', callerNumber: '+353861234567' });
    await expect.poll(() => leg.heard.length, soon).toBeGreaterThan(10);
    expect(stage.host.peek(conversationId, mine)?.stored).toMatchObject({
      ...{ agentId: 'hotel', callerId: '+353861234567', channelType: 'voice' },
      initialContext: { called_number: '35315550101', caller_name: 'Mary' },
    });
    leg.leave('normal clearing');
    await expect.poll(() => statusOf(mine, conversationId), soon).toBe('completed');
    expect(await callOf(mine, conversationId)).toMatchObject({
      ...{ ended_by: 'far', end_reason: 'hung_up', end_detail: 'normal clearing', quality: { codec: 'PCMU' } },
    });
    expect(stage.desk.callOf(conversationId)).toBeUndefined();
  });

  it('goes on by another leg when it was given away and came back', async () => {
    const mine = await organization();
    await stage.api.as(mine).createPhoneNumber({ body: { number: '+35315550102' } });
    const conversationId = taken(await stage.desk.receive(offered({ to: '+35315550102' })));
    const first = newLeg();
    await stage.desk.connect(conversationId, first);
    const second = newLeg('call-2');
    const call = await stage.desk.connect(conversationId, second);
    first.fail('moved');
    await expect.poll(() => second.heard.length, soon).toBeGreaterThan(0);
    expect(stage.desk.callOf(conversationId)).toBe(call);
    expect(await statusOf(mine, conversationId)).toBe('in_progress');
    second.leave();
    await expect.poll(() => statusOf(mine, conversationId), soon).toBe('completed');
  });

  it('to nobody’s number is refused, and one of another organization is not given to a media server of this one', async () => {
    const mine = await organization();
    await stage.api.as(mine).createPhoneNumber({ body: { number: '+35315550103' } });
    expect(await stage.desk.receive(offered({ to: '+35319999999', channel: 'twilio' }))).toMatchObject({
      ...{ type: 'refused', why: 'unknown_number' },
    });
    const onlyOrganizationId = await organization();
    expect(await stage.desk.receive(offered({ to: '+35315550103', onlyOrganizationId }))).toMatchObject({
      ...{ type: 'refused', why: 'unknown_number' },
    });
  });

  it('for an agent that cannot be spoken is refused with a word of who it is, and no error', async () => {
    expect(await stage.desk.receive(offered({ to: 'niamh', channel: 'sip', from: '+353861110009' }))).toMatchObject({
      ...{ type: 'refused', why: 'failed', language: 'ga-IE' },
    });
    expect(stage.unspoken.splice(0)).toEqual([{ agent: 'niamh', language: 'ga-IE' }]);
    expect(stage.errors).toEqual([]);
  });

  it('from a telephone in the house reaches an agent by its name', async () => {
    const reception = await stage.desk.receive(offered({ to: 'Hotel', channel: 'sip' }));
    const conversationId = taken(reception);
    expect((await stage.host.enter(conversationId, passOf(reception), 'call')).agent.name).toBe('hotel');
  });

  it('is taken whatever its telephone says of it', async () => {
    const reception = await stage.desk.receive(
      offered({
        from: `a\u0000b\ud800${'x'.repeat(5000)}`,
        fromDisplayName: '\u0007',
        to: '\u0000hotel',
        alsoTo: ['\u0000'],
      }),
    );
    expect(reception.type).toBe('taken');
    await stage.desk.giveUp(taken(reception), 'canceled');
    expect(stage.errors).toEqual([]);
  });

  it('is closed in the record when the server died with it, once its conversation has expired', async () => {
    const mine = await organization();
    await stage.api.as(mine).createPhoneNumber({ body: { number: '+35315550107' } });
    const conversationId = taken(await stage.desk.receive(offered({ to: '+35315550107' })));
    const calls = createCallsRepository(stage.opened.database);
    await calls.closeLost();
    expect(await statusOf(mine, conversationId)).toBe('ringing');
    await stage.opened.pool.query(
      "update sessions set ended_at = now() - interval '6 minutes', end_reason = 'abandoned' where session_id = $1",
      [conversationId],
    );
    await calls.closeLost();
    expect(await callOf(mine, conversationId)).toMatchObject({
      status: 'failed',
      ended_by: 'network',
      end_reason: 'server_lost',
    });
  });

  it('is refused as busy while the server is late, with the time to wait, and calls under way go on', async () => {
    const mine = await organization();
    await stage.api.as(mine).createPhoneNumber({ body: { number: '+35315550119' } });
    const call = (callId: string) => offered({ to: '+35315550119', from: '+353860000119', callId });
    const under = taken(await stage.desk.receive(call('before')));
    const leg = newLeg();
    isOverloaded = true;
    expect(await stage.desk.receive(call('late'))).toEqual({
      ...{ type: 'refused', why: 'busy', retryAfterSeconds: 10 },
    });
    await stage.desk.connect(under, leg);
    await expect.poll(() => leg.heard.length, soon).toBeGreaterThan(0);
    isOverloaded = false;
    const after = await stage.desk.receive(call('after'));
    await stage.desk.giveUp(taken(after), 'canceled');
  });

  it('of one caller is refused with the time to wait when there are too many in a minute, and others are taken', async () => {
    const mine = await organization();
    await stage.api.as(mine).createPhoneNumber({ body: { number: '+35315550104' } });
    const call = offered({ to: '+35315550104', from: '+353860000001' });
    for (let n = 0; n < 8; n += 1) await stage.desk.giveUp(taken(await stage.desk.receive(call)), 'canceled');
    const refused = await stage.desk.receive(call);
    expect(refused).toMatchObject({ type: 'refused', why: 'rate_limited' });
    if (refused.type === 'refused') expect(refused.retryAfterSeconds).toBeGreaterThan(0);
    const other = await stage.desk.receive({ ...call, from: '+353860000002' });
    await stage.desk.giveUp(taken(other), 'canceled');
  });

  it('that the caller gives up while it rings ends with its conversation', async () => {
    const mine = await organization();
    await stage.api.as(mine).createPhoneNumber({ body: { number: '+35315550105' } });
    const conversationId = taken(await stage.desk.receive(offered({ to: '+35315550105' })));
    await stage.desk.giveUp(conversationId, 'canceled');
    expect(await callOf(mine, conversationId)).toMatchObject({
      status: 'canceled',
      ended_by: 'far',
      answered_at: null,
    });
    await expect(stage.desk.connect(conversationId, newLeg())).rejects.toMatchObject({ code: 'conversation_ended' });
    expect(legs.at(-1)?.endedAs).toEqual({ by: 'here', reason: 'error' });
  });
});

describe('numbers', () => {
  it('belong to one organization, are changed by it, and are there for no other', async () => {
    const [mine, other] = [await organization(), await organization()];
    const made = await stage.api
      .as(mine)
      .createPhoneNumber({ body: { number: 'front-desk', agent_id: 'hotel', label: 'Desk' } });
    await expect(stage.api.as(other).createPhoneNumber({ body: { number: 'Front-Desk' } })).rejects.toMatchObject({
      code: 'number_taken',
    });
    const { phone_number_id } = made;
    await expect(stage.api.as(other).getPhoneNumber({ phone_number_id })).rejects.toMatchObject({ code: 'not_found' });
    const changed = await stage.api.as(mine).updatePhoneNumber({ phone_number_id, body: { agent_id: 'receptionist' } });
    expect(changed).toMatchObject({ agent_id: 'receptionist', label: 'Desk' });
    expect((await stage.api.as(mine).listPhoneNumbers()).phone_numbers).toEqual([changed]);
    await stage.api.as(mine).deletePhoneNumber({ phone_number_id });
    expect((await stage.api.as(mine).listPhoneNumbers()).phone_numbers).toEqual([]);
  });

  it('are refused with an agent that there is not, and when they are none', async () => {
    const api = stage.api.as(await organization());
    await expect(api.createPhoneNumber({ body: { number: '+35315550106', agent_id: 'nobody' } })).rejects.toMatchObject(
      {
        code: 'invalid_request',
      },
    );
    await expect(api.createPhoneNumber({ body: { number: '+1' } })).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

describe('a call from here', () => {
  it('rings with the organization’s number, and is talked to when it is answered', async () => {
    const { mine, api } = await organizationWithNumber('+35315550201');
    const asked = await api.createCall({ body: { to: '+353 86 111 2233', agent_id: 'hotel', context: { room: 12 } } });
    expect(asked.status).toBe('queued');
    await expect.poll(() => statusOf(mine, asked.conversation_id), soon).toBe('in_progress');
    expect(dialed).toMatchObject([
      { target: { kind: 'number', number: '+353861112233' }, callerNumber: '+35315550201', organizationId: mine },
    ]);
    expect(await api.getCall({ call_id: asked.call_id })).toMatchObject({
      ...{ direction: 'outbound', from: '+35315550201', to: '+353861112233', channel: 'sip' },
    });
    await expect.poll(() => legs[0]?.heard.length, soon).toBeGreaterThan(0);
    const ended = await api.hangUpCall({ call_id: asked.call_id });
    expect(ended).toMatchObject({ status: 'completed', ended_by: 'here' });
  });

  it.each([
    ['busy', new LegError('busy', '486'), { status: 'busy', ended_by: 'far', end_reason: 'busy' }],
    ['not answered', new LegError('no_answer', '480'), { status: 'no_answer', ended_by: 'far' }],
    [
      'refused',
      new LegError('refused', 'They refused the call: 404 Not Found.'),
      {
        status: 'failed',
        ended_by: 'network',
        end_reason: 'refused',
        end_detail: 'They refused the call: 404 Not Found.',
      },
    ],
  ])('that is %s ends so', async (_, error, expected) => {
    const { api } = await organizationWithNumber();
    person = () => Promise.reject(error);
    const { call_id } = await api.createCall({ body: { to: '+353861112233' } });
    await expect.poll(async () => (await api.getCall({ call_id })).ended_at, soon).not.toBeNull();
    expect(await api.getCall({ call_id })).toMatchObject(expected);
  });

  it('takes the way that its number belongs to, and the other one where that leads nowhere', async () => {
    const { mine, api } = await organizationWithNumber('+35315550202');
    await api.createPhoneNumber({ body: { number: '+35315550203', channel: 'twilio' } });
    const channelOf = async (from: string) => {
      const { conversation_id, call_id } = await api.createCall({ body: { to: '+353861112233', from } });
      await expect.poll(() => statusOf(mine, conversation_id), soon).toBe('in_progress');
      const { channel } = await api.hangUpCall({ call_id });
      return channel;
    };
    expect(await channelOf('+35315550203')).toBe('twilio');
    expect(await channelOf('+35315550202')).toBe('sip');
    isTrunkAway = true;
    expect(await channelOf('+35315550202')).toBe('twilio');
    expect(dialed).toHaveLength(4);
  });

  it('by an agent that cannot be spoken rings nobody', async () => {
    const { api } = await organizationWithNumber();
    const { call_id } = await api.createCall({ body: { to: '+353861112233', agent_id: 'niamh' } });
    await expect.poll(async () => (await api.getCall({ call_id })).ended_at, soon).not.toBeNull();
    expect(await api.getCall({ call_id })).toMatchObject({ status: 'failed', end_reason: 'error' });
    expect(stage.unspoken.splice(0)).toEqual([{ agent: 'niamh', language: 'ga-IE' }]);
    expect(dialed).toEqual([]);
  });

  it('stops ringing when it is hung up', async () => {
    const { api } = await organizationWithNumber();
    person = (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    const { call_id } = await api.createCall({ body: { to: '+353861112233' } });
    await expect.poll(() => dialed.length, soon).toBe(1);
    expect(await api.hangUpCall({ call_id })).toMatchObject({
      status: 'canceled',
      ended_by: 'here',
      end_reason: 'canceled',
      answered_at: null,
    });
  });

  it('is ended without a word when a machine answers, if that was asked for', async () => {
    const { api } = await organizationWithNumber();
    const { call_id } = await api.createCall({ body: { to: '+353861112233', machine_detection: 'hang_up' } });
    const leg = await answered();
    for (let ms = 0; ms < 3000; ms += 20) leg.speak(loud);
    await expect.poll(async () => (await api.getCall({ call_id })).status, soon).toBe('completed');
    expect(await api.getCall({ call_id })).toMatchObject({
      ...{ answered_by: 'machine', ended_by: 'here', end_reason: 'machine', answered_at: null },
    });
    expect(leg.heard).toEqual([]);
  });

  it('is spoken to a machine after its greeting, and to a person once they have said hello', async () => {
    const { api } = await organizationWithNumber();
    const toMachine = await api.createCall({ body: { to: '+353861112233', machine_detection: 'talk' } });
    const machine = await answered();
    for (let ms = 0; ms < 5000; ms += 20) machine.speak(loud);
    await expect.poll(() => machine.listener, soon).toBeDefined();
    expect(machine.heard).toEqual([]);
    for (let ms = 0; ms < 3000; ms += 20) {
      machine.speak(frameOf(0));
      // It is listened to anew for the end of the greeting.
      if (ms === 0) await expect.poll(() => machine.listener, soon).toBeDefined();
    }
    await expect.poll(() => machine.heard.length, soon).toBeGreaterThan(0);
    expect(await api.getCall({ call_id: toMachine.call_id })).toMatchObject({ answered_by: 'machine' });

    const toPerson = await api.createCall({ body: { to: '+353861112233', machine_detection: 'hang_up' } });
    const someone = await answered(1);
    for (let ms = 0; ms < 600; ms += 20) someone.speak(loud);
    for (let ms = 0; ms < 1000; ms += 20) someone.speak(frameOf(0));
    await expect.poll(() => someone.heard.length, soon).toBeGreaterThan(0);
    await expect.poll(async () => (await api.getCall({ call_id: toPerson.call_id })).status, soon).toBe('in_progress');
    expect((await api.getCall({ call_id: toPerson.call_id })).answered_by).toBe('person');
  });

  /** The person or machine that was called as the first, the second … in this test, listened to. */
  async function answered(at = 0): Promise<LegDouble> {
    await expect.poll(() => legs[at]?.listener, soon).toBeDefined();
    const leg = legs[at];
    if (leg === undefined) throw new Error('Nobody was called.');
    return leg;
  }

  it('is not made to numbers that are not allowed, to hosts of the house, or with a number that is somebody else’s', async () => {
    const { api } = await organizationWithNumber();
    const refusals = [
      { to: '+882161234567' },
      { to: 'sip:root@127.0.0.1' },
      { to: 'sip:root@localhost:5080' },
      { to: 'sip:root@[::1]' },
      { to: 'sip:meta@169.254.169.254' },
      { to: '+353861112233', from: '+35319998888' },
    ];
    for (const body of refusals) {
      await expect(api.createCall({ body }), JSON.stringify(body)).rejects.toMatchObject({
        code: 'number_not_allowed',
      });
    }
    await expect(api.createCall({ body: { to: 'sip:somebody@93.184.216.34' } })).rejects.toMatchObject({
      code: 'no_way_to_call',
    });
    expect(dialed).toEqual([]);
  });

  it('is not made when as many go on as may, nor more than may be in an hour', async () => {
    const { api } = await organizationWithNumber();
    const to = '+353861112233';
    for (let n = 0; n < 2; n += 1) await api.createCall({ body: { to } });
    await expect(api.createCall({ body: { to } })).rejects.toMatchObject({
      code: 'too_many_calls',
      details: { limit: 'at_once' },
    });
    await expect.poll(() => legs.length, soon).toBe(2);
    for (let n = 0; n < 4; n += 1) {
      await expect
        .poll(async () => (await api.listCalls({ status: 'in_progress' })).calls.length, soon)
        .toBeGreaterThan(0);
      for (const leg of legs.splice(0)) leg.leave();
      await expect.poll(async () => (await api.listCalls({ status: 'in_progress' })).calls.length, soon).toBe(0);
      await api.createCall({ body: { to } });
    }
    for (const leg of legs.splice(0)) leg.leave();
    await expect.poll(async () => (await api.listCalls({ status: 'in_progress' })).calls.length, soon).toBe(0);
    await expect(api.createCall({ body: { to } })).rejects.toMatchObject({
      code: 'too_many_calls',
      details: { limit: 'hour' },
    });
  });

  let ownNumber = 35_316_000_000;
  async function organizationWithNumber(number?: string) {
    ownNumber += 1;
    const mine = await organization();
    const api = stage.api.as(mine);
    await api.createPhoneNumber({ body: { number: number ?? `+${ownNumber}` } });
    return { mine, api };
  }
});

describe('an organization to which the telephone is not open', () => {
  it('has no numbers, makes no calls, and is called no more', async () => {
    const mine = await organization();
    const api = stage.api.as(mine);
    await api.createPhoneNumber({ body: { number: '+35315550401' } });
    shutOut.add(mine);
    const refusal = { code: 'phone_not_open', status: 403 };
    await expect(api.createPhoneNumber({ body: { number: '+35315550402' } })).rejects.toMatchObject(refusal);
    await expect(api.createCall({ body: { to: '+353861112233' } })).rejects.toMatchObject(refusal);
    await expect(api.createCall({ body: { to: 'sip:anna@93.184.216.34' } })).rejects.toMatchObject(refusal);
    expect(dialed).toEqual([]);
    const reception = await stage.desk.receive(offered({ to: '+35315550401', from: '+353860000401' }));
    expect(reception).toMatchObject({ type: 'refused', why: 'unknown_number' });
    // What it has it can see, and give up.
    const [number] = (await api.listPhoneNumbers({})).phone_numbers;
    await api.deletePhoneNumber({ phone_number_id: number?.phone_number_id ?? '' });
  });
});

describe('a media server', () => {
  it('tells of a call that comes, of keys, of a recording and of its end', async () => {
    const mine = await organization();
    const api = stage.api.as(mine);
    await api.createPhoneNumber({ body: { number: '+35315550301' } });
    const ringing = { type: 'ringing', call_id: 'uuid-1', from: '+353861234567', to: '+35315550301' } as const;
    const { conversation_id: id } = await api.recordCallEvent({ body: ringing });
    // Told again, because the answer was lost on the way.
    expect((await api.recordCallEvent({ body: ringing })).conversation_id).toBe(id);
    expect(await stage.desk.expected('uuid-1')).toEqual({ conversationId: id, organizationId: mine });

    const leg = newLeg('uuid-1');
    await stage.desk.connect(id, leg);
    expect(await api.recordCallEvent({ body: { type: 'dtmf', call_id: 'uuid-1', digit: '5' } })).toEqual({
      ...{ conversation_id: id, is_live: true },
    });
    const url = 'https://pbx.example/1.wav';
    await api.recordCallEvent({ body: { type: 'recording', call_id: 'uuid-1', url } });
    await api.recordCallEvent({ body: { type: 'transfer_result', call_id: 'uuid-1', target: '200', outcome: 'busy' } });
    await api.recordCallEvent({ body: { type: 'hangup', call_id: 'uuid-1' } });
    await expect.poll(() => statusOf(mine, id), soon).toBe('completed');
    expect(await callOf(mine, id)).toMatchObject({
      ...{ vendor_recording_url: url, transfers: [{ kind: 'cold', target: '200', outcome: 'busy' }] },
    });
  });

  it('is told that there is no such call where another organization announced it', async () => {
    const api = stage.api.as(await organization());
    await expect(api.recordCallEvent({ body: { type: 'hangup', call_id: 'uuid-1' } })).rejects.toMatchObject({
      code: 'not_found',
    });
    const unknown = { type: 'ringing', call_id: 'uuid-2', from: '1', to: '+35315550301' } as const;
    await expect(api.recordCallEvent({ body: unknown })).rejects.toMatchObject({ code: 'not_found' });
  });
});

it('whoever calls while the server goes away can be told so in the language of whom they called', async () => {
  const mine = await organization();
  await stage.api.as(mine).createPhoneNumber({ body: { number: '+35315550120', agent_id: 'lan' } });
  await stage.host.drain(0);
  const away = { type: 'refused', why: 'shutting_down', retryAfterSeconds: 30 };
  expect(await stage.desk.receive(offered({ to: '+35315550120' }))).toEqual({ ...away, language: 'vi-VN' });
  const nobodys = offered({ to: '+35319999999', channel: 'twilio' });
  expect(await stage.desk.receive(nobodys)).toEqual(away);
});

/** As loud as somebody who speaks, without being one tone. */
const loud = Int16Array.from({ length: 320 }, (_, at) => ((at * 7919) % 6000) - 3000);

let caller = 861_000_000;
function offered(call: Partial<OfferedCall>): OfferedCall {
  caller += 1;
  return {
    ...{ channel: 'sip', callId: `call-${caller}`, from: '+353861234567', fromDisplayName: 'Mary', to: 'reception' },
    source: '127.0.0.1',
    ...call,
  };
}

async function organization(): Promise<string> {
  const id = randomUUID();
  await stage.opened.pool.query("insert into organizations (organization_id, name) values ($1, 'Test')", [id]);
  return id;
}

function newLeg(callId = 'call-1', kind: LegKind = 'sip'): LegDouble {
  const leg = createLegDouble({ callId, kind });
  legs.push(leg);
  return leg;
}

function taken(reception: Awaited<ReturnType<DeskStage['desk']['receive']>>): string {
  if (reception.type !== 'taken') throw new Error(`The call was refused: ${reception.why}.`);
  return reception.conversationId;
}

function passOf(reception: Awaited<ReturnType<DeskStage['desk']['receive']>>) {
  if (reception.type !== 'taken') throw new Error(`The call was refused: ${reception.why}.`);
  return { kind: 'organization', organizationId: reception.organizationId } as const;
}

async function callOf(organizationId: string, conversationId: string) {
  const { calls } = await stage.api.as(organizationId).listCalls({ conversation_id: conversationId });
  return calls[0];
}

async function statusOf(organizationId: string, conversationId: string) {
  return (await callOf(organizationId, conversationId))?.status;
}

person = async () => newLeg();
