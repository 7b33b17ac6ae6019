import { fakeNumber } from '@parley/fakes/twilio/twilio-fake.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { incoming, post } from './testing/signed-requests.ts';
import { createTwilioStages, publicUrl, speakOn } from './testing/twilio-stage.ts';

const stages = createTwilioStages();
afterEach(stages.close);
const set = stages.set;

describe('a call that comes in', () => {
  it('talks both ways within a second of being picked up, and ends when the caller hangs up', async () => {
    const here = await set();
    const call = here.call();
    const { leg } = await here.fake.until('the leg', () => here.desk.connected[0]);
    expect(here.desk.offered[0]).toMatchObject({ channel: 'twilio', from: '+353861111111', to: fakeNumber });
    const frames: number[] = [];
    const keys: string[] = [];
    leg.listen({ frame: (frame) => frames.push(frame.length), digit: (digit) => keys.push(digit) });
    await speakOn(leg, 10);
    expect(await call.until('the greeting', ({ person }) => person.hears.soundAfter(0), 5000)).toBeLessThan(1000);
    await call.person.press('42#');
    await call.until('the keys', () => keys.length === 3);
    expect(keys.join('')).toBe('42#');
    await call.until('sound', () => frames.length > 20);
    // Played 200 ms later than written at most, on one machine.
    await call.until('the mark', ({ streams }) => (streams[0]?.marks.length ?? 0) > 0);
    call.person.hangUp();
    expect(await leg.ended).toMatchObject({ by: 'far' });
    expect(call.reports).toEqual([]);
    expect(here.errors).toEqual([]);
  });

  it('over a slow network is known to be as far away as it is, and what is interrupted is thrown away there', async () => {
    const here = await set({ network: { delayMs: 150, jitterMs: 20 } });
    const call = here.call();
    const { leg } = await here.fake.until('the leg', () => here.desk.connected[0]);
    const told: number[] = [];
    leg.listen({ frame() {}, digit() {}, playoutDelay: (delayMs) => told.push(delayMs) });
    await speakOn(leg, 30);
    await call.until('the way was measured', () => told.length > 0);
    // There and back.
    expect(leg.playoutDelayMs).toBeGreaterThanOrEqual(300);
    await speakOn(leg, 10);
    leg.clear();
    await call.until('it is thrown away', ({ streams }) => (streams[0]?.clears ?? 0) > 0);
    expect(call.reports).toEqual([]);
  });

  it('ends when we hang up, after the last words were heard', async () => {
    const here = await set();
    const call = here.call();
    const { leg } = await here.fake.until('the leg', () => here.desk.connected[0]);
    await speakOn(leg, 25);
    leg.hangUp('completed');
    expect(await call.ended).toBe('completed');
    expect(await leg.ended).toEqual({ by: 'here', reason: 'completed' });
    const began = call.person.hears.soundAfter(0) ?? Number.NaN;
    expect(call.person.hears.lastSoundMs - began).toBeGreaterThanOrEqual(500);
    expect(call.reports).toEqual([]);
  });

  it.each(['busy', 'rate_limited'] as const)('that is refused (%s) is busy', async (why) => {
    const here = await set();
    here.desk.refusal = why;
    const call = here.call();
    expect(await call.ended).toBe('busy');
    expect(call.streams).toEqual([]);
  });

  it.each([
    ['unknown_number', /not in service/],
    ['shutting_down', /nobody can take your call/],
    ['failed', /nobody can take your call/],
  ] as const)('that is refused (%s) is told so', async (why, sentence) => {
    const here = await set();
    here.desk.refusal = why;
    const call = here.call();
    const [said] = await call.until('the sentence', ({ said: all }) => all.length > 0 && all);
    expect(said?.text).toMatch(sentence);
    expect(call.streams).toEqual([]);
  });

  it('that nobody can take is told so in the language of whom they called', async () => {
    const here = await set();
    here.desk.refusal = 'shutting_down';
    here.desk.language = 'vi-VN';
    const [said] = await here.call().until('the sentence', ({ said: all }) => all.length > 0 && all);
    expect(said).toMatchObject({ language: 'vi-VN', text: expect.stringMatching(/^Xin lỗi quý khách/) });
    // An account's own voice speaks no Vietnamese, and Twilio then says nothing at all.
    expect(await (await post(here, '/voice', incoming)).text()).toContain('voice="Google.vi-VN-Standard-A"');
  });

  it('while the database is away is told that nobody can come, not that an application failed', async () => {
    const here = await set();
    here.desk.isAway = true;
    const answer = await post(here, '/voice', incoming);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(/<Say language="en-US">We are sorry/);
  });

  it('is told at once that it is busy where a server is late, though its database may be away', async () => {
    const here = await set();
    here.desk.isAway = true;
    here.desk.refusal = 'busy';
    expect(await (await post(here, '/voice', incoming)).text()).toContain('<Reject');
  });

  it('that was taken a moment ago is the same call when Twilio asks again, however late the server is by then', async () => {
    const here = await set();
    expect(await (await post(here, '/voice', incoming)).text()).toContain('<Stream');
    here.desk.refusal = 'busy';
    expect(await (await post(here, '/voice', incoming)).text()).toContain('<Stream');
  });

  it('hears an apology from Twilio when the server does not answer as it should', async () => {
    const here = await set();
    const call = here.call({ voiceUrl: `${publicUrl}/nothing-here` });
    const [said] = await call.until('the apology', ({ said: all }) => all.length > 0 && all);
    expect(said?.text).toMatch(/sorry/);
  });

  it('by SIP is known by the user that was called', async () => {
    const here = await set();
    const call = here.call({
      from: 'sip:alice@agents.sip.twilio.com',
      to: 'sip:booking@agents.sip.twilio.com',
      sip: { domain: 'agents.sip.twilio.com' },
    });
    await here.fake.until('the leg', () => here.desk.connected[0]);
    expect(here.desk.offered[0]).toMatchObject({ from: 'alice', to: 'booking' });
    call.person.hangUp();
    await call.ended;
  });

  it('from somebody who hides their number is anonymous, whatever stands for it', async () => {
    const here = await set();
    const call = here.call({ from: '+266696687' });
    await here.fake.until('the leg', () => here.desk.connected[0]);
    expect(here.desk.offered[0]).toMatchObject({ from: 'anonymous' });
    call.person.hangUp();
    await call.ended;
  });

  it('whose caller is gone before the sound came is given up', async () => {
    const here = await set();
    expect((await post(here, '/voice', incoming)).status).toBe(200);
    expect((await post(here, '/voice/status', { ...incoming, CallStatus: 'canceled' })).status).toBe(204);
    expect(here.desk.givenUp).toMatchObject([{ outcome: 'canceled' }]);
  });

  it('is recorded by Twilio too where that is wanted, and the address of the recording is kept', async () => {
    const here = await set({ records: true });
    const call = here.call();
    const { leg, conversationId } = await here.fake.until('the leg', () => here.desk.connected[0]);
    await speakOn(leg, 10);
    leg.hangUp('completed');
    await call.ended;
    const { note, ...of } = await here.fake.until('the recording', () => here.desk.notes[0]);
    expect(of).toEqual({ conversationId });
    expect(note.vendorRecordingUrl).toMatch(/\/Recordings\/RE/);
    expect(note.vendorRecordingSeconds).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ['', false],
    [', without the database too', true],
  ])('whose connection breaks goes on where it was%s', async (_, isAway) => {
    const here = await set();
    const call = here.call();
    const { leg } = await here.fake.until('the leg', () => here.desk.connected[0]);
    const frames: number[] = [];
    leg.listen({ frame: (frame) => frames.push(frame.length), digit() {} });
    await call.until('sound', () => frames.length > 5);
    here.desk.isAway = isAway;
    here.app.server.closeAllConnections();
    for (const socket of here.sockets) socket.destroy();
    await call.until('another stream', ({ streams }) => streams[1]?.state === 'open');
    const before = frames.length;
    await call.until('the caller again', () => frames.length > before + 5);
    expect(here.desk.connected).toHaveLength(1);
    call.person.hangUp();
    expect(await leg.ended).toMatchObject({ by: 'far' });
  });
});
