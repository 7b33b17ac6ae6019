import type { EmotionalTone, Synthesizer } from '@parley/engine/ports/synthesizer.ts';

/** Sentences that an agent will say as they are. */
export interface WarmUp {
  readonly texts: readonly string[];
  readonly voice?: string | undefined;
  readonly tone?: EmotionalTone | undefined;
}

/** One after the other: it is for later. */
export async function warmUp(
  synthesizer: Synthesizer,
  { texts, voice, tone = 'neutral' }: WarmUp,
  language: string,
  signal: AbortSignal,
): Promise<{ readonly made: number; readonly failed: number }> {
  let made = 0;
  let failed = 0;
  for (const text of new Set(texts.slice(0, maxTexts))) {
    signal.throwIfAborted();
    const isMade = await new Promise<boolean>((resolve, reject) => {
      const onAbort = () => reject(signal.reason);
      const end = (result: boolean) => {
        signal.removeEventListener('abort', onAbort);
        resolve(result);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      synthesizer.synthesize(
        { text, language, voice, tone, ssml: undefined, passage: undefined, signal },
        { audio() {}, words() {}, done: () => end(true), failed: () => end(false) },
      );
    });
    if (isMade) made += 1;
    else failed += 1;
  }
  return { made, failed };
}

/** Fixed sentences of a large flow; what is beyond is made when it is said. */
const maxTexts = 500;
