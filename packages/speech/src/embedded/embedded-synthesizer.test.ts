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

describe('flite is given', () => {
  it.each([
    ['Come at 11 AM.', 'Come at eleven eigh M.'],
    ['A code: A12.', 'A code: eigh one two.'],
    ['Zoë & co', 'Zoe and co'],
    ['Wait — what?', 'Wait, what?'],
    ['It’s £5', "It's five pounds"],
    ['😀', ''],
  ])('%s', (written, said) => {
    const spoken = speakable(written, 'en-GB').map((piece) => piece.spoken);
    expect(spoken.filter((piece) => piece !== '').join(' ')).toBe(said);
  });
});
