import { describe, expect, it } from 'vitest';
import type { PhoneLeg } from '../../phone/phone-leg.ts';
import { header } from '../message/headers.ts';
import type { SipMessage } from '../message/sip-message.ts';
import { answeredCall, HERE, THERE, withSdp } from '../testing/answered-call.ts';
import { createHandMade, inDialogText, inviteText, sdpOf } from '../testing/hand-made.ts';
import { type Actor, createStage, type Stage } from '../testing/stage.ts';
import { bodyText } from '../transaction/make-message.ts';

const never = new AbortController().signal;

async function nothingLeft(stage: Stage, ...actors: readonly Actor[]) {
  await stage.clock.advance(100_000);
  for (const { endpoint, media, errors } of actors) {
    expect(endpoint.figures).toMatchObject({ calls: 0, dialogs: 0, transactions: 0, timers: 0 });
    expect(media.inUse).toBe(0);
    expect(errors).toEqual([]);
  }
}

describe('a caller', () => {
  it('who gives up while it rings is told so, and the agent learns it', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE, { onCall: (call) => call.ring() });
    const telephone = await createHandMade(stage, THERE);
    const via = `Via: SIP/2.0/UDP ${THERE}:5060;branch=z9hG4bKone;rport`;
    telephone.say(HERE, inviteText(THERE, HERE, [via]));
    await stage.clock.advance(1000);
    telephone.say(
      HERE,
      inviteText(THERE, HERE, [via], '').replace('INVITE sip', 'CANCEL sip').replace('10 INVITE', '10 CANCEL'),
    );
    await stage.clock.advance(50);
    expect(telephone.responses('CANCEL')).toMatchObject([{ status: 200 }]);
    expect(telephone.responses('INVITE').map(({ status }) => status)).toEqual([180, 487]);
    const [call] = end.offered;
    expect(call?.cancelled.aborted).toBe(true);
    await expect(call?.answer()).rejects.toMatchObject({ code: 'ended' });
    await nothingLeft(stage, end);
  });

  it('who gives up by hanging up a call that rings is told so too', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE, { onCall: (call) => call.ring() });
    const telephone = await createHandMade(stage, THERE);
    telephone.say(HERE, inviteText(THERE, HERE));
    await stage.clock.advance(50);
    const [ringing] = telephone.responses('INVITE');
    if (ringing === undefined) throw new Error('does not ring');
    telephone.say(HERE, inDialogText('BYE', ringing, THERE, HERE));
    await stage.clock.advance(50);
    expect(telephone.responses('BYE')).toMatchObject([{ status: 200 }]);
    expect(telephone.responses('INVITE').at(-1)?.status).toBe(487);
    expect(end.offered[0]?.cancelled.aborted).toBe(true);
  });

  it('is not let off by somebody else who overheard the call', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE, { onCall: (call) => call.ring() });
    const telephone = await createHandMade(stage, THERE);
    const stranger = await createHandMade(stage, '192.0.2.66');
    const via = `Via: SIP/2.0/UDP ${THERE}:5060;branch=z9hG4bKone;rport`;
    telephone.say(HERE, inviteText(THERE, HERE, [via]));
    await stage.clock.advance(50);
    stranger.say(
      HERE,
      inviteText(THERE, HERE, [via], '').replace('INVITE sip', 'CANCEL sip').replace('10 INVITE', '10 CANCEL'),
    );
    await stage.clock.advance(50);
    expect(end.offered[0]?.cancelled.aborted).toBe(false);
  });

  it('whose telephone leaves the offer of sound to us gets ours, and brings the answer with the acknowledgement', async () => {
    const stage = createStage();
    const legs: PhoneLeg[] = [];
    const end = await stage.actor(HERE, { onCall: (call) => void call.answer().then((leg) => legs.push(leg)) });
    const telephone = await createHandMade(stage, THERE);
    telephone.say(HERE, inviteText(THERE, HERE, [], ''));
    await stage.clock.advance(50);
    const [answer] = telephone.responses('INVITE');
    if (answer === undefined) throw new Error('not answered');
    expect(bodyText(answer)).toContain('m=audio');
    telephone.say(HERE, inDialogText('ACK', answer, THERE, HERE, ['CSeq: 10 ACK', ...withSdp('sendrecv')]));
    await stage.clock.advance(50);
    expect(end.media.sessions[0]?.far).toBe(`${THERE}:4000`);
    expect(telephone.requests('BYE')).toHaveLength(0);
  });

  it('who brings no answer to our offer is hung up on, for nobody could hear', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE, { onCall: (call) => void call.answer() });
    const telephone = await createHandMade(stage, THERE);
    telephone.say(HERE, inviteText(THERE, HERE, [], ''));
    await stage.clock.advance(50);
    const [answer] = telephone.responses('INVITE');
    if (answer === undefined) throw new Error('not answered');
    telephone.say(HERE, inDialogText('ACK', answer, THERE, HERE, ['CSeq: 10 ACK']));
    await stage.clock.advance(50);
    expect(telephone.requests('BYE')).toHaveLength(1);
    await nothingLeft(stage, end);
  });

  it('with whom no codec is common hears that, and nothing stays open', async () => {
    const stage = createStage();
    const failures: unknown[] = [];
    const end = await stage.actor(HERE, {
      onCall: (call) => void call.answer().catch((error) => failures.push(error)),
    });
    const telephone = await createHandMade(stage, THERE);
    telephone.say(HERE, inviteText(THERE, HERE, [], sdpOf(THERE).replace('RTP/AVP 0', 'RTP/AVP 18')));
    await stage.clock.advance(50);
    expect(telephone.responses('INVITE')).toMatchObject([{ status: 488 }]);
    expect(failures).toMatchObject([{ code: 'refused' }]);
    await nothingLeft(stage, end);
  });

  it('who insists on being sure of what he hears gets the ringing again until his telephone confirms it', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE, { onCall: (call) => call.ring() });
    const telephone = await createHandMade(stage, THERE);
    telephone.say(HERE, inviteText(THERE, HERE, ['Require: 100rel']));
    await stage.clock.advance(1600);
    const rings = telephone.responses('INVITE');
    expect(rings.map(({ status }) => status)).toEqual([180, 180, 180]);
    const [ringing] = rings;
    if (ringing === undefined) throw new Error('does not ring');
    const number = header(ringing.headers, 'RSeq');
    telephone.say(HERE, inDialogText('PRACK', ringing, THERE, HERE, [`RAck: ${number} 10 INVITE`]));
    await stage.clock.advance(10_000);
    expect(telephone.responses('PRACK')).toMatchObject([{ status: 200 }]);
    expect(telephone.responses('INVITE')).toHaveLength(3);
    await end.offered[0]?.answer();
    await stage.clock.advance(50);
    expect(telephone.responses('INVITE').at(-1)?.status).toBe(200);
  });

  it('who puts us on hold, moves to another address and comes back is followed', async () => {
    const { stage, say, status, session, telephone, answer } = await answeredCall();
    const ack = (number: number) =>
      telephone.say(HERE, inDialogText('ACK', answer, THERE, HERE, [`CSeq: ${number} ACK`]));
    say('INVITE', ['CSeq: 11 INVITE', ...withSdp('sendonly')]);
    expect(await status('INVITE')).toBe(200);
    ack(11);
    expect(session?.isHeld).toBe(true);
    expect(bodyText(telephone.responses('INVITE').at(-1) ?? answer)).toContain('a=recvonly');
    say('UPDATE', ['CSeq: 12 UPDATE', ...withSdp('sendrecv', '192.0.2.77', 5000)]);
    expect(await status('UPDATE')).toBe(200);
    expect(session).toMatchObject({ isHeld: false, far: '192.0.2.77:5000' });
    await stage.clock.advance(40_000);
    expect(telephone.requests('BYE')).toHaveLength(0);
  });

  it('whose new offer cannot be taken keeps the call as it was', async () => {
    const { say, status, session } = await answeredCall();
    const bad = [`Content-Type: application/sdp\n\n${sdpOf('192.0.2.77').replace('RTP/AVP 0', 'RTP/AVP 18')}`];
    say('INVITE', ['CSeq: 11 INVITE', ...bad]);
    expect(await status('INVITE')).toBe(488);
    expect(session).toMatchObject({ far: `${THERE}:4000`, isClosed: false });
  });

  it('presses keys by message, in either way of writing them', async () => {
    const { leg, say, status } = await answeredCall();
    const heard: string[] = [];
    leg.listen({ frame() {}, digit: (digit) => heard.push(digit) });
    say('INFO', ['CSeq: 11 INFO', 'Content-Type: application/dtmf-relay\n\nSignal=5\nDuration=160']);
    expect(await status('INFO')).toBe(200);
    say('INFO', ['CSeq: 12 INFO', 'Content-Type: application/dtmf\n\n#']);
    expect(await status('INFO')).toBe(200);
    say('INFO', ['CSeq: 13 INFO', 'Content-Type: application/dtmf-relay\n\nSignal=10']);
    await status('INFO');
    expect(heard).toEqual(['5', '#', '*']);
    say('INFO', ['CSeq: 14 INFO', 'Content-Type: text/plain\n\nhello']);
    expect(await status('INFO')).toBe(415);
  });

  it('who hangs up ends the call, and is answered', async () => {
    const { stage, end, leg, say, status } = await answeredCall();
    say('BYE');
    expect(await status('BYE')).toBe(200);
    expect(await leg.ended).toMatchObject({ by: 'far' });
    await nothingLeft(stage, end);
  });

  it('cannot be hung up on by a stranger who knows the tags of the call', async () => {
    const { stage, leg, answer } = await answeredCall();
    const stranger = await createHandMade(stage, '192.0.2.66');
    stranger.say(HERE, inDialogText('BYE', answer, THERE, HERE));
    await stage.clock.advance(50);
    expect(stranger.responses('BYE')).toMatchObject([{ status: 481 }]);
    const end = await Promise.race([leg.ended, Promise.resolve('goes on')]);
    expect(end).toBe('goes on');
  });

  it('whose requests come in the wrong order, or with a wrong tag, is not misunderstood', async () => {
    const { stage, say, status, telephone, answer } = await answeredCall();
    say('INFO', ['CSeq: 9 INFO']);
    expect(await status('INFO')).toBe(500);
    const wrong = inDialogText('BYE', answer, THERE, HERE).replace('tag=hand', 'tag=other');
    telephone.say(HERE, wrong);
    await stage.clock.advance(50);
    expect(telephone.responses('BYE')).toMatchObject([{ status: 481 }]);
  });

  it('who wants us to call somebody is refused, and may ask what we can', async () => {
    const { say, status } = await answeredCall();
    say('REFER', ['CSeq: 11 REFER', 'Refer-To: <sip:+900123@example.com>']);
    expect(await status('REFER')).toBe(603);
    say('OPTIONS', ['CSeq: 12 OPTIONS']);
    expect(await status('OPTIONS')).toBe(200);
  });

  it('of whom nothing is heard for a minute is hung up on, but not while we are on hold', async () => {
    const { stage, leg, session, telephone, say, answer } = await answeredCall();
    say('INVITE', ['CSeq: 11 INVITE', ...withSdp('inactive')]);
    await stage.clock.advance(50);
    telephone.say(HERE, inDialogText('ACK', answer, THERE, HERE, ['CSeq: 11 ACK']));
    session?.options.onEvent({ type: 'silent', forMs: 80_000 });
    say('INVITE', ['CSeq: 12 INVITE', ...withSdp('sendrecv')]);
    await stage.clock.advance(50);
    telephone.say(HERE, inDialogText('ACK', answer, THERE, HERE, ['CSeq: 12 ACK']));
    session?.options.onEvent({ type: 'silent', forMs: 40_000 });
    await stage.clock.advance(50);
    expect(telephone.requests('BYE')).toHaveLength(0);
    session?.options.onEvent({ type: 'silent', forMs: 60_000 });
    await stage.clock.advance(50);
    expect(telephone.requests('BYE')).toHaveLength(1);
    expect(await leg.ended).toMatchObject({ by: 'network' });
  });

  it('whose sound fails here is hung up on', async () => {
    const { stage, leg, session, telephone } = await answeredCall();
    session?.options.onEvent({ type: 'failed', reason: 'the thread of its sound ended' });
    await stage.clock.advance(50);
    expect(telephone.requests('BYE')).toHaveLength(1);
    expect(await leg.ended).toEqual({ by: 'network', reason: 'the thread of its sound ended' });
    expect(session?.isClosed).toBe(true);
  });

  it('whose proxies stay in the way is answered through them', async () => {
    const { telephone, leg, stage } = await answeredCall([
      `Record-Route: <sip:${THERE};lr>`,
      'Record-Route: <sip:198.51.100.7;lr>',
    ]);
    leg.hangUp('completed');
    await stage.clock.advance(50);
    const [bye] = telephone.requests('BYE');
    expect(bye?.uri).toBe(`sip:hand@${THERE}:5060`);
    const routes = bye?.headers.filter(({ name }) => name === 'Route').map(({ value }) => value);
    expect(routes).toEqual([`<sip:${THERE};lr>`, '<sip:198.51.100.7;lr>']);
  });

  it('behind an old proxy that wants itself addressed is answered as that needs it', async () => {
    const { telephone, leg, stage } = await answeredCall([`Record-Route: <sip:${THERE}>`]);
    leg.hangUp('completed');
    await stage.clock.advance(50);
    const [bye] = telephone.requests('BYE');
    expect(bye?.uri).toBe(`sip:${THERE}`);
    expect(header(bye?.headers ?? [], 'Route')).toBe(`<sip:hand@${THERE}:5060>`);
  });
});

describe('keys that we press', () => {
  it('go as messages to whom takes none in the sound', async () => {
    const { stage, telephone, leg } = await answeredCall();
    const sent = leg.sendDigits(['4', '#'], never);
    await stage.clock.advance(50);
    for (const want of ['4', '#']) {
      const info = telephone.requests('INFO').at(-1);
      if (info === undefined) throw new Error('no INFO');
      expect(bodyText(info)).toContain(`Signal=${want}`);
      telephone.answer(info, 200);
      await stage.clock.advance(50);
    }
    await stage.until(sent);
  });
});

describe('a server that is being drained', () => {
  it('sends new calls and questions elsewhere, and keeps its calls', async () => {
    const { end, telephone, stage, say, status } = await answeredCall();
    end.endpoint.drain();
    const lines = [`From: <sip:a@${THERE}>;tag=a`, `To: <sip:u2@${HERE}>`, 'Call-ID: x', 'CSeq: 1 OPTIONS'];
    telephone.say(HERE, [`OPTIONS sip:${HERE} SIP/2.0`, ...lines].join('\n'));
    telephone.say(HERE, inviteText(THERE, HERE).replace('call-1', 'call-2'));
    await stage.clock.advance(50);
    const refusals: readonly SipMessage[] = [
      ...telephone.responses('OPTIONS'),
      ...telephone.responses('INVITE').slice(1),
    ];
    expect(refusals).toMatchObject([{ status: 503 }, { status: 503 }]);
    for (const { headers } of refusals) expect(header(headers, 'Retry-After')).toBe('10');
    say('OPTIONS');
    expect(await status('OPTIONS')).toBe(200);
  });
});
