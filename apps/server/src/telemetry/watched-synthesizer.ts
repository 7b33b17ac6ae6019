import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import type { Metrics } from './metrics.ts';
import type { PartHealth } from './part-health.ts';
import type { TurnSpans } from './turn-spans.ts';

/** The voice, timed from a sentence to its first sound. Samples pass through untouched. */
export function watchSynthesizer(
  synthesizer: Synthesizer,
  metrics: Metrics,
  spans: TurnSpans,
  health: PartHealth,
): Synthesizer {
  const { name } = synthesizer;
  return {
    name,
    voices: synthesizer.voices,
    close: () => synthesizer.close(),
    synthesize: (request, sink) => {
      const askedAtMs = performance.now();
      const span = spans.current.child('synthesis', { 'synthesizer.name': name, 'text.length': request.text.length });
      // Nobody tells the sink of a sentence that was cut off.
      const dropped = () => {
        span.set({ 'synthesis.dropped': true });
        span.end();
      };
      request.signal.addEventListener('abort', dropped, { once: true });
      const over = (error?: string) => {
        request.signal.removeEventListener('abort', dropped);
        span.end({ error });
      };
      let hasSounded = false;
      synthesizer.synthesize(request, {
        audio: (samples) => {
          if (!hasSounded) {
            hasSounded = true;
            const seconds = (performance.now() - askedAtMs) / 1000;
            metrics.observe('parley_synthesis_first_audio_seconds', { synthesizer: name }, seconds);
            span.set({ 'synthesis.first_audio_ms': seconds * 1000 });
          }
          sink.audio(samples);
        },
        words: (words) => sink.words(words),
        done: () => {
          health.tell(`synthesizer ${name}`, 'worked');
          over();
          sink.done();
        },
        failed: (code, message) => {
          health.tell(`synthesizer ${name}`, 'failed');
          metrics.count('parley_synthesis_errors_total', { synthesizer: name });
          over(code);
          sink.failed(code, message);
        },
      });
    },
  };
}
