import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import type { TurnSpans } from './turn-spans.ts';

/** What speaks in a conversation, in its trace. Samples pass through untouched; engines are counted where they are made. */
export function watchSynthesizer(synthesizer: Synthesizer, spans: TurnSpans): Synthesizer {
  const { name, warm } = synthesizer;
  return {
    name,
    get voices() {
      return synthesizer.voices;
    },
    close: () => synthesizer.close(),
    ...(warm !== undefined && { warm: (language: string) => warm.call(synthesizer, language) }),
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
            span.set({ 'synthesis.first_audio_ms': performance.now() - askedAtMs });
          }
          sink.audio(samples);
        },
        words: (words) => sink.words(words),
        done: () => {
          over();
          sink.done();
        },
        failed: (code, message, retryAfterMs) => {
          over(code);
          sink.failed(code, message, retryAfterMs);
        },
      });
    },
  };
}
