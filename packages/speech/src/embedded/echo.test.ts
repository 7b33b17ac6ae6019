import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { talkInRoom } from '../testing/echo-room.ts';
import { inDomainSentences } from '../testing/sentences.ts';
import { speak } from '../testing/voice-loop.ts';
import { createEmbeddedSynthesizer } from './embedded-synthesizer.ts';

/** The longest ones: there is something to talk over. */
const [agentTexts, callerTexts] = [inDomainSentences.slice(), inDomainSentences.slice()].map((texts, index) =>
  texts.sort((a, b) => b.length - a.length).slice(index * 20, index * 20 + 20),
);

describe('the agent on a loudspeaker, heard by its own ear', () => {
  const synthesizer = createEmbeddedSynthesizer();
  let sentences: Int16Array[];
  let caller: Int16Array[];

  beforeAll(async () => {
    const record = async (texts: readonly string[] = [], voice: string) => {
      const recorded: Int16Array[] = [];
      for (const text of texts) recorded.push((await speak(synthesizer, text, { voice })).samples);
      return recorded;
    };
    sentences = await record(agentTexts, 'slt');
    caller = await record(callerTexts, 'rms');
  }, 60_000);

  afterAll(() => synthesizer.close());

  test.each([
    { delayMs: 80, couplingDb: -6 },
    { delayMs: 200, couplingDb: -15 },
    { delayMs: 350, couplingDb: -30 },
  ])('it does not interrupt itself in twenty sentences: $delayMs ms, $couplingDb dB', (room) => {
    const talk = { sentences, caller, callerDb: 0, echo: 'possible', gated: true, seed: 3 } as const;
    const trials = talkInRoom(room, { ...talk, talkOverFrom: sentences.length });
    expect(trials.filter(({ selfInterrupted }) => selfInterrupted)).toEqual([]);
    // The room is one in which it would, were it not for the gate.
    const open = talkInRoom(room, { ...talk, gated: false, talkOverFrom: sentences.length });
    expect(open.filter(({ selfInterrupted }) => selfInterrupted).length).toBeGreaterThan(15);
  });

  test('a caller who talks over it, twice as loud as the echo, is found each time', () => {
    const trials = talkInRoom(
      { delayMs: 200, couplingDb: -15 },
      { sentences, caller, callerDb: 6, echo: 'possible', gated: true, seed: 3, talkOverFrom: 2 },
    ).filter(({ callerSpoke }) => callerSpoke);
    expect(trials.length).toBeGreaterThan(8);
    expect(trials.filter(({ foundAfterMs }) => foundAfterMs === undefined)).toEqual([]);
  });

  test('where nothing comes back, a caller is found as soon as without the gate', () => {
    const room = { delayMs: 80, couplingDb: undefined };
    const talk = { sentences, caller, callerDb: 0, echo: 'cancelled', seed: 3, talkOverFrom: 2 } as const;
    expect(talkInRoom(room, { ...talk, gated: true })).toEqual(talkInRoom(room, { ...talk, gated: false }));
  });
});
