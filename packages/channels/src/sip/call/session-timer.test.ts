import { describe, expect, it } from 'vitest';
import { header } from '../message/headers.ts';
import { answeredCall, HERE, THERE, withSdp } from '../testing/answered-call.ts';
import { createHandMade, inviteText } from '../testing/hand-made.ts';
import { createStage } from '../testing/stage.ts';
import { bodyText } from '../transaction/make-message.ts';

const _never = new AbortController().signal;

describe('signs that a call goes on', () => {
  it('are given by us in half of the time when that is our part, by a message without an offer where they take it', async () => {
    const supports = ['Supported: timer', 'Session-Expires: 120;refresher=uas', 'Allow: UPDATE, INVITE'];
    const { stage, telephone, answer, end } = await answeredCall(supports);
    expect(header(answer.headers, 'Session-Expires')).toBe('120;refresher=uas');
    await stage.clock.advance(60_000);
    const [update] = telephone.requests('UPDATE');
    if (update === undefined) throw new Error('no UPDATE');
    expect(update.body).toHaveLength(0);
    expect(header(update.headers, 'Session-Expires')).toBe('120;refresher=uac');
    telephone.answer(update, 200, { headers: [{ name: 'Session-Expires', value: '120;refresher=uac' }] });
    await stage.clock.advance(60_100);
    expect(telephone.requests('UPDATE').length).toBeGreaterThan(1);
    expect(telephone.requests('BYE')).toHaveLength(0);
    expect(end.errors).toEqual([]);
  });

  it('are given by a new offer where they do not take it, and a call that nobody knows any more ends', async () => {
    const supports = ['Supported: timer', 'Session-Expires: 120;refresher=uas', 'Allow: INVITE'];
    const { stage, telephone, leg } = await answeredCall(supports);
    await stage.clock.advance(60_000);
    const [invite] = telephone.requests('INVITE');
    if (invite === undefined) throw new Error('no re-INVITE');
    expect(bodyText(invite)).toContain('m=audio');
    telephone.answer(invite, 481);
    await stage.clock.advance(50);
    expect(await leg.ended).toMatchObject({ by: 'far' });
  });

  it('that never come end the call a little before its time is over', async () => {
    const { stage, telephone, leg, answer } = await answeredCall(['Supported: timer', 'Session-Expires: 120']);
    expect(header(answer.headers, 'Session-Expires')).toBe('120;refresher=uac');
    expect(header(answer.headers, 'Require')).toBe('timer');
    await stage.clock.advance(87_000);
    expect(telephone.requests('BYE')).toHaveLength(0);
    await stage.clock.advance(2000);
    expect(telephone.requests('BYE').length).toBeGreaterThan(0);
    expect(await leg.ended).toMatchObject({ by: 'network' });
  });

  it('more often than each 90 seconds are too many, and whoever asks for them is told', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE);
    const telephone = await createHandMade(stage, THERE);
    telephone.say(HERE, inviteText(THERE, HERE, ['Supported: timer', 'Session-Expires: 60']));
    await stage.clock.advance(50);
    const [refusal] = telephone.responses('INVITE');
    expect(refusal?.status).toBe(422);
    expect(header(refusal?.headers ?? [], 'Min-SE')).toBe('90');
    expect(end.offered).toHaveLength(0);
  });

  it('and offers that cross are tried again at different times', async () => {
    const supports = ['Supported: timer', 'Session-Expires: 120;refresher=uas', 'Allow: INVITE'];
    const { stage, telephone, say, status } = await answeredCall(supports);
    await stage.clock.advance(60_000);
    const [ours] = telephone.requests('INVITE');
    if (ours === undefined) throw new Error('no re-INVITE');
    say('INVITE', ['CSeq: 11 INVITE', ...withSdp('sendonly')]);
    expect(await status('INVITE')).toBe(491);
    telephone.answer(ours, 491);
    await stage.clock.advance(2100);
    const numbers = new Set(telephone.requests('INVITE').map(({ headers }) => header(headers, 'CSeq')));
    // They own the call, so that we try first: within two seconds.
    expect(numbers.size).toBe(2);
  });
});
