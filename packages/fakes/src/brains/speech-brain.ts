import { FRAME_SAMPLES } from '@parley/engine/ports/audio.ts';
import type { Recognizer, RecognizerEvent, RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import type { SpokenWord, Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import type { Brain, Heard, Listener, Speech } from '../brain.ts';

export interface SpeechBrainParts {
  /** Taken over: closed with the brain. */
  readonly recognizer: Recognizer;
  readonly synthesizer: Synthesizer;
  /** What it listens for. */
  readonly vocabulary: RecognizerVocabulary;
  /** What the language model says; left out: it says what it was told. */
  readonly answer?: (prompt: string) => string;
}

/** The longest wait for what an utterance was; the embedded recogniser takes 10 ms. */
const finalTimeoutMs = 10_000;

/** Hears and speaks with real parts: a call through any fake ends as one with the parts themselves. Rejects when they cannot be made ready. */
export async function createSpeechBrain({
  recognizer,
  synthesizer,
  vocabulary,
  answer = (prompt) => `You said: ${prompt}`,
}: SpeechBrainParts): Promise<Brain> {
  await recognizer.prepare(vocabulary, AbortSignal.timeout(60_000));
  return {
    listen: (language) => createSpeechListener(recognizer, vocabulary.id, language),
    speak: (text, language, signal) => speak(synthesizer, text, language, signal),
    answer,
    async close() {
      await Promise.all([recognizer.close(), synthesizer.close()]);
    },
  };
}

function createSpeechListener(recognizer: Recognizer, vocabularyId: string, language: string): Listener {
  const scope = new AbortController();
  let partial = '';
  let isOn = false;
  /** Utterances that ended and have no final yet, oldest first: the next may end while a busy recogniser still owes the one before. */
  const waiting: { resolve(heard: Heard): void; reject(error: Error): void }[] = [];
  let failure: Error | undefined;
  const onEvent = (event: RecognizerEvent) => {
    if (event.type === 'partial') {
      // While a final is owed it is of what is over.
      if (waiting.length === 0) partial = event.text;
    } else if (event.type === 'failed') {
      failure = new Error(`${event.code}: ${event.message}`);
      for (const { reject } of waiting.splice(0)) reject(failure);
    } else if (event.type === 'final') {
      const { text, confidence, words } = event;
      waiting.shift()?.resolve({ text, confidence, words });
    }
  };
  const stream = recognizer.open({ language, vocabularyId, signal: scope.signal }, onEvent);
  let frame = new Int16Array(FRAME_SAMPLES);
  let filled = 0;
  const flushFrame = () => {
    stream.write(frame);
    frame = new Int16Array(FRAME_SAMPLES);
    filled = 0;
  };
  return {
    write(samples) {
      if (!isOn) stream.utteranceStarted([]);
      isOn = true;
      for (let at = 0; at < samples.length; ) {
        const part = samples.subarray(at, at + FRAME_SAMPLES - filled);
        frame.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled === FRAME_SAMPLES) flushFrame();
      }
    },
    get partial() {
      return partial;
    },
    async end() {
      if (!isOn) return { text: '', confidence: 0, words: [] };
      if (failure !== undefined) throw failure;
      if (filled > 0) flushFrame();
      const { promise, resolve, reject } = Promise.withResolvers<Heard>();
      waiting.push({ resolve, reject });
      partial = '';
      const timer = setTimeout(() => reject(new Error(`No final came within ${finalTimeoutMs} ms.`)), finalTimeoutMs);
      stream.utteranceEnded();
      isOn = false;
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => scope.abort(),
  };
}

function speak(synthesizer: Synthesizer, text: string, language: string, signal: AbortSignal): Promise<Speech> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Speech>();
  const parts: Int16Array[] = [];
  const words: SpokenWord[] = [];
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const request = { text, language, voice: undefined, tone: 'neutral', ssml: undefined, passage: undefined } as const;
  synthesizer.synthesize(
    { ...request, signal },
    {
      audio: (samples) => parts.push(new Int16Array(samples)),
      words: (more) => words.push(...more),
      done: () => resolve({ samples: joined(parts), words }),
      failed: (code, message) => reject(new Error(`${code}: ${message}`)),
    },
  );
  return promise.finally(() => signal.removeEventListener('abort', onAbort));
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
