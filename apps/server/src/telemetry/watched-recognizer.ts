import type { Recognizer, RecognizerEvent } from '@parley/engine/ports/recognizer.ts';
import type { TurnSpans } from './turn-spans.ts';

/** What listens in a conversation, in its trace. Frames pass through untouched; engines are counted where they are made. */
export function watchRecognizer(recognizer: Recognizer, spans: TurnSpans): Recognizer {
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
        if (event.type === 'final') heard({ 'recognition.outcome': outcomeOf(event) });
        else if (event.type === 'failed') heard({ 'recognition.outcome': 'failed' }, event.code);
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

export function outcomeOf(
  event: Extract<RecognizerEvent, { readonly type: 'final' }>,
): 'recognized' | 'rejected' | 'empty' {
  if (event.rejected) return 'rejected';
  return event.text === '' ? 'empty' : 'recognized';
}
