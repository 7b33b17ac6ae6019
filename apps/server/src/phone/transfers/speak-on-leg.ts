import type { PhoneLeg } from '@parley/channels/phone/phone-leg.ts';
import { FRAME_MS, FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';

/** Whose voice it is. */
export interface LegVoice {
  readonly synthesizer: Pick<Synthesizer, 'synthesize'>;
  readonly voice: string | undefined;
  /** BCP 47. */
  readonly language: string;
}

/** A voice that has said nothing for so long, with more to come, is broken. */
const stallMs = 8000;
/** Sound that is made and not heard yet: a minute is more than anybody is told. */
const maxWaitingSamples = 60 * 16_000;

/**
 * Says the sentences on a leg, one after the other; resolves when the last has reached the ear.
 * @throws Error when there is no voice, the leg ended, or the signal was aborted
 */
export async function speakOnLeg(
  leg: PhoneLeg,
  sentences: readonly string[],
  { synthesizer, voice, language }: LegVoice,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const scope = new AbortController();
  const done = Promise.withResolvers<void>();
  const waiting: Pcm[] = [];
  let waitingSamples = 0;
  let takenOfFirst = 0;
  let next = 0;
  let isMaking = false;
  let lastSoundMs = clock.nowMs();

  const fail = (error: unknown) => done.reject(error);

  const makeNext = () => {
    const text = sentences[next];
    if (text === undefined) return;
    next += 1;
    isMaking = true;
    synthesizer.synthesize(
      {
        ...{ text, language, voice, tone: 'neutral', ssml: undefined, passage: undefined },
        line: leg.line,
        signal: scope.signal,
      },
      {
        audio(samples) {
          if (scope.signal.aborted) return;
          waiting.push(samples);
          waitingSamples += samples.length;
          if (waitingSamples > maxWaitingSamples) fail(new Error('The voice does not come to an end.'));
        },
        words() {},
        done() {
          isMaking = false;
          if (!scope.signal.aborted) makeNext();
        },
        failed: (code, message) => fail(new Error(`The voice failed (${code}): ${message}`)),
      },
    );
  };

  const takeFrame = (): Pcm => {
    const frame = new Int16Array(FRAME_SAMPLES);
    let filled = 0;
    for (let first = waiting[0]; first !== undefined && filled < FRAME_SAMPLES; first = waiting[0]) {
      const part = first.subarray(takenOfFirst, takenOfFirst + FRAME_SAMPLES - filled);
      frame.set(part, filled);
      filled += part.length;
      takenOfFirst += part.length;
      if (takenOfFirst < first.length) continue;
      waiting.shift();
      takenOfFirst = 0;
    }
    waitingSamples -= filled;
    return frame;
  };

  const cancelFrames = clock.everyFrame(() => {
    const nowMs = clock.nowMs();
    const isMore = isMaking || next < sentences.length;
    if (waitingSamples >= FRAME_SAMPLES || (waitingSamples > 0 && !isMore)) {
      leg.write(takeFrame());
      lastSoundMs = nowMs;
    } else if (isMore) {
      if (nowMs - lastSoundMs > stallMs) fail(new Error('The voice hangs.'));
    } else if (nowMs - lastSoundMs >= leg.playoutDelayMs + FRAME_MS) done.resolve();
  });
  const onAbort = () => fail(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  void leg.ended.then(() => fail(new Error('The call ended.')));
  try {
    makeNext();
    await done.promise;
  } finally {
    cancelFrames();
    signal.removeEventListener('abort', onAbort);
    scope.abort();
  }
}
