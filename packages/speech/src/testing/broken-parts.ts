import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';

/** A real voice of which only the first part of each sentence arrives; then it fails, or is never heard of again. */
export function breakingOff(
  voice: Synthesizer,
  options: { readonly afterMs: number; readonly end: 'fails' | 'hangs'; readonly tellsTimes: boolean },
): Synthesizer {
  return {
    ...voice,
    name: 'breaking off',
    synthesize(request, sink) {
      voice.synthesize(request, {
        words: (words) => {
          if (options.tellsTimes) sink.words(words);
        },
        audio(samples) {
          // In chunks, as a voice over a network.
          for (let at = 0; at < options.afterMs * 16; at += 1600) {
            sink.audio(samples.slice(at, Math.min(at + 1600, options.afterMs * 16)));
          }
          if (options.end === 'fails') sink.failed('connection_lost', 'The connection was lost.');
        },
        done() {},
        failed: sink.failed,
      });
    },
  };
}

/** A real recogniser that hears and says partials, and whose finals never come. */
export function withoutFinals(recognizer: Recognizer): Recognizer {
  return {
    ...recognizer,
    name: 'without finals',
    open: (options, onEvent) =>
      recognizer.open(options, (event) => {
        if (event.type !== 'final') onEvent(event);
      }),
  };
}
