import { setTimeout as passed } from 'node:timers/promises';
import { FRAME_MS, FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import type { Recognizer, RecognizerEvent } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { createEmbeddedSynthesizer } from '../embedded/embedded-synthesizer.ts';
import { primaryLanguage, speaksLanguage } from '../provider/languages.ts';
import type { EngineContext } from '../provider/provider.ts';
import { providerFailures } from '../provider/provider-failure.ts';
import { type Accounts, createRecognizer, createSynthesizer, type EngineChoice, findEngine } from '../registry.ts';
import { TrialFailure, type TrialResult } from './trial.ts';

/** What every recogniser is given to hear. */
const sentence = 'I would like to book a haircut';

/**
 * Hears a sentence in a voice of this machine with the recogniser.
 * @throws TrialFailure, SpeechError for what cannot even be made
 */
export async function tryRecognizer(
  choice: EngineChoice,
  accounts: Accounts,
  context: EngineContext,
  signal: AbortSignal,
): Promise<TrialResult> {
  const { engine } = findEngine('recognizer', choice.name);
  const languages = engine.languagesOf(choice.options ?? {});
  const language = speaksLanguage(languages, 'en-US')
    ? 'en-US'
    : languages === 'any'
      ? 'en-US'
      : (languages[0] ?? 'en-US');
  const recognizer = createRecognizer(choice, accounts, context);
  try {
    const { text, confidence, afterEndMs } = await hear(recognizer, language, signal);
    if (text === '' && language === 'en-US') {
      throw new TrialFailure('It answered, and understood nothing of a clear sentence.', 'Check model and language.');
    }
    return { latencyMs: afterEndMs, detail: `“${text}” (${confidence.toFixed(2)})` };
  } finally {
    await recognizer.close();
  }
}

/**
 * Says a word with the voice.
 * @throws TrialFailure, SpeechError for what cannot even be made
 */
export async function trySynthesizer(
  choice: EngineChoice,
  accounts: Accounts,
  context: EngineContext,
  signal: AbortSignal,
): Promise<TrialResult> {
  const { engine } = findEngine('synthesizer', choice.name);
  const languages = engine.languagesOf(choice.options ?? {});
  const language = languages === 'any' || speaksLanguage(languages, 'en-US') ? 'en-US' : (languages[0] ?? 'en-US');
  const synthesizer = createSynthesizer(choice, accounts, context);
  try {
    const text = primaryLanguage(language) === 'vi' ? 'Xin chào.' : 'Hello.';
    return await speak(synthesizer, text, language, signal);
  } finally {
    await synthesizer.close();
  }
}

async function hear(recognizer: Recognizer, language: string, signal: AbortSignal) {
  const frames = framesOf(await spoken(sentence, signal));
  const vocabulary = { id: 'verify', phrases: [sentence, 'I would like to book a massage'], contexts: {} };
  await recognizer.prepare(vocabulary, signal);
  const final = Promise.withResolvers<Extract<RecognizerEvent, { type: 'final' }>>();
  // It may fail while the sentence is still being said.
  final.promise.catch(() => {});
  let isOver = false;
  const scope = new AbortController();
  const stream = recognizer.open(
    { language, vocabularyId: vocabulary.id, signal: AbortSignal.any([signal, scope.signal]) },
    (event) => {
      if (event.type === 'final') final.resolve(event);
      if (event.type === 'failed') final.reject(failureOf(event.code, event.message));
      isOver ||= event.type === 'final' || event.type === 'failed';
    },
  );
  try {
    stream.utteranceStarted(frames.slice(0, preRollFrames));
    // As a caller speaks: all at once it would be heard later than ever in a call, by engines that end turns not at all perhaps.
    const startedMs = performance.now();
    for (const [index, frame] of frames.slice(preRollFrames).entries()) {
      if (isOver) break;
      const earlyMs = startedMs + index * FRAME_MS - performance.now();
      if (earlyMs > 0) await passed(earlyMs, undefined, { signal });
      stream.write(frame);
    }
    if (!isOver) stream.utteranceEnded();
    const endedMs = performance.now();
    const { text, confidence } = await final.promise;
    return { text, confidence, afterEndMs: performance.now() - endedMs };
  } finally {
    scope.abort();
  }
}

/** As many as a conversation gives before the onset. */
const preRollFrames = 15;

function speak(synthesizer: Synthesizer, text: string, language: string, signal: AbortSignal): Promise<TrialResult> {
  const { promise, resolve, reject } = Promise.withResolvers<TrialResult>();
  const startedMs = performance.now();
  let firstMs: number | undefined;
  let samples = 0;
  synthesizer.synthesize(
    { text, language, voice: undefined, tone: 'neutral', ssml: undefined, passage: undefined, signal },
    {
      audio(chunk) {
        firstMs ??= performance.now() - startedMs;
        samples += chunk.length;
      },
      words() {},
      done() {
        if (firstMs === undefined) reject(new TrialFailure('It ended without a sound.', 'Check voice and model.'));
        else resolve({ latencyMs: firstMs, detail: `${(samples / 16_000).toFixed(1)} s of sound` });
      },
      failed: (code, message) => reject(failureOf(code, message)),
    },
  );
  return promise;
}

/** The sentence as the voice that needs nothing says it, with quiet around it. */
async function spoken(text: string, signal: AbortSignal): Promise<Pcm> {
  const voice = createEmbeddedSynthesizer();
  try {
    const chunks: Pcm[] = [new Int16Array(quietSamples)];
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    voice.synthesize(
      { text, language: 'en-US', voice: undefined, tone: 'neutral', ssml: undefined, passage: undefined, signal },
      {
        audio: (chunk) => chunks.push(chunk),
        words() {},
        done: resolve,
        failed: (code, message) => reject(failureOf(code, message)),
      },
    );
    await promise;
    chunks.push(new Int16Array(quietSamples));
    return Int16Array.from(chunks.flatMap((chunk) => [...chunk]));
  } finally {
    await voice.close();
  }
}

/** 300 ms. */
const quietSamples = 4800;

function framesOf(samples: Pcm): readonly Pcm[] {
  const count = Math.ceil(samples.length / FRAME_SAMPLES);
  return Array.from({ length: count }, (_, n) => {
    const frame = new Int16Array(FRAME_SAMPLES);
    frame.set(samples.subarray(n * FRAME_SAMPLES, (n + 1) * FRAME_SAMPLES));
    return frame;
  });
}

function failureOf(code: string, message: string): TrialFailure {
  const known = Object.entries(providerFailures).find(([name]) => name === code);
  return new TrialFailure(message, known?.[1] ?? '');
}
