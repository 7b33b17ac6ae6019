import type { Pcm } from '@parley/engine/ports/audio.ts';
import type { SpokenWord, SynthesisRequest, Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { until } from './bench.ts';

/** A sentence under test: what its sink was told, and whether it was told when it may be. */
export interface Spoken {
  readonly samples: Int16Array;
  readonly words: readonly SpokenWord[];
  readonly end:
    | { readonly type: 'done' }
    | {
        readonly type: 'failed';
        readonly code: string;
        readonly message: string;
        readonly retryAfterMs: number | undefined;
      }
    | undefined;
  /** Things told where nothing may be told: from inside the call, after the abort, after the end. */
  readonly faults: readonly string[];
  /** Resolves when the sentence is spoken whole. Rejects when it fails. */
  whole(): Promise<Spoken>;
  abort(): void;
}

export function beginSpeaking(
  synthesizer: Synthesizer,
  request: Pick<SynthesisRequest, 'text' | 'language'> & Partial<Pick<SynthesisRequest, 'passage' | 'line'>>,
  scope = new AbortController(),
): Spoken {
  let isInside = true;
  const chunks: Int16Array[] = [];
  const words: SpokenWord[] = [];
  const faults: string[] = [];
  let end: Spoken['end'];
  const told = (what: string) => {
    if (isInside) faults.push(`${what} was told from inside the call.`);
    if (scope.signal.aborted) faults.push(`${what} was told after the abort.`);
    if (end !== undefined) faults.push(`${what} was told after the end.`);
  };
  synthesizer.synthesize(
    { voice: undefined, tone: 'neutral', ssml: undefined, passage: undefined, ...request, signal: scope.signal },
    {
      audio(samples: Pcm) {
        told('audio');
        // Kept as it is: who receives samples may keep them.
        chunks.push(new Int16Array(samples.buffer, samples.byteOffset, samples.length));
      },
      words(more) {
        told('words');
        words.push(...more);
      },
      done() {
        told('done');
        end = { type: 'done' };
      },
      failed(code, message, retryAfterMs) {
        told('failed');
        end = { type: 'failed', code, message, retryAfterMs };
      },
    },
  );
  isInside = false;
  const spoken: Spoken = {
    get samples() {
      return joined(chunks);
    },
    words,
    get end() {
      return end;
    },
    faults,
    async whole() {
      await until(() => end !== undefined, `the end of "${request.text}"`);
      if (end?.type === 'failed') throw new Error(`${end.code}: ${end.message}`);
      return spoken;
    },
    abort: () => scope.abort(),
  };
  return spoken;
}

function joined(parts: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
