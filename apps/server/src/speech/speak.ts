import { randomUUID } from 'node:crypto';
import { WireError } from '@parley/contract/errors.ts';
import type { LineFormat, Pcm } from '@parley/engine/ports/audio.ts';
import type { EmotionalTone, SpokenWord, Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { cutSentences } from '@parley/engine/text/sentence-cutter.ts';
import { ssmlToText } from '@parley/speech/ssml/ssml-text.ts';

export interface Spoken {
  readonly text: string | undefined;
  /** A fragment without the `speak` element, in place of the text. */
  readonly ssml: string | undefined;
  /** BCP 47. */
  readonly language: string;
  readonly voice: string | undefined;
  readonly tone: EmotionalTone;
  readonly line: LineFormat;
}

/** What a voice gives of a text. Word times count from its beginning. */
export type SpokenPiece =
  | { readonly type: 'audio'; readonly samples: Pcm }
  | { readonly type: 'words'; readonly words: readonly SpokenWord[] };

const samplesPerMs = 16;

/**
 * Speaks a text sentence by sentence, each once the one before it was taken: what waits is a sentence at most.
 * @throws WireError `speech_unavailable`, or the signal's reason
 */
export async function* speak(
  synthesizer: Synthesizer,
  spoken: Spoken,
  signal: AbortSignal,
): AsyncGenerator<SpokenPiece, void, undefined> {
  const { language, voice, tone, line } = spoken;
  const segments = segmentsOf(spoken);
  const passageId = randomUUID();
  let samplesBefore = 0;
  let previousText = '';
  for (const [index, { text, ssml }] of segments.entries()) {
    signal.throwIfAborted();
    const waiting: SpokenPiece[] = [];
    let ending: { readonly error?: WireError } | undefined;
    let wake = () => {};
    const scope = new AbortController();
    const onAbort = () => {
      scope.abort(signal.reason);
      wake();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const offsetMs = samplesBefore / samplesPerMs;
    const tell = (piece: SpokenPiece) => {
      waiting.push(piece);
      wake();
    };
    try {
      synthesizer.synthesize(
        {
          text,
          ssml,
          language,
          voice,
          tone,
          line,
          passage: { id: passageId, index, previousText },
          signal: scope.signal,
        },
        {
          audio: (samples) => {
            samplesBefore += samples.length;
            tell({ type: 'audio', samples });
          },
          words: (words) => tell({ type: 'words', words: words.map((word) => later(word, offsetMs)) }),
          done: () => {
            ending = {};
            wake();
          },
          failed: (code, message) => {
            ending = { error: new WireError('speech_unavailable', { reason: code, message }) };
            wake();
          },
        },
      );
      for (;;) {
        signal.throwIfAborted();
        const next = waiting.shift();
        if (next !== undefined) yield next;
        else if (ending !== undefined) break;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
      if (ending.error !== undefined) throw ending.error;
    } finally {
      signal.removeEventListener('abort', onAbort);
      scope.abort();
    }
    previousText = text;
  }
}

function segmentsOf({ text, ssml }: Spoken): readonly { readonly text: string; readonly ssml: string | undefined }[] {
  if (ssml !== undefined) return [{ text: ssmlToText(ssml), ssml }];
  const { sentences, rest } = cutSentences(text ?? '');
  return [...sentences, rest.trim()].flatMap((sentence) =>
    sentence === '' ? [] : [{ text: sentence, ssml: undefined }],
  );
}

function later({ text, startMs, endMs }: SpokenWord, byMs: number): SpokenWord {
  return { text, startMs: startMs + byMs, endMs: endMs + byMs };
}
