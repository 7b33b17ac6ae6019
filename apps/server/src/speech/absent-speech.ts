import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import type { SpeechError } from '@parley/speech/speech-error.ts';

/** Ear and voice where nobody can listen or speak: each use is told why. Conversations in text never ask them. */
export function absentSpeech({ code, message }: SpeechError): {
  readonly recognizer: Recognizer;
  readonly synthesizer: Synthesizer;
} {
  return {
    recognizer: {
      name: 'none',
      prepare: () => Promise.reject(new Error(message)),
      open: ({ signal }, onEvent) => {
        queueMicrotask(() => {
          if (!signal.aborted) onEvent({ type: 'failed', code, message });
        });
        return { expect() {}, utteranceStarted() {}, write() {}, utteranceEnded() {} };
      },
      close: async () => {},
    },
    synthesizer: {
      name: 'none',
      voices: [],
      synthesize: ({ signal }, sink) => {
        queueMicrotask(() => {
          if (!signal.aborted) sink.failed(code, message);
        });
      },
      close: async () => {},
    },
  };
}
