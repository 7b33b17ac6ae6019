import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';

/** Parts that work in real time, in a call whose time is virtual: it stands still while any of them owes something. */
export interface AwaitedParts {
  readonly recognizer: Recognizer;
  readonly synthesizer: Synthesizer;
  /** Finals and ends of sentences that are owed. */
  readonly owed: number;
  /** What failed, as `code: message`. */
  readonly failures: readonly string[];
}

export function awaitParts(recognizer: Recognizer, synthesizer: Synthesizer): AwaitedParts {
  let owed = 0;
  const failures: string[] = [];
  return {
    get owed() {
      return owed;
    },
    failures,
    recognizer: {
      name: recognizer.name,
      prepare: (vocabulary, signal) => recognizer.prepare(vocabulary, signal),
      close: () => recognizer.close(),
      open(options, onEvent) {
        let finals = 0;
        const settle = () => {
          owed -= finals;
          finals = 0;
        };
        options.signal.addEventListener('abort', settle, { once: true });
        const stream = recognizer.open(options, (event) => {
          if (event.type === 'final' && finals > 0) {
            finals -= 1;
            owed -= 1;
          }
          if (event.type === 'failed') {
            failures.push(`${event.code}: ${event.message}`);
            settle();
          }
          onEvent(event);
        });
        return {
          expect: (context) => stream.expect(context),
          utteranceStarted: (preRoll) => stream.utteranceStarted(preRoll),
          write: (frame) => stream.write(frame),
          utteranceEnded() {
            finals += 1;
            owed += 1;
            stream.utteranceEnded();
          },
        };
      },
    },
    synthesizer: {
      name: synthesizer.name,
      voices: synthesizer.voices,
      close: () => synthesizer.close(),
      synthesize(request, sink) {
        if (request.signal.aborted) return;
        let isOwed = true;
        owed += 1;
        const settle = () => {
          if (isOwed) owed -= 1;
          isOwed = false;
        };
        request.signal.addEventListener('abort', settle, { once: true });
        synthesizer.synthesize(request, {
          audio: (samples) => sink.audio(samples),
          words: (words) => sink.words(words),
          done() {
            settle();
            sink.done();
          },
          failed(code, message) {
            failures.push(`${code}: ${message}`);
            settle();
            sink.failed(code, message);
          },
        });
      },
    },
  };
}
