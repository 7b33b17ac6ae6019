import type { AudioOutlet } from '@parley/engine/ports/audio.ts';
import { createVirtualClock, type VirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRecordingConversation, type RecordingConversation } from '../testing/recording-conversation.ts';
import { createTalk, type Talk } from './talk.ts';
import type { LegDouble } from './testing/leg-double.ts';
import { createLegDouble, frameOf } from './testing/leg-double.ts';

const music = new Int16Array(16_000).fill(1000);

interface Scene {
  readonly clock: VirtualClock;
  readonly leg: LegDouble;
  readonly conversation: RecordingConversation;
  readonly outlet: AudioOutlet;
  readonly talk: Talk;
  /** The agent speaks for so long, frame by frame. */
  speak(frames: number, sample?: number): Promise<void>;
}

function scene(leg: LegDouble = createLegDouble()): Scene {
  const clock = createVirtualClock();
  const conversation = createRecordingConversation();
  const talk = createTalk(leg, conversation, { clock, music });
  const [outlet] = conversation.outlets;
  if (outlet === undefined) throw new Error('The talk attached no sound.');
  return {
    clock,
    leg,
    conversation,
    outlet,
    talk,
    async speak(frames, sample = 4000) {
      for (let count = 0; count < frames; count += 1) {
        outlet.write(frameOf(sample));
        await clock.advance(20);
      }
    },
  };
}

describe('a telephone that talks with a conversation', () => {
  it('hears the agent, and the agent hears it', async () => {
    const { leg, conversation, speak } = scene();
    await speak(3);
    expect(leg.heard).toHaveLength(3);
    expect(leg.heard[0]?.[0]).toBe(4000);
    leg.speak(frameOf(7));
    expect(conversation.heard).toEqual([frameOf(7)]);
  });

  it('fears an echo, which no telephone tells of, and says what it carries', () => {
    const { outlet } = scene();
    expect(outlet).toMatchObject({
      kind: 'sip',
      echo: 'possible',
      line: 'mulaw',
      playoutDelayMs: 60,
      comesBack: false,
    });
  });

  it('tells the conversation how far ahead of its time the line takes sound', () => {
    expect(scene().outlet.aheadMs).toBe(0);
    expect(scene(Object.assign(createLegDouble(), { aheadMs: 120 })).outlet.aheadMs).toBe(120);
  });

  it('throws away what was said when the agent is interrupted', () => {
    const { leg, outlet } = scene();
    outlet.clear();
    expect(leg.cleared).toBe(1);
  });

  it('is hung up when the conversation has ended', async () => {
    const { leg, outlet, talk } = scene();
    outlet.close('completed');
    expect(await talk.ended).toEqual({ by: 'here', reason: 'completed' });
    expect(leg.endedAs).toEqual({ by: 'here', reason: 'completed' });
  });

  it.each([
    ['caller_left', 'completed'],
    ['silence', 'silence'],
    ['max_duration', 'max_duration'],
    ['shutdown', 'shutdown'],
    ['replaced', 'replaced'],
  ] as const)('is told why: %s is %s', (reason, expected) => {
    const { leg, outlet } = scene();
    outlet.close(reason);
    expect(leg.endedAs).toEqual({ by: 'here', reason: expected });
  });

  it('ends the conversation at once when the caller hangs up: a telephone does not come back', async () => {
    const { leg, conversation, clock } = scene();
    leg.leave();
    await clock.advance(0);
    expect(conversation.asked).toEqual(['hang up']);
    expect(conversation.clients.size).toBe(0);
    expect(conversation.lost).toEqual(['normal clearing']);
  });

  it('leaves the conversation time to be taken up again when the network fails', async () => {
    const { leg, conversation, clock } = scene();
    leg.fail();
    await clock.advance(0);
    expect(conversation.asked).toEqual([]);
    expect(conversation.lost).toEqual(['no packets for 20 s']);
  });

  it('says nothing of a leg that another channel took the place of', async () => {
    const { leg, conversation, clock, outlet } = scene();
    outlet.close('replaced');
    leg.leave();
    await clock.advance(0);
    expect(conversation.asked).toEqual([]);
    expect(conversation.lost).toEqual([]);
  });
});

describe('a caller who puts the agent on hold', () => {
  it('lets the conversation know, and when they are back', () => {
    const { leg, conversation } = scene();
    leg.listener?.held?.(true);
    leg.listener?.held?.(false);
    expect(conversation.holds).toEqual([true, false]);
  });
});

describe('a caller on hold', () => {
  it('hears music each 20 ms in place of silence', async () => {
    const { leg, talk, clock } = scene();
    talk.hold();
    talk.hold();
    await clock.advance(1000);
    expect(leg.heard).toHaveLength(50);
    expect(leg.heard.at(-1)?.[0]).toBe(1000);
    talk.resume();
    const faded = leg.heard.at(-1);
    expect(faded?.at(-1)).toBeLessThan(10);
    await clock.advance(1000);
    expect(leg.heard).toHaveLength(51);
  });

  it('hears the agent over music that is softer meanwhile, no frame more and none less', async () => {
    const { leg, talk, clock, speak } = scene();
    talk.hold();
    await clock.advance(1010);
    leg.heard.length = 0;
    await speak(50);
    expect(leg.heard).toHaveLength(50);
    expect(leg.heard.at(-1)?.[0]).toBe(4250);
    await clock.advance(1000);
    expect(leg.heard.length).toBeGreaterThanOrEqual(98);
    expect(leg.heard.length).toBeLessThanOrEqual(100);
    expect(leg.heard.at(-1)?.[0]).toBe(1000);
  });

  it('hears no music in a word that was given ahead of its time, and music again when it has sounded or was taken back', async () => {
    const { leg, talk, clock, outlet } = scene();
    talk.hold();
    await clock.advance(1010);
    leg.heard.length = 0;
    for (let count = 0; count < 10; count += 1) outlet.write(frameOf(4000));
    await clock.advance(200);
    expect(leg.heard).toHaveLength(10);
    await clock.advance(200);
    expect(leg.heard.length).toBeGreaterThanOrEqual(18);
    leg.heard.length = 0;
    for (let count = 0; count < 10; count += 1) outlet.write(frameOf(4000));
    outlet.clear();
    await clock.advance(200);
    expect(leg.heard.length).toBeGreaterThanOrEqual(18);
  });

  it('hears it begin and change softly', async () => {
    const { leg, talk, clock, speak } = scene();
    talk.hold();
    await clock.advance(500);
    await speak(20, 0);
    const samples = leg.heard.flatMap((frame) => [...frame]);
    for (let index = 1; index < samples.length; index += 1) {
      expect(Math.abs((samples[index] ?? 0) - (samples[index - 1] ?? 0))).toBeLessThan(20);
    }
  });

  it('is not listened to: they may speak with somebody beside them, and music comes back as an echo', () => {
    const { leg, talk, conversation } = scene();
    talk.hold();
    leg.speak(frameOf(7));
    leg.press('5');
    talk.resume();
    leg.speak(frameOf(8));
    expect(conversation.heard.map((frame) => frame[0])).toEqual([0, 8]);
  });

  it('is sent no music any more when the leg is gone or the conversation has ended', async () => {
    for (const end of [({ leg }: Scene) => leg.leave(), ({ outlet }: Scene) => outlet.close('completed')]) {
      const all = scene();
      all.talk.hold();
      end(all);
      await all.clock.advance(0);
      const { length } = all.leg.heard;
      all.talk.hold();
      await all.clock.advance(1000);
      expect(all.leg.heard).toHaveLength(length);
    }
  });
});

describe('waiting until the agent is quiet', () => {
  it('waits for the words to reach the ear, and for words whose voice is still being made', async () => {
    const { talk, clock, speak } = scene();
    let isQuiet = false;
    void talk.quiet(signal()).then(() => {
      isQuiet = true;
    });
    await clock.advance(600);
    await speak(100);
    await clock.advance(600);
    expect(isQuiet).toBe(false);
    await clock.advance(100);
    expect(isQuiet).toBe(true);
  });

  it('waits for words that were given ahead of their time', async () => {
    const { talk, clock, outlet } = scene();
    let isQuiet = false;
    for (let count = 0; count < 100; count += 1) outlet.write(frameOf(4000));
    void talk.quiet(signal()).then(() => {
      isQuiet = true;
    });
    await clock.advance(2600);
    expect(isQuiet).toBe(false);
    await clock.advance(100);
    expect(isQuiet).toBe(true);
  });

  it('is given up with the signal and with the call', async () => {
    const { talk, leg } = scene();
    const scope = new AbortController();
    const first = talk.quiet(scope.signal);
    const second = talk.quiet(signal());
    scope.abort();
    await first;
    leg.leave();
    await second;
  });
});

describe('a caller who is given to somebody', () => {
  it('is joined with them when the last words were said, and both end together', async () => {
    const { leg, talk, outlet, clock, conversation, speak } = scene();
    const person = createLegDouble({ direction: 'outbound' });
    talk.hold();
    talk.giveTo(person);
    await speak(10);
    outlet.close('completed');
    expect(leg.endedAs).toBeUndefined();
    leg.speak(frameOf(11));
    person.speak(frameOf(12));
    leg.press('5');
    await clock.advance(1000);
    expect(person.heard).toEqual([frameOf(11)]);
    expect(leg.heard.at(-1)).toEqual(frameOf(12));
    expect(person.keysSent).toEqual(['5']);
    expect(conversation.heard).toEqual([]);
    person.leave();
    expect(await talk.ended).toEqual({ by: 'here', reason: 'completed' });
  });

  it('is joined with them even if the conversation does not end', async () => {
    const { talk, clock, conversation, leg } = scene();
    const person = createLegDouble();
    talk.giveTo(person);
    await clock.advance(20_000);
    expect(conversation.lost).toEqual(['transferred']);
    person.speak(frameOf(12));
    expect(leg.heard).toEqual([frameOf(12)]);
  });

  it('takes them along when hanging up before that, and is not given when gone already', async () => {
    const { talk, clock, leg } = scene();
    const person = createLegDouble();
    talk.giveTo(person);
    leg.leave();
    await clock.advance(0);
    expect(person.endedAs).toEqual({ by: 'here', reason: 'completed' });
    const late = createLegDouble();
    talk.giveTo(late);
    expect(late.endedAs).toEqual({ by: 'here', reason: 'completed' });
  });
});

describe('a caller who is put through by the network', () => {
  it('is not listened to from the asking on: what is heard then is for somebody else', async () => {
    const { talk, leg, conversation } = scene();
    const outcome = Promise.withResolvers<{ type: 'answered' }>();
    leg.refer = () => outcome.promise;
    const referred = talk.refer('+4930123456', signal());
    leg.speak(frameOf(7));
    leg.press('1');
    outcome.resolve({ type: 'answered' });
    await referred;
    // Until they are gone, which takes a moment.
    leg.speak(frameOf(8));
    leg.press('2');
    expect(conversation.heard).toEqual([frameOf(0), frameOf(0)]);
    expect(conversation.digits).toEqual([]);
  });

  it('is listened to again when it failed', async () => {
    const { talk, leg, conversation } = scene();
    leg.referOutcome = { type: 'failed', reason: 'busy' };
    await talk.refer('+4930123456', signal());
    leg.speak(frameOf(7));
    leg.press('1');
    expect(conversation.heard).toEqual([frameOf(7)]);
    expect(conversation.digits).toEqual(['1']);
  });

  it('is not taken for one who hung up when the leg ends of it', async () => {
    const { talk, clock, leg, conversation } = scene();
    leg.referOutcome = undefined;
    const scope = new AbortController();
    const referred = talk.refer('+4930123456', scope.signal);
    expect(leg.referredTo).toEqual(['+4930123456']);
    leg.leave();
    await clock.advance(0);
    expect(conversation.asked).toEqual([]);
    expect(conversation.lost).toEqual(['normal clearing']);
    scope.abort(new Error('late'));
    await expect(referred).rejects.toThrow('late');
  });
});

function signal(): AbortSignal {
  const scope = new AbortController();
  onTestFinished(() => scope.abort());
  return scope.signal;
}
