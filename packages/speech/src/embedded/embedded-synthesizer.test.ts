import { afterAll, describe, expect, it } from 'vitest';
import { speak } from '../testing/voice-loop.ts';
import { createEmbeddedSynthesizer } from './embedded-synthesizer.ts';
import { speakable } from './speakable.ts';

const synthesizer = createEmbeddedSynthesizer();
afterAll(() => synthesizer.close());

/** Peak over the samples. */
function peak(samples: Int16Array): number {
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

describe('the embedded voices', () => {
  it.each(synthesizer.voices.map(({ id }) => id))(
    '%s speaks without the silence flite puts around it',
    async (voice) => {
      const { samples } = await speak(synthesizer, 'Your booking is at three on Friday.', { voice });
      expect(samples.length / 16).toBeGreaterThan(1_200);
      expect(peak(samples.subarray(0, 16 * 45))).toBeGreaterThan(150);
      expect(peak(samples.subarray(-16 * 100))).toBeGreaterThan(150);
      expect(peak(samples.subarray(-16 * 60))).toBeLessThan(160);
    },
  );

  it('tell when each written word sounds, in order, to the end of the audio', async () => {
    const text = 'Hello Alice, your haircut costs $25 at 3:00 PM.';
    const { samples, words } = await speak(synthesizer, text);
    expect(words.map((word) => word.text)).toEqual(text.split(' '));
    for (const [index, { startMs, endMs }] of words.entries()) {
      expect(startMs).toBeGreaterThanOrEqual(words[index - 1]?.endMs ?? 0);
      expect(endMs).toBeGreaterThan(startMs);
    }
    expect(words.at(-1)?.endMs).toBeGreaterThan(samples.length / 16 - 200);
  });

  it('speak a sentence again from memory, the same', async () => {
    const first = await speak(synthesizer, 'What time would you like?');
    const again = await speak(synthesizer, 'What time would you like?');
    expect(again.samples).toEqual(first.samples);
    expect(again.samples).not.toBe(first.samples);
  });

  it('are quicker when energetic and slower when warm', async () => {
    const lengths = [];
    for (const tone of ['energetic', 'neutral', 'warm'] as const) {
      lengths.push((await speak(synthesizer, 'See you on Friday.', { tone })).samples.length);
    }
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(new Set(lengths).size).toBe(3);
  });

  it('fall silent for good when the caller interrupts, and speak the next sentence', async () => {
    const caller = new AbortController();
    const calls: string[] = [];
    const note = (name: string) => () => calls.push(name);
    synthesizer.synthesize(
      {
        text: 'This will never be heard by anyone.',
        language: 'en-US',
        voice: undefined,
        tone: 'neutral',
        ssml: undefined,
        passage: undefined,
        signal: caller.signal,
      },
      { audio: note('audio'), words: note('words'), done: note('done'), failed: note('failed') },
    );
    caller.abort();
    await speak(synthesizer, 'This one is heard.');
    expect(calls).toEqual([]);
  });

  it('refuse what they cannot do with a sentence that says what to do', async () => {
    await expect(speak(synthesizer, 'Hi', { voice: 'nobody' })).rejects.toThrow(/voice_unknown: .*slt/);
    await expect(speak(synthesizer, 'Xin chào', { language: 'vi-VN' })).rejects.toThrow(/language_not_supported/);
    await expect(speak(synthesizer, 'a'.repeat(3_000))).rejects.toThrow(/text_too_long/);
  });

  it('have a thread that is replaced when it hangs, without losing the next sentence', async () => {
    const hasty = createEmbeddedSynthesizer({ timeoutMs: 1 });
    await expect(speak(hasty, 'This takes longer than a millisecond.')).rejects.toThrow(/synthesizer_failed/);
    await hasty.close();
    await expect(speak(hasty, 'Closed.')).rejects.toThrow(/synthesizer_closed/);
    expect((await speak(synthesizer, '…')).samples.length).toBe(0);
  });
});

describe('text is written as people say it', () => {
  it.each([
    ['3:00 PM', '3 p m'],
    ['3:05 p.m.', '3 oh 5 p m'],
    ['15:30', '15 30'],
    ['$25', '25 dollars'],
    ['£30.50', '30 pounds 50 pence'],
    ['(415) 555-1234', 'four one five, five five five, one two three four'],
    ['4155551234', 'four one five five five five one two three four'],
    ['Mon. at 9', 'Monday at 9'],
    ['Sat down', 'Sat down'],
    ['2026-11-06', 'November 6 2026'],
    ['9-5', '9 to 5'],
    ['30 min', '30 minutes'],
    ['Zoë & co', 'Zoe and co'],
    ['me@example.com', 'me at example dot com'],
    ["it's 3.5", "it's 3.5"],
    ['😀', ''],
  ])('%s', (written, said) => {
    const spoken = speakable(written).map((piece) => piece.spoken);
    expect(spoken.filter((piece) => piece !== '').join(' ')).toBe(said);
  });
});
