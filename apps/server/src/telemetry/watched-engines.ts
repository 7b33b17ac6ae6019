import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import type { EngineDirectory, EngineMakers } from '@parley/speech/router/engine-directory.ts';
import type { Metrics } from './metrics.ts';
import { outcomeOf } from './watched-recognizer.ts';

/** Engines, timed and counted by the name of the one that did it: who stands in for whom shows in the figures. */
export function watchEngines(
  engines: EngineDirectory & EngineMakers,
  metrics: Metrics,
): EngineDirectory & EngineMakers {
  return {
    findEngine: engines.findEngine,
    accountFor: engines.accountFor,
    enginesFor: engines.enginesFor,
    createRecognizer: (choice, accounts, context) =>
      watchRecognizer(choice.name, engines.createRecognizer(choice, accounts, context), metrics),
    createSynthesizer: (choice, accounts, context) =>
      watchVoice(choice.name, engines.createSynthesizer(choice, accounts, context), metrics),
  };
}

/** Frames pass through untouched. */
function watchRecognizer(name: string, recognizer: Recognizer, metrics: Metrics): Recognizer {
  const labels = { recognizer: name };
  return {
    name: recognizer.name,
    prepare: (vocabulary, signal) => recognizer.prepare(vocabulary, signal),
    close: () => recognizer.close(),
    open: (options, onEvent) =>
      recognizer.open(options, (event) => {
        if (event.type === 'final') {
          metrics.count('parley_recognizer_utterances_total', { ...labels, outcome: outcomeOf(event) });
          metrics.observe('parley_recognizer_final_seconds', labels, event.processingMs / 1000);
        } else if (event.type === 'failed') {
          metrics.count('parley_recognizer_errors_total', labels);
        }
        onEvent(event);
      }),
  };
}

/** Samples pass through untouched. */
function watchVoice(name: string, voice: Synthesizer, metrics: Metrics): Synthesizer {
  const labels = { synthesizer: name };
  const { warm } = voice;
  return {
    name: voice.name,
    get voices() {
      return voice.voices;
    },
    close: () => voice.close(),
    ...(warm !== undefined && { warm: (language: string) => warm.call(voice, language) }),
    synthesize: (request, sink) => {
      const askedAtMs = performance.now();
      let hasSounded = false;
      voice.synthesize(request, {
        audio: (samples) => {
          if (!hasSounded) {
            hasSounded = true;
            metrics.observe('parley_synthesis_first_audio_seconds', labels, (performance.now() - askedAtMs) / 1000);
          }
          sink.audio(samples);
        },
        words: (words) => sink.words(words),
        done: () => {
          sink.done();
        },
        failed: (code, message, retryAfterMs) => {
          metrics.count('parley_synthesis_errors_total', labels);
          sink.failed(code, message, retryAfterMs);
        },
      });
    },
  };
}
