import { describe, expect, it } from 'vitest';
import { header } from '../message/headers.ts';
import type { SipRequest } from '../message/sip-message.ts';
import { answeredCall, HERE, THERE, withSdp } from '../testing/answered-call.ts';
import { createHandMade, type HandMade, sdpOf } from '../testing/hand-made.ts';
import { type Actor, createStage, type Stage } from '../testing/stage.ts';

const HOUR_MS = 3_600_000;
const patience = new AbortController().signal;

async function nothingLeft(stage: Stage, { endpoint, media, errors }: Actor) {
  await stage.clock.advance(150_000);
  expect(endpoint.figures).toMatchObject({ calls: 0, dialogs: 0, transactions: 0, timers: 0 });
  expect(media.inUse).toBe(0);
  expect(errors).toEqual([]);
}

function latest(telephone: HandMade, method: string): SipRequest {
  const request = telephone.requests(method).at(-1);
  if (request === undefined) throw new Error(`no ${method} came`);
  return request;
}

const pickUp = (tag: string) => ({
  toTag: tag,
  headers: [{ name: 'Contact', value: `<sip:bob@${THERE}:5060>` }],
  content: { type: 'application/sdp', body: sdpOf(THERE) },
});

describe('a far end', () => {
  it('that works on our new offer for ever is given up', async () => {
    const supports = ['Supported: timer', 'Session-Expires: 120;refresher=uas', 'Allow: INVITE'];
    const { stage, telephone, leg, end } = await answeredCall(supports);
    await stage.clock.advance(60_100);
    telephone.answer(latest(telephone, 'INVITE'), 100);
    await stage.clock.advance(40_000);
    expect(await stage.until(leg.ended, 1)).toMatchObject({ by: 'network' });
    await nothingLeft(stage, end);
  });

  it('that keeps us on hold for hours, and is silent, is hung up on', async () => {
    const { stage, say, status, leg, end, session, telephone } = await answeredCall();
    say('INVITE', withSdp('sendonly'));
    expect(await status('INVITE')).toBe(200);
    say('ACK', ['CSeq: 11 ACK']);
    session?.options.onEvent({ type: 'silent', forMs: HOUR_MS - 1 });
    expect(end.endpoint.figures.calls).toBe(1);
    session?.options.onEvent({ type: 'silent', forMs: HOUR_MS });
    expect(await stage.until(leg.ended, 1)).toMatchObject({ by: 'network' });
    await stage.clock.advance(50);
    telephone.answer(latest(telephone, 'BYE'), 200);
    await nothingLeft(stage, end);
  });

  it('that never acknowledges one new offer after another is told to wait', async () => {
    const { stage, say, telephone } = await answeredCall();
    for (let number = 11; number < 31; number += 1) say('INVITE', [`CSeq: ${number} INVITE`, ...withSdp('sendrecv')]);
    await stage.clock.advance(50);
    const statuses = telephone.responses('INVITE').map(({ status }) => status);
    expect(statuses.filter((status) => status === 500).length).toBeGreaterThan(10);
  });

  it('that asks for a sign of life in a hundred years is not asked each millisecond', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE);
    const telephone = await createHandMade(stage, THERE);
    const dialled = end.endpoint.dial({ uri: `sip:bob@${THERE}`, from: { uri: end.uri } }, patience);
    await stage.clock.advance(50);
    const answer = pickUp('bob');
    const headers = [
      ...answer.headers,
      { name: 'Session-Expires', value: '4294967295;refresher=uac' },
      { name: 'Allow', value: 'UPDATE' },
    ];
    telephone.answer(latest(telephone, 'INVITE'), 200, { ...answer, headers });
    await stage.until(dialled);
    await stage.clock.advance(12 * HOUR_MS + 1000);
    expect(telephone.requests('UPDATE').length).toBeGreaterThan(0);
  });

  it('that asks for one at once, again and again, gets one in 45 seconds', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE);
    const telephone = await createHandMade(stage, THERE);
    const dialled = end.endpoint.dial({ uri: `sip:bob@${THERE}`, from: { uri: end.uri } }, patience);
    await stage.clock.advance(50);
    const answer = pickUp('bob');
    const headers = [
      ...answer.headers,
      { name: 'Session-Expires', value: '0;refresher=uac' },
      { name: 'Allow', value: 'UPDATE' },
    ];
    telephone.answer(latest(telephone, 'INVITE'), 200, { ...answer, headers });
    await stage.until(dialled);
    await stage.clock.advance(44_000);
    expect(telephone.requests('UPDATE')).toHaveLength(0);
    expect(end.endpoint.figures.calls).toBe(1);
  });
});

describe('somebody whom we call', () => {
  it('and who rings too late, and will not stop, is forgotten', async () => {
    const stage = createStage();
    const peers = [THERE, '192.0.2.10'].map((address) => ({ protocol: 'udp', address, port: 5060 }) as const);
    const end = await stage.actor(HERE, { locator: { locate: () => peers } });
    const late = await createHandMade(stage, THERE);
    const second = await createHandMade(stage, '192.0.2.10');
    const dialled = end.endpoint.dial({ uri: 'sip:bob@trunk.example', from: { uri: end.uri } }, patience);
    await stage.clock.advance(4100);
    late.answer(latest(late, 'INVITE'), 180, { toTag: 'late' });
    await stage.clock.advance(50);
    late.answer(latest(late, 'CANCEL'), 200);
    second.answer(latest(second, 'INVITE'), 486, { toTag: 'x' });
    await expect(stage.until(dialled)).rejects.toMatchObject({ code: 'busy' });
    await nothingLeft(stage, end);
  });

  it('and who picks up at a thousand telephones at once gets a few of them acknowledged', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE);
    const telephone = await createHandMade(stage, THERE);
    const dialled = end.endpoint.dial({ uri: `sip:bob@${THERE}`, from: { uri: end.uri } }, patience);
    await stage.clock.advance(50);
    const invite = latest(telephone, 'INVITE');
    for (let each = 0; each < 1000; each += 1) telephone.answer(invite, 200, pickUp(`t${each}`));
    const leg = await stage.until(dialled);
    await stage.clock.advance(50);
    expect(end.endpoint.figures.transactions).toBeLessThan(100);
    leg.hangUp('completed');
    await nothingLeft(stage, end);
  });

  it('and who sends us to a number of their choice is not followed there', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE);
    const telephone = await createHandMade(stage, THERE);
    const dialled = end.endpoint.dial({ uri: `sip:+353861234567@${THERE}`, from: { uri: end.uri } }, patience);
    await stage.clock.advance(50);
    const headers = [{ name: 'Contact', value: `<sip:+900123@${THERE}>` }];
    telephone.answer(latest(telephone, 'INVITE'), 302, { toTag: 'bob', headers });
    await expect(stage.until(dialled)).rejects.toMatchObject({ code: 'refused' });
    expect(new Set(telephone.requests('INVITE').map(({ uri }) => uri)).size).toBe(1);
    expect(header(latest(telephone, 'INVITE').headers, 'CSeq')).toBeTruthy();
  });
});
