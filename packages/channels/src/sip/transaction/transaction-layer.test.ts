import { describe, expect, it } from 'vitest';
import { header } from '../message/headers.ts';
import { createHandMade, inDialogText, inviteText, sdpOf } from '../testing/hand-made.ts';
import { createStage, type Stage } from '../testing/stage.ts';

const HERE = '192.0.2.2';
const THERE = '192.0.2.9';
const never = new AbortController().signal;

async function telephoneAndEnd(options: Parameters<Stage['actor']>[1] = {}) {
  const stage = createStage();
  const end = await stage.actor(HERE, options);
  const telephone = await createHandMade(stage, THERE);
  const sentAtMs = (method: string) =>
    stage.network.log
      .filter(({ from, message }) => from === HERE && message.kind === 'request' && message.method === method)
      .map(({ atMs }) => atMs);
  return { stage, end, telephone, sentAtMs };
}

describe('requests of ours', () => {
  it('are sent again with growing waits while nothing comes, and given up after 32 seconds', async () => {
    const { stage, end, sentAtMs } = await telephoneAndEnd();
    const dialled = end.endpoint.dial({ uri: `sip:x@${THERE}`, from: { uri: end.uri } }, never);
    await expect(stage.until(dialled)).rejects.toMatchObject({ code: 'unreachable' });
    expect(sentAtMs('INVITE')).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500]);
    expect(stage.clock.nowMs()).toBe(32_000);
  });

  it('are not repeated any more once the far end says that it works on them', async () => {
    const { stage, end, telephone, sentAtMs } = await telephoneAndEnd();
    const dialled = end.endpoint.dial({ uri: `sip:x@${THERE}`, from: { uri: end.uri } }, never);
    await stage.clock.advance(100);
    const [invite] = telephone.requests('INVITE');
    if (invite === undefined) throw new Error('no INVITE');
    telephone.answer(invite, 100);
    await expect(stage.until(dialled)).rejects.toMatchObject({ code: 'no_answer' });
    expect(sentAtMs('INVITE')).toEqual([0]);
    expect(sentAtMs('CANCEL')[0]).toBe(60_000);
  });

  it('other than INVITE are repeated each four seconds at the most', async () => {
    const { stage, telephone, sentAtMs } = await telephoneAndEnd({
      onCall: (call) => void call.answer().then((leg) => leg.hangUp('completed')),
    });
    telephone.say(HERE, inviteText(THERE, HERE));
    await stage.clock.advance(50);
    const [answer] = telephone.responses('INVITE');
    if (answer === undefined) throw new Error('no answer');
    telephone.say(HERE, inDialogText('ACK', answer, THERE, HERE, ['CSeq: 10 ACK']));
    await stage.clock.advance(60_000);
    const [first = 0, ...again] = sentAtMs('BYE');
    expect(again.map((atMs) => atMs - first)).toEqual([
      500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
    ]);
  });
});

describe('requests of theirs', () => {
  it('that come again are one call, and are answered again', async () => {
    const { stage, end, telephone } = await telephoneAndEnd({ onCall: (call) => call.ring() });
    const text = inviteText(THERE, HERE, [`Via: SIP/2.0/UDP ${THERE}:5060;branch=z9hG4bKsame;rport`]);
    telephone.say(HERE, text);
    await stage.clock.advance(500);
    telephone.say(HERE, text);
    await stage.clock.advance(500);
    expect(end.offered).toHaveLength(1);
    expect(telephone.responses('INVITE').map(({ status }) => status)).toEqual([180, 180]);
  });

  it('are told after 200 ms that somebody works on them', async () => {
    const { stage, telephone } = await telephoneAndEnd();
    telephone.say(HERE, inviteText(THERE, HERE));
    await stage.clock.advance(215);
    expect(telephone.received).toHaveLength(0);
    await stage.clock.advance(10);
    expect(telephone.received).toMatchObject([{ status: 100 }]);
  });

  it('that are refused hear it again until they acknowledge it', async () => {
    const { stage, end, telephone } = await telephoneAndEnd({ onCall: (call) => call.reject(486) });
    const via = `Via: SIP/2.0/UDP ${THERE}:5060;branch=z9hG4bKbusy;rport`;
    telephone.say(HERE, inviteText(THERE, HERE, [via]));
    await stage.clock.advance(1600);
    const refusals = telephone.responses('INVITE');
    expect(refusals.map(({ status }) => status)).toEqual([486, 486, 486]);
    const [refusal] = refusals;
    if (refusal === undefined) throw new Error('no refusal');
    telephone.say(HERE, inDialogText('ACK', refusal, THERE, HERE, ['CSeq: 10 ACK', via]));
    await stage.clock.advance(60_000);
    expect(telephone.responses('INVITE')).toHaveLength(3);
    expect(end.endpoint.figures).toMatchObject({ transactions: 0, timers: 0 });
  });

  it('that came here by two ways are one call, and the second way is told so', async () => {
    const { stage, end, telephone } = await telephoneAndEnd();
    telephone.say(HERE, inviteText(THERE, HERE));
    telephone.say(HERE, inviteText(THERE, HERE));
    await stage.clock.advance(100);
    expect(end.offered).toHaveLength(1);
    expect(telephone.responses('INVITE')).toMatchObject([{ status: 482 }]);
  });

  it.each([
    ['a method that nobody knows', `DANCE sip:u2@${HERE} SIP/2.0`, [], 405, 'Allow'],
    ['a message in words', `MESSAGE sip:u2@${HERE} SIP/2.0`, [], 405, 'Allow'],
    ['an address of another kind', 'OPTIONS mailto:u2@example.com SIP/2.0', [], 416, undefined],
    ['an extension that we do not have', `OPTIONS sip:u2@${HERE} SIP/2.0`, ['Require: telepathy'], 420, 'Unsupported'],
    ['a goodbye to no call', `BYE sip:u2@${HERE} SIP/2.0`, [], 481, undefined],
    ['a transfer by a stranger', `REFER sip:u2@${HERE} SIP/2.0`, ['Refer-To: <sip:+900@example.com>'], 603, undefined],
    ['news of a transfer that we never asked for', `NOTIFY sip:u2@${HERE} SIP/2.0`, ['Event: refer'], 481, undefined],
    ['news of something else', `NOTIFY sip:u2@${HERE} SIP/2.0`, ['Event: presence'], 489, undefined],
    ['what we can', `OPTIONS sip:u2@${HERE} SIP/2.0`, [], 200, 'Accept'],
  ])('with %s are answered as they should', async (_what, start, more, status, named) => {
    const { stage, telephone } = await telephoneAndEnd();
    const method = start.split(' ', 1)[0] ?? '';
    const lines = [`From: <sip:a@${THERE}>;tag=a`, `To: <sip:u2@${HERE}>`, 'Call-ID: x', `CSeq: 1 ${method}`];
    telephone.say(HERE, [start, ...lines, ...more].join('\n'));
    await stage.clock.advance(100);
    const [response] = telephone.responses(method);
    expect(response?.status).toBe(status);
    if (named !== undefined) expect(header(response?.headers ?? [], named)).toBeTruthy();
  });

  it('beyond what can be dealt with are sent away at once, and leave nothing behind', async () => {
    const { stage, end, telephone } = await telephoneAndEnd({ maxTransactions: 3 });
    for (let call = 1; call <= 5; call += 1) {
      telephone.say(HERE, inviteText(THERE, HERE).replace('call-1', `call-${call}`));
    }
    await stage.clock.advance(100);
    expect(end.offered).toHaveLength(3);
    const refused = telephone.responses('INVITE');
    expect(refused.map(({ status }) => status)).toEqual([503, 503]);
    expect(header(refused[0]?.headers ?? [], 'Retry-After')).toBe('10');
    expect(end.endpoint.figures.transactions).toBe(3);
  });

  it('from telephones of before 2002, whose branches say nothing, are told apart all the same', async () => {
    const { stage, end, telephone } = await telephoneAndEnd({ onCall: (call) => call.reject(486) });
    const via = `Via: SIP/2.0/UDP ${THERE}:5060`;
    telephone.say(HERE, inviteText(THERE, HERE, [via]));
    telephone.say(HERE, inviteText(THERE, HERE, [via]));
    await stage.clock.advance(100);
    expect(end.offered).toHaveLength(1);
    const [refusal] = telephone.responses('INVITE');
    if (refusal === undefined) throw new Error('no refusal');
    telephone.say(
      HERE,
      inDialogText('ACK', refusal, THERE, HERE, ['CSeq: 10 ACK', via]).replace(/^ACK \S+/, `ACK sip:u2@${HERE}`),
    );
    await stage.clock.advance(10_000);
    expect(end.endpoint.figures.transactions).toBe(0);
  });
});

describe('an answered call', () => {
  it('says so again until the caller acknowledges it, and hangs up when that never comes', async () => {
    const ends: unknown[] = [];
    const { stage, end, telephone, sentAtMs } = await telephoneAndEnd({
      onCall: (call) => void call.answer().then((leg) => leg.ended.then((how) => ends.push(how))),
    });
    telephone.say(HERE, inviteText(THERE, HERE, [], sdpOf(THERE)));
    await stage.clock.advance(33_000);
    expect(telephone.responses('INVITE')).toHaveLength(11);
    expect(sentAtMs('BYE')[0]).toBe(32_010);
    expect(ends).toEqual([{ by: 'network', reason: 'our answer was neither acknowledged nor followed by any sound' }]);
    await stage.clock.advance(60_000);
    expect(end.endpoint.figures).toMatchObject({ calls: 0, dialogs: 0, transactions: 0, timers: 0 });
  });
});
