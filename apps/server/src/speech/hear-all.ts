import { WireError } from '@parley/contract/errors.ts';
import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import type { RecognizedWord } from '@parley/engine/ports/recognizer.ts';
import { createHearing, type HearingOptions } from './hear.ts';

export interface HeardAll {
  /** The stretches of voice in order, those that nothing was made out of left out. */
  readonly text: string;
  /** Of the least sure of them; 0 when there are none. */
  readonly confidence: number;
  readonly words: readonly RecognizedWord[];
}

/** Frames are pushed in bunches of a second, so that nobody else waits for long. */
const framesAtOnce = 50;

/**
 * Hears sound that is there as a whole, as fast as the recogniser does: a stretch of voice is waited for before the next is given.
 * @throws WireError `speech_unavailable`, also when the signal is aborted
 */
export async function hearAll(
  sound: Pcm,
  options: Omit<HearingOptions, 'onEvent'>,
  signal: AbortSignal,
): Promise<HeardAll> {
  const texts: string[] = [];
  const words: RecognizedWord[] = [];
  let confidence = 1;
  let failure: { readonly reason: string; readonly message: string } | undefined;
  let wake = () => {};
  const hearing = createHearing({
    ...options,
    onEvent: (event) => {
      if (event.type === 'failed') failure = { reason: event.code, message: event.message };
      if (event.type === 'final' && event.text !== '') {
        texts.push(event.text);
        words.push(...event.words);
        confidence = Math.min(confidence, event.confidence);
      }
      wake();
    },
  });
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort, { once: true });
  const check = () => {
    if (signal.aborted) throw new WireError('speech_unavailable', { reason: 'timed_out' });
    if (failure !== undefined) throw new WireError('speech_unavailable', failure);
  };
  const answered = async (most: number) => {
    while (hearing.unanswered > most) {
      check();
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    check();
  };
  try {
    for (let at = 0, n = 1; at < sound.length; at += FRAME_SAMPLES, n += 1) {
      const frame = new Int16Array(FRAME_SAMPLES);
      frame.set(sound.subarray(at, at + FRAME_SAMPLES));
      hearing.push(frame);
      // One that is being said, and one that is being made out.
      await answered(1);
      if (n % framesAtOnce === 0) await new Promise(setImmediate);
    }
    hearing.finish();
    await answered(0);
  } finally {
    signal.removeEventListener('abort', onAbort);
    hearing.close();
  }
  return { text: texts.join(' '), confidence: texts.length === 0 ? 0 : confidence, words };
}
