import { describe, expect, it } from 'vitest';
import { header } from '../message/headers.ts';
import { answeredCall, HERE, THERE } from '../testing/answered-call.ts';

const never = new AbortController().signal;

describe('a call that we transfer', () => {
  const news = (status: string, state = 'active;expires=60') => [
    'Event: refer',
    `Subscription-State: ${state}`,
    `Content-Type: message/sipfrag;version=2.0\n\nSIP/2.0 ${status}`,
  ];

  async function referred(target = '+353861234567') {
    const stageAndCall = await answeredCall();
    const { stage, telephone, leg } = stageAndCall;
    const outcome = leg.refer(target, never);
    outcome.catch(() => undefined);
    await stage.clock.advance(50);
    const [refer] = telephone.requests('REFER');
    if (refer === undefined) throw new Error('no REFER');
    return { ...stageAndCall, outcome, refer };
  }

  it('is answered when they tell that the other person picked up, and then ends', async () => {
    const { stage, telephone, leg, outcome, refer, say, status } = await referred();
    expect(header(refer.headers, 'Refer-To')).toBe(`<sip:+353861234567@${THERE};user=phone>`);
    expect(header(refer.headers, 'Referred-By')).toBe(`<sip:u2@${HERE}>`);
    telephone.answer(refer, 202);
    say('NOTIFY', ['CSeq: 11 NOTIFY', ...news('180 Ringing')]);
    expect(await status('NOTIFY')).toBe(200);
    say('NOTIFY', ['CSeq: 12 NOTIFY', ...news('200 OK', 'terminated;reason=noresource')]);
    expect(await stage.until(outcome)).toEqual({ type: 'answered' });
    await stage.clock.advance(2100);
    expect(telephone.requests('BYE').length).toBeGreaterThan(0);
    expect(await leg.ended).toEqual({ by: 'here', reason: 'transferred' });
  });

  it.each([
    ['486 Busy Here', 'busy'],
    ['603 Decline', 'refused'],
    ['480 Temporarily Unavailable', 'no_answer'],
    ['503 Service Unavailable', 'unreachable'],
  ])('goes on when the other person could not be had: %s', async (line, reason) => {
    const { stage, telephone, outcome, refer, say, leg } = await referred();
    telephone.answer(refer, 202);
    say('NOTIFY', ['CSeq: 11 NOTIFY', ...news(line, 'terminated;reason=noresource')]);
    expect(await stage.until(outcome)).toEqual({ type: 'failed', reason });
    expect(await Promise.race([leg.ended, Promise.resolve('goes on')])).toBe('goes on');
  });

  it('goes on when they do not do transfers', async () => {
    const { stage, telephone, outcome, refer } = await referred();
    telephone.answer(refer, 405);
    expect(await stage.until(outcome)).toEqual({ type: 'failed', reason: 'not_supported' });
  });

  it('goes on when nothing is told for forty seconds', async () => {
    const { stage, telephone, outcome, refer, say, status } = await referred();
    telephone.answer(refer, 202);
    say('NOTIFY', ['CSeq: 11 NOTIFY', ...news('180 Ringing')]);
    expect(await stage.until(outcome)).toEqual({ type: 'failed', reason: 'no_answer' });
    say('NOTIFY', ['CSeq: 12 NOTIFY', ...news('200 OK')]);
    expect(await status('NOTIFY')).toBe(481);
  });

  it('is done when they take it, tell nothing, and say goodbye', async () => {
    const { stage, telephone, leg, outcome, refer, say } = await referred();
    telephone.answer(refer, 202);
    await stage.clock.advance(50);
    say('BYE', ['CSeq: 11 BYE', 'Reason: Q.850;cause=16;text="Normal call clearing"']);
    expect(await stage.until(outcome)).toEqual({ type: 'answered' });
    expect(await leg.ended).toEqual({ by: 'far', reason: 'they hung up (Q.850 16)' });
  });

  it('fails when the caller hangs up while it rings at the other person', async () => {
    const { stage, telephone, outcome, refer, say } = await referred();
    telephone.answer(refer, 202);
    say('NOTIFY', ['CSeq: 11 NOTIFY', ...news('180 Ringing')]);
    await stage.clock.advance(50);
    say('BYE', ['CSeq: 12 BYE']);
    await expect(stage.until(outcome)).rejects.toMatchObject({ code: 'ended' });
  });

  it('fails when the caller hangs up meanwhile', async () => {
    const { stage, outcome, say } = await referred();
    say('BYE');
    await expect(stage.until(outcome)).rejects.toMatchObject({ code: 'ended' });
  });
});
