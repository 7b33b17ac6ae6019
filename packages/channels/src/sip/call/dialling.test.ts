import { describe, expect, it } from 'vitest';
import type { PhoneLeg } from '../../phone/phone-leg.ts';
import { createDigestServer } from '../auth/digest-server.ts';
import { header } from '../message/headers.ts';
import type { SipHeader, SipRequest } from '../message/sip-message.ts';
import type { SipDialRequest } from '../sip-endpoint.ts';
import { createHandMade, type HandMade, sdpOf } from '../testing/hand-made.ts';
import { createStage } from '../testing/stage.ts';

const HERE = '192.0.2.2';
const THERE = '192.0.2.9';
const SDP = 'application/sdp';

/** We call a hand-made telephone; its first INVITE has come. */
async function calling(request: Partial<SipDialRequest> = {}) {
  const stage = createStage();
  const end = await stage.actor(HERE);
  const telephone = await createHandMade(stage, THERE);
  const patience = new AbortController();
  const dialled = end.endpoint.dial({ uri: `sip:bob@${THERE}`, from: { uri: end.uri }, ...request }, patience.signal);
  dialled.catch(() => undefined);
  await stage.clock.advance(50);
  const invite = latest(telephone, 'INVITE');
  const nothingLeft = async () => {
    await stage.clock.advance(150_000);
    expect(end.endpoint.figures).toMatchObject({ calls: 0, dialogs: 0, transactions: 0, timers: 0 });
    expect(end.media.inUse).toBe(0);
    expect(end.errors).toEqual([]);
  };
  return { stage, end, telephone, patience, dialled, invite, nothingLeft };
}

function latest(telephone: HandMade, method: string): SipRequest {
  const request = telephone.requests(method).at(-1);
  if (request === undefined) throw new Error(`no ${method} came`);
  return request;
}

const contact = (address = THERE): SipHeader => ({ name: 'Contact', value: `<sip:bob@${address}:5060>` });
const pickUp = (tag = 'bob', address = THERE) => ({
  toTag: tag,
  headers: [contact(address)],
  content: { type: SDP, body: sdpOf(address) },
});

describe('a place that says nothing', () => {
  it.each([
    [true, 4_000],
    [false, 32_000],
  ])('is given up within seconds where another way leads there (%s)', async (hasAlternative, withinMs) => {
    const { stage, dialled, nothingLeft } = await calling({ hasAlternative });
    const beganMs = stage.clock.nowMs();
    await expect(stage.until(dialled)).rejects.toMatchObject({ code: 'unreachable' });
    expect(stage.clock.nowMs() - beganMs).toBeLessThanOrEqual(withinMs);
    expect(stage.clock.nowMs() - beganMs).toBeGreaterThan(withinMs - 200);
    await nothingLeft();
  });

  it('is waited for once it has said that it tries', async () => {
    const { stage, telephone, dialled, invite } = await calling({ hasAlternative: true });
    telephone.answer(invite, 100);
    await stage.clock.advance(20_000);
    telephone.answer(invite, 200, pickUp());
    await expect(stage.until(dialled)).resolves.toMatchObject({ direction: 'outbound' });
  });
});

describe('a call that leads back to us', () => {
  it('is refused, and rings nobody', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE);
    const dialled = end.endpoint.dial(
      { uri: `sip:hotel@${HERE}`, from: { uri: end.uri } },
      new AbortController().signal,
    );
    await expect(stage.until(dialled)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('482'),
    });
    expect(end.offered).toEqual([]);
    await stage.clock.advance(150_000);
    expect(end.endpoint.figures).toMatchObject({ calls: 0, dialogs: 0, transactions: 0, timers: 0 });
  });

  it('is not made to one who has not registered here, where only those may be called', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE);
    const request = { uri: `sip:hotel@${HERE}`, from: { uri: end.uri }, onlyRegistered: true };
    await expect(end.endpoint.dial(request, new AbortController().signal)).rejects.toMatchObject({ code: 'no_answer' });
    expect(end.offered).toEqual([]);
  });
});

describe('somebody whom we call', () => {
  it.each([
    [486, 'busy'],
    [600, 'busy'],
    [480, 'no_answer'],
    [408, 'no_answer'],
    [404, 'refused'],
    [603, 'refused'],
    [500, 'unreachable'],
    [503, 'unreachable'],
  ])('and who answers with %i is %s', async (status, code) => {
    const { stage, telephone, dialled, invite, nothingLeft } = await calling();
    telephone.answer(invite, status, { toTag: 'bob' });
    await expect(stage.until(dialled)).rejects.toMatchObject({ code });
    await stage.clock.advance(50);
    expect(telephone.requests('ACK')).toHaveLength(1);
    await nothingLeft();
  });

  it('and who does not pick up in time is let off', async () => {
    const { stage, telephone, dialled, invite, nothingLeft } = await calling({ ringTimeoutMs: 20_000 });
    telephone.answer(invite, 180, { toTag: 'bob', headers: [contact()] });
    await expect(stage.until(dialled)).rejects.toMatchObject({ code: 'no_answer' });
    await stage.clock.advance(50);
    const cancel = latest(telephone, 'CANCEL');
    expect(header(cancel.headers, 'CSeq')?.split(' ')[0]).toBe(header(invite.headers, 'CSeq')?.split(' ')[0]);
    telephone.answer(cancel, 200, { toTag: 'bob' });
    telephone.answer(invite, 487, { toTag: 'bob' });
    await nothingLeft();
  });

  it('is told that we gave up as soon as their telephone has said that it rings, and not before', async () => {
    const { stage, telephone, dialled, invite, patience, nothingLeft } = await calling();
    patience.abort(new Error('the person hung up'));
    await expect(stage.until(dialled)).rejects.toThrow('the person hung up');
    await stage.clock.advance(300);
    expect(telephone.requests('CANCEL')).toHaveLength(0);
    telephone.answer(invite, 180, { toTag: 'bob', headers: [contact()] });
    await stage.clock.advance(50);
    expect(telephone.requests('CANCEL')).toHaveLength(1);
    await nothingLeft();
  });

  it('and who picks up while we give up is greeted and left at once', async () => {
    const { stage, telephone, dialled, invite, patience, nothingLeft } = await calling();
    telephone.answer(invite, 180, { toTag: 'bob', headers: [contact()] });
    await stage.clock.advance(50);
    patience.abort(new Error('gave up'));
    telephone.answer(invite, 200, pickUp());
    await expect(stage.until(dialled)).rejects.toThrow('gave up');
    await stage.clock.advance(50);
    expect(telephone.requests('ACK')).toHaveLength(1);
    telephone.answer(latest(telephone, 'BYE'), 200);
    await nothingLeft();
  });

  it('at two telephones that both pick up talks on the first, and the second is told at once', async () => {
    const { stage, end, telephone, dialled, invite, nothingLeft } = await calling();
    const second = await createHandMade(stage, '192.0.2.10');
    telephone.answer(invite, 180, { toTag: 'one', headers: [contact()] });
    telephone.answer(invite, 180, { toTag: 'two', headers: [contact('192.0.2.10')] });
    await stage.clock.advance(50);
    expect(end.endpoint.figures.dialogs).toBe(2);
    telephone.answer(invite, 200, pickUp('two', '192.0.2.10'));
    telephone.answer(invite, 200, pickUp('one'));
    const leg = await stage.until(dialled);
    await stage.clock.advance(50);
    expect(end.media.sessions[0]?.far).toBe('192.0.2.10:4000');
    expect(telephone.requests('ACK')).toHaveLength(1);
    telephone.answer(latest(telephone, 'BYE'), 200);
    expect(second.requests('ACK')).toHaveLength(1);
    expect(second.requests('BYE')).toHaveLength(0);
    // The answer again, since the acknowledgement was lost.
    telephone.answer(invite, 200, pickUp('two', '192.0.2.10'));
    await stage.clock.advance(50);
    expect(second.requests('ACK')).toHaveLength(2);
    leg.hangUp('completed');
    await stage.clock.advance(50);
    second.answer(latest(second, 'BYE'), 200);
    await nothingLeft();
  });

  it('and whose answer says nothing of how they hear is left', async () => {
    const { stage, telephone, dialled, invite, nothingLeft } = await calling();
    telephone.answer(invite, 200, { toTag: 'bob', headers: [contact()] });
    await expect(stage.until(dialled)).rejects.toMatchObject({ code: 'refused' });
    await stage.clock.advance(50);
    telephone.answer(latest(telephone, 'BYE'), 200);
    await nothingLeft();
  });

  it('and whose telephone makes sure that we hear it ring is told so, and may answer there already', async () => {
    const { stage, end, telephone, dialled, invite, nothingLeft } = await calling();
    const sure = (number: number) => [
      contact(),
      { name: 'Require', value: '100rel' },
      { name: 'RSeq', value: String(number) },
    ];
    const early = { toTag: 'bob', headers: sure(7), content: { type: SDP, body: sdpOf(THERE) } };
    telephone.answer(invite, 183, early);
    await stage.clock.advance(50);
    const prack = latest(telephone, 'PRACK');
    expect(header(prack.headers, 'RAck')).toBe(`7 ${header(invite.headers, 'CSeq')}`);
    telephone.answer(prack, 200);
    // Again, and one of which the one before was lost: neither is confirmed.
    telephone.answer(invite, 183, early);
    telephone.answer(invite, 180, { toTag: 'bob', headers: sure(9) });
    await stage.clock.advance(50);
    expect(new Set(telephone.requests('PRACK').map(({ headers }) => header(headers, 'CSeq'))).size).toBe(1);
    telephone.answer(invite, 200, { toTag: 'bob', headers: [contact()] });
    const leg = await stage.until(dialled);
    expect(end.media.sessions[0]?.far).toBe(`${THERE}:4000`);
    await stage.clock.advance(50);
    leg.hangUp('completed');
    await stage.clock.advance(50);
    telephone.answer(latest(telephone, 'BYE'), 200);
    await nothingLeft();
  });

  it('and who wants longer signs of life is asked again with those', async () => {
    const { stage, telephone, dialled, invite } = await calling();
    expect(header(invite.headers, 'Min-SE')).toBe('90');
    telephone.answer(invite, 422, { toTag: 'bob', headers: [{ name: 'Min-SE', value: '3600' }] });
    await stage.clock.advance(50);
    const again = latest(telephone, 'INVITE');
    expect(header(again.headers, 'Session-Expires')).toBe('3600');
    telephone.answer(again, 200, pickUp());
    expect((await stage.until(dialled)).kind).toBe('sip');
  });

  it('and who moved within their house is followed once; to another house nobody is followed', async () => {
    const { stage, telephone, dialled, invite } = await calling();
    const moved = (uri: string) => ({ toTag: 'bob', headers: [{ name: 'Contact', value: `<${uri}>` }] });
    telephone.answer(invite, 302, moved(`sip:desk@${THERE}`));
    await stage.clock.advance(50);
    const again = latest(telephone, 'INVITE');
    expect(again.uri).toBe(`sip:desk@${THERE}`);
    telephone.answer(again, 302, moved('sip:+900123@198.51.100.1'));
    await expect(stage.until(dialled)).rejects.toMatchObject({ code: 'refused' });
  });
});

describe('a far end that asks who we are', () => {
  const password = { bob: 'secret' } as Readonly<Record<string, string>>;
  const asking = (stage: { clock: { epochMs(): number } }) =>
    createDigestServer({
      realm: 'trunk',
      passwordOf: (username) => password[username],
      epochMs: () => stage.clock.epochMs(),
    });

  it('gets the proof, also for what we say within the call', async () => {
    const { stage, telephone, dialled, invite, nothingLeft } = await calling({
      credentials: { username: 'bob', password: 'secret' },
    });
    const digest = asking(stage);
    telephone.answer(invite, 401, { toTag: 'x', headers: digest.challenges() });
    await stage.clock.advance(50);
    const proven = latest(telephone, 'INVITE');
    expect(await digest.check(proven)).toMatchObject({ type: 'known', username: 'bob' });
    expect(header(proven.headers, 'Call-ID')).toBe(header(invite.headers, 'Call-ID'));
    telephone.answer(proven, 200, pickUp());
    const leg: PhoneLeg = await stage.until(dialled);
    leg.hangUp('completed');
    await stage.clock.advance(50);
    const bye = latest(telephone, 'BYE');
    expect(await digest.check(bye)).toMatchObject({ type: 'known' });
    // They want a newer proof for the goodbye.
    telephone.answer(bye, 401, { headers: digest.challenges(true) });
    await stage.clock.advance(50);
    const again = latest(telephone, 'BYE');
    expect(await digest.check(again)).toMatchObject({ type: 'known' });
    telephone.answer(again, 200);
    await nothingLeft();
  });

  it('and does not believe us is not asked a third time', async () => {
    const { stage, telephone, dialled, invite } = await calling({
      credentials: { username: 'bob', password: 'wrong' },
    });
    const digest = asking(stage);
    telephone.answer(invite, 401, { toTag: 'x', headers: digest.challenges() });
    await stage.clock.advance(50);
    telephone.answer(latest(telephone, 'INVITE'), 401, { toTag: 'x', headers: digest.challenges() });
    await expect(stage.until(dialled)).rejects.toMatchObject({ code: 'refused' });
    await stage.clock.advance(5000);
    const numbers = new Set(telephone.requests('INVITE').map(({ headers }) => header(headers, 'CSeq')));
    expect(numbers.size).toBe(2);
  });
});

describe('a far end that is at several places', () => {
  it('is looked for at the next one when the first sends us away', async () => {
    const stage = createStage();
    const places = ['192.0.2.9', '192.0.2.10'];
    const peers = places.map((address) => ({ protocol: 'udp', address, port: 5060 }) as const);
    const end = await stage.actor(HERE, { locator: { locate: () => Promise.resolve(peers) } });
    const first = await createHandMade(stage, '192.0.2.9');
    const second = await createHandMade(stage, '192.0.2.10');
    const dialled = end.endpoint.dial(
      { uri: 'sip:bob@trunk.example', from: { uri: end.uri } },
      new AbortController().signal,
    );
    await stage.clock.advance(50);
    first.answer(latest(first, 'INVITE'), 503, { toTag: 'x' });
    await stage.clock.advance(50);
    second.answer(latest(second, 'INVITE'), 200, pickUp('bob', '192.0.2.10'));
    expect((await stage.until(dialled)).to).toBe('bob');
  });

  it('is looked for at the next one when the first says nothing, and is let off there when that comes too late', async () => {
    const stage = createStage();
    const places = ['192.0.2.9', '192.0.2.10'];
    const peers = places.map((address) => ({ protocol: 'udp', address, port: 5060 }) as const);
    const end = await stage.actor(HERE, { locator: { locate: () => peers } });
    const first = await createHandMade(stage, '192.0.2.9');
    const second = await createHandMade(stage, '192.0.2.10');
    const dialled = end.endpoint.dial(
      { uri: 'sip:bob@trunk.example', from: { uri: end.uri } },
      new AbortController().signal,
    );
    await stage.clock.advance(4050);
    second.answer(latest(second, 'INVITE'), 200, pickUp('bob', '192.0.2.10'));
    const leg = await stage.until(dialled);
    first.answer(latest(first, 'INVITE'), 180, { toTag: 'late', headers: [contact()] });
    await stage.clock.advance(50);
    expect(first.requests('CANCEL')).toHaveLength(1);
    first.answer(latest(first, 'INVITE'), 200, pickUp('late'));
    await stage.clock.advance(50);
    expect(first.requests('ACK')).toHaveLength(1);
    first.answer(latest(first, 'BYE'), 200);
    expect(second.requests('BYE')).toHaveLength(0);
    leg.hangUp('completed');
    await stage.clock.advance(50);
    second.answer(latest(second, 'BYE'), 200);
    await stage.clock.advance(150_000);
    expect(end.endpoint.figures).toMatchObject({ calls: 0, dialogs: 0, transactions: 0, timers: 0 });
  });
});
