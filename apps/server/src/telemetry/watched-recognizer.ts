import type { Recognizer, RecognizerEvent } from '@parley/engine/ports/recognizer.ts';
import type { Metrics } from './metrics.ts';
import type { PartHealth } from './part-health.ts';
import type { TurnSpans } from './turn-spans.ts';

/** The recogniser, timed and counted by what becomes of utterances. Frames pass through untouched. */
export function watchRecognizer(
  recognizer: Recognizer,
  metrics: Metrics,
  spans: TurnSpans,
  health: PartHealth,
): Recognizer {
  const { name } = recognizer;
  return {
    name,
    prepare: (vocabulary, signal) => recognizer.prepare(vocabulary, signal),
    close: () => recognizer.close(),
    open: (options, onEvent) => {
      let startedAtEpochMs: number | undefined;
      const heard = (attributes: { readonly 'recognition.outcome': string }, error?: string) => {
        if (startedAtEpochMs === undefined) return;
        const endedAtEpochMs = performance.timeOrigin + performance.now();
        spans.heard({
          startedAtEpochMs,
          endedAtEpochMs,
          attributes: { 'recognizer.name': name, ...attributes },
          error,
        });
        startedAtEpochMs = undefined;
      };
      const stream = recognizer.open(options, (event) => {
        if (event.type === 'final') {
          health.tell(`recognizer ${name}`, 'worked');
          const outcome = outcomeOf(event);
          metrics.count('parley_recognizer_utterances_total', { recognizer: name, outcome });
          metrics.observe('parley_recognizer_final_seconds', { recognizer: name }, event.processingMs / 1000);
          heard({ 'recognition.outcome': outcome });
        } else if (event.type === 'failed') {
          health.tell(`recognizer ${name}`, 'failed');
          metrics.count('parley_recognizer_errors_total', { recognizer: name });
          heard({ 'recognition.outcome': 'failed' }, event.code);
        }
        onEvent(event);
      });
      return {
        expect: (context) => stream.expect(context),
        utteranceStarted: (preRoll) => {
          startedAtEpochMs = performance.timeOrigin + performance.now();
          spans.hearing(startedAtEpochMs);
          stream.utteranceStarted(preRoll);
        },
        write: (frame) => stream.write(frame),
        utteranceEnded: () => stream.utteranceEnded(),
      };
    },
  };
}

function outcomeOf(event: Extract<RecognizerEvent, { readonly type: 'final' }>): 'recognized' | 'rejected' | 'empty' {
  if (event.rejected) return 'rejected';
  return event.text === '' ? 'empty' : 'recognized';
}
