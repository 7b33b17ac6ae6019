import { describe, expect, it } from 'vitest';
import type { PhoneLeg } from '../phone/phone-leg.ts';
import { createDigestClient } from './auth/digest-client.ts';
import { createDigestServer } from './auth/digest-server.ts';
import { header } from './message/headers.ts';
import { answeredCall, HERE, THERE } from './testing/answered-call.ts';
import { createHandMade, inDialogText, inviteText } from './testing/hand-made.ts';
import { createStage } from './testing/stage.ts';

const STRANGER = '192.0.2.66';
const accounts = {
  passwordOf: () => undefined,
  isOptionalFor: ({ address }: { address: string }) => address === THERE,
};
const outside = (method: string, more: readonly string[] = [], id = 's') =>
  [
    `${method} sip:u2@${HERE} SIP/2.0`,
    `From: <sip:s@${STRANGER}>;tag=s`,
    `To: <sip:u2@${HERE}>`,
    `Call-ID: ${id}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:s@${STRANGER}:5060>`,
    ...more,
  ].join('\n');

describe('whoever sends from an address that may be forged', () => {
  it.each([
    ['a call', outside('INVITE'), 401],
    ['a registration', outside('REGISTER'), 401],
    ['a question', outside('OPTIONS'), 200],
    ['a goodbye of no call', outside('BYE').replace(`@${HERE}>`, `@${HERE}>;tag=guess`), 481],
    ['a new offer of no call', outside('INVITE').replace(`@${HERE}>`, `@${HERE}>;tag=guess`), 481],
    ['a transfer', outside('REFER', ['Refer-To: <sip:+900@example.com>']), 603],
    ['what we cannot', outside('MESSAGE'), 405],
    ['what nobody can', outside('INVITE', ['Require: sorcery']), 420],
  ])('is answered once for %s, and nothing is kept of it', async (_what, text, status) => {
    const stage = createStage();
    const end = await stage.actor(HERE, { accounts });
    const stranger = await createHandMade(stage, STRANGER);
    const method = text.split(' ', 1)[0] ?? '';
    stranger.say(HERE, text);
    await stage.clock.advance(50);
    expect(end.endpoint.figures).toMatchObject({ transactions: 0, timers: 0 });
    // Nobody acknowledges it: whoever was named as the sender never asked.
    await stage.clock.advance(40_000);
    expect(stranger.responses(method)).toMatchObject([{ status }]);
    expect(end.offered).toHaveLength(0);
  });

  it('who calls in the name of somebody whom we know is spoken to for five seconds, not for half a minute', async () => {
    const stage = createStage();
    const legs: PhoneLeg[] = [];
    const end = await stage.actor(HERE, { onCall: (call) => void call.answer().then((leg) => legs.push(leg)) });
    const known = await createHandMade(stage, THERE);
    known.say(HERE, inviteText(THERE, HERE));
    await stage.clock.advance(4900);
    expect(end.media.inUse).toBe(1);
    await stage.clock.advance(200);
    expect(end.media.inUse).toBe(0);
    expect(await legs[0]?.ended).toMatchObject({ by: 'network' });
    await stage.clock.advance(100_000);
    expect(known.requests('BYE').length).toBeGreaterThan(0);
    expect(end.endpoint.figures).toMatchObject({ calls: 0, dialogs: 0, transactions: 0, timers: 0 });
  });

  it('cannot take the room of those who talk: they hang up as ever', async () => {
    const { stage, end, leg, say, status } = await answeredCall([], { accounts, maxTransactions: 50 });
    const stranger = await createHandMade(stage, STRANGER);
    for (let each = 0; each < 200; each += 1) stranger.say(HERE, outside('INVITE', [], `s${each}`));
    await stage.clock.advance(50);
    expect(stranger.responses('INVITE')).toHaveLength(200);
    say('BYE');
    expect(await status('BYE')).toBe(200);
    expect(await leg.ended).toMatchObject({ by: 'far' });
    expect(end.offered).toHaveLength(1);
  });
});

describe('when as many requests are dealt with as can be', () => {
  it('those who talk still hang up, and those who ring still give up', async () => {
    const { stage, leg, say, status, telephone } = await answeredCall([], { maxTransactions: 3 });
    const via = `Via: SIP/2.0/UDP ${THERE}:5060;branch=z9hG4bKrings;rport`;
    for (const [id, vias] of [
      ['call-2', [via]],
      ['call-3', []],
      ['call-4', []],
    ] as const) {
      telephone.say(HERE, inviteText(THERE, HERE, vias).replace('call-1', id));
    }
    await stage.clock.advance(50);
    expect(telephone.responses('INVITE').at(-1)?.status).toBe(503);
    say('BYE');
    expect(await status('BYE')).toBe(200);
    expect(await leg.ended).toMatchObject({ by: 'far' });
    telephone.say(
      HERE,
      inviteText(THERE, HERE, [via], '')
        .replace('INVITE sip', 'CANCEL sip')
        .replace('10 INVITE', '10 CANCEL')
        .replace('call-1', 'call-2'),
    );
    expect(await status('CANCEL')).toBe(200);
  });
});

describe('a stranger who overheard a call', () => {
  it('cannot hang up on it by a connection of his own either', async () => {
    const stage = createStage();
    const ended: unknown[] = [];
    const end = await stage.actor(HERE, {
      openTransport: stage.network.open(HERE, 'tcp'),
      onCall: (call) => void call.answer().then((leg) => leg.ended.then((how) => ended.push(how))),
    });
    const telephone = await createHandMade(stage, THERE);
    const stranger = await createHandMade(stage, STRANGER);
    telephone.say(HERE, inviteText(THERE, HERE));
    await stage.clock.advance(50);
    const [answer] = telephone.responses('INVITE');
    if (answer === undefined) throw new Error('not answered');
    telephone.say(HERE, inDialogText('ACK', answer, THERE, HERE, ['CSeq: 10 ACK']));
    stranger.say(HERE, inDialogText('BYE', answer, THERE, HERE));
    await stage.clock.advance(50);
    expect(stranger.responses('BYE')).toMatchObject([{ status: 481 }]);
    expect(ended).toEqual([]);
    expect(end.endpoint.figures.calls).toBe(1);
  });

  it('cannot give it up while it rings by a connection of his own either', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE, {
      openTransport: stage.network.open(HERE, 'tcp'),
      onCall: (call) => call.ring(),
    });
    const telephone = await createHandMade(stage, THERE);
    const stranger = await createHandMade(stage, STRANGER);
    const via = `Via: SIP/2.0/TCP ${THERE}:5060;branch=z9hG4bKone`;
    telephone.say(HERE, inviteText(THERE, HERE, [via]));
    await stage.clock.advance(50);
    stranger.say(
      HERE,
      inviteText(THERE, HERE, [via], '').replace('INVITE sip', 'CANCEL sip').replace('10 INVITE', '10 CANCEL'),
    );
    await stage.clock.advance(50);
    expect(end.offered[0]?.cancelled.aborted).toBe(false);
  });

  it('who calls in the name of the trunk gets no proof of our account', async () => {
    const stage = createStage();
    const trunk = await createHandMade(stage, THERE);
    const thief = await createHandMade(stage, STRANGER);
    const end = await stage.actor(HERE, {
      trunks: [{ address: `sip:me@${THERE}`, credentials: { username: 'me', password: 'secret' } }],
      onCall: (call) => void call.answer(),
    });
    await stage.clock.advance(50);
    const [register] = trunk.requests('REGISTER');
    if (register === undefined) throw new Error('not registered');
    trunk.answer(register, 200, { headers: [{ name: 'Expires', value: '600' }] });
    await stage.clock.advance(50);
    // As if from the trunk, but requests of the call are to go to the thief; the answer, and its tag, he never sees.
    trunk.say(HERE, inviteText(THERE, HERE).replace(`Contact: <sip:hand@${THERE}`, `Contact: <sip:hand@${STRANGER}`));
    await stage.clock.advance(33_000);
    const [bye] = thief.requests('BYE');
    if (bye === undefined) throw new Error('not hung up');
    const digest = createDigestServer({ realm: 'trunk', passwordOf: () => 'x', epochMs: () => stage.clock.epochMs() });
    thief.answer(bye, 401, { headers: digest.challenges() });
    await stage.clock.advance(1000);
    const proofs = thief.requests('BYE').flatMap(({ headers }) => header(headers, 'Authorization') ?? []);
    expect(proofs).toEqual([]);
    await stage.clock.advance(100_000);
    expect(end.endpoint.figures).toMatchObject({ calls: 0, dialogs: 0 });
  });
});

describe('a trunk that we do not register with', () => {
  it('gets the proof of our account when it asks within a call that it sent, from whichever of its machines', async () => {
    const stage = createStage();
    const first = await createHandMade(stage, THERE);
    const second = await createHandMade(stage, '192.0.2.10');
    const legs: PhoneLeg[] = [];
    await stage.actor(HERE, {
      knownTrunks: [
        {
          isAt: (address) => address === THERE || address === '192.0.2.10',
          credentials: { username: 'me', password: 'secret' },
        },
      ],
      onCall: (call) => void call.answer().then((leg) => legs.push(leg)),
    });
    first.say(HERE, inviteText(THERE, HERE));
    await stage.clock.advance(50);
    const [answer] = first.responses('INVITE');
    if (answer === undefined) throw new Error('not answered');
    first.say(HERE, inDialogText('ACK', answer, THERE, HERE, ['CSeq: 10 ACK']));
    second.say(HERE, inDialogText('INFO', answer, THERE, HERE));
    await stage.clock.advance(50);
    expect(second.responses('INFO')).toMatchObject([{ status: 200 }]);
    legs[0]?.hangUp('completed');
    await stage.clock.advance(50);
    const [bye] = first.requests('BYE');
    if (bye === undefined) throw new Error('not hung up');
    const passwordOf = (name: string) => (name === 'me' ? 'secret' : undefined);
    const digest = createDigestServer({ realm: 'trunk', passwordOf, epochMs: () => stage.clock.epochMs() });
    first.answer(bye, 401, { headers: digest.challenges() });
    await stage.clock.advance(50);
    const again = first.requests('BYE').at(-1);
    if (again === undefined) throw new Error('not hung up again');
    expect(await digest.check(again)).toMatchObject({ type: 'known', username: 'me' });
  });
});

describe('a telephone that tells who it is while we begin to leave', () => {
  it('is sent elsewhere, and rings nowhere', async () => {
    const found = Promise.withResolvers<string>();
    const known = { passwordOf: () => found.promise, isOptionalFor: accounts.isOptionalFor };
    const { stage, end } = await answeredCall([], { accounts: known });
    const telephone = await createHandMade(stage, STRANGER);
    telephone.say(HERE, outside('INVITE'));
    await stage.clock.advance(50);
    const [challenge] = telephone.responses('INVITE');
    const client = createDigestClient({ username: 's', password: 'word' });
    const asked = {
      kind: 'request',
      method: 'INVITE',
      uri: `sip:u2@${HERE}`,
      headers: [],
      body: new Uint8Array(),
    } as const;
    const [proof] = (challenge && client.answer(challenge, asked)) ?? [];
    telephone.say(HERE, outside('INVITE', [`Authorization: ${proof?.value}`]).replace('CSeq: 1', 'CSeq: 2'));
    await stage.clock.advance(50);
    // The call that stands is said goodbye to, which takes a while where nobody answers.
    const closed = end.endpoint.close();
    found.resolve('word');
    await stage.clock.advance(50);
    expect(telephone.responses('INVITE').at(-1)?.status).toBe(503);
    expect(end.offered).toHaveLength(1);
    await stage.until(closed);
  });
});
