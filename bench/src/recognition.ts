import { createMemoryCalendar } from '@parley/agent-receptionist/availability/memory-calendar.ts';
import { memoryBook } from '@parley/agent-receptionist/memory-book.ts';
import { createReceptionist } from '@parley/agent-receptionist/receptionist-agent.ts';
import { createOpusDecoder, createOpusEncoder } from '@parley/channels/rtp/opus.ts';
import { createEmbeddedRecognizer } from '@parley/speech/embedded/embedded-recognizer.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { hearOnLine, type PhoneLine } from '@parley/speech/testing/phone-line.ts';
import { inDomainSentences, outOfDomainSentences } from '@parley/speech/testing/sentences.ts';
import { isReversed, shortAnswers } from '@parley/speech/testing/short-answers.ts';
import { createEar, speak, utterAll, withNoiseAt, withQuiet, wordErrors } from '@parley/speech/testing/voice-loop.ts';

const VOICES = ['slt', 'rms', 'awb', 'kal16'] as const;
/** A quiet office on a good line. */
const SNR_DB = 20;

/** Deviation of a quiet room's noise, in sample units: -60 dBFS. */
const QUIET_ROOM = 30;

/**
 * Embedded speech by itself: word error rates by voice, how many lone short answers come right over Opus and the
 * conversation's own voice activity detection, how well other speech is told apart, and what it costs. The
 * voices are synthetic, so the error rates are the least that can be expected.
 */
export async function run({ json }: { json: boolean }): Promise<void> {
  const never = new AbortController().signal;
  const { vocabulary } = await createReceptionist({ calendar: createMemoryCalendar(memoryBook()) });
  const synthesizer = createEmbeddedSynthesizer();
  const recognizer = createEmbeddedRecognizer();
  try {
    const rssBefore = process.memoryUsage().rss;
    const prepareStartedMs = performance.now();
    await recognizer.prepare(vocabulary, never);
    const prepareMs = performance.now() - prepareStartedMs;
    const recognizerMb = (process.memoryUsage().rss - rssBefore) / 1e6;
    const line: PhoneLine = { recognizer, vocabularyId: vocabulary.id, codec: opus };
    const short = { asked: 0, right: 0, reversed: 0 };
    const onLine = { words: 0, errors: 0 };
    await speak(synthesizer, 'The first sentence starts the thread.');
    const wordErrorRate: Record<string, { clean: number; noisy: number }> = {};
    const inside: number[] = [];
    const outside: number[] = [];
    const finalMs: number[] = [];
    let audioMs = 0;
    let synthesisMs = 0;
    let heardMs = 0;
    let recognitionMs = 0;

    const say = async (text: string, voice: string): Promise<Int16Array> => {
      const startedMs = performance.now();
      const { samples } = await speak(synthesizer, text, { voice });
      synthesisMs += performance.now() - startedMs;
      audioMs += samples.length / 16;
      return samples;
    };
    const hear = async (samples: Int16Array) => {
      const caller = new AbortController();
      const ear = createEar();
      const stream = recognizer.open(
        { language: 'en-US', vocabularyId: vocabulary.id, signal: caller.signal },
        ear.onEvent,
      );
      const startedMs = performance.now();
      utterAll(stream, samples);
      const final = await ear.final();
      recognitionMs += performance.now() - startedMs;
      heardMs += samples.length / 16;
      finalMs.push(final.processingMs);
      caller.abort();
      return final;
    };

    for (const voice of VOICES) {
      const errors = { clean: 0, noisy: 0 };
      let words = 0;
      for (const [index, text] of inDomainSentences.entries()) {
        const samples = await say(text, voice);
        const clean = await hear(withQuiet(samples));
        const noisy = await hear(withNoiseAt(withQuiet(samples), SNR_DB, index + 1));
        const count = wordErrors(text, clean.text);
        words += count.words;
        errors.clean += count.errors;
        errors.noisy += wordErrors(text, noisy.text).errors;
        inside.push(clean.confidence);
        const called = wordErrors(text, (await hearOnLine(line, samples, undefined, QUIET_ROOM)).text);
        onLine.words += called.words;
        onLine.errors += called.errors;
      }
      for (const { text, context, right } of shortAnswers) {
        const samples = await say(text, voice);
        for (const noise of [0, QUIET_ROOM]) {
          const heard = await hearOnLine(line, samples, context, noise);
          short.asked += 1;
          if (right.test(heard.text) && heard.confidence >= 0.7) short.right += 1;
          if (isReversed(text, heard)) short.reversed += 1;
        }
      }
      for (const text of outOfDomainSentences) outside.push((await hear(withQuiet(await say(text, voice)))).confidence);
      wordErrorRate[voice] = { clean: errors.clean / words, noisy: errors.noisy / words };
    }
    finalMs.sort((a, b) => a - b);
    const result = {
      wordErrorRate,
      snrDb: SNR_DB,
      lineWordErrorRate: onLine.errors / onLine.words,
      short,
      prepareMs,
      recognizerMb,
      rejectionAuc: areaUnderCurve(inside, outside),
      realTimeFactor: recognitionMs / heardMs,
      finalMs: { p50: quantile(finalMs, 0.5), p95: quantile(finalMs, 0.95) },
      synthesisMsPerSecond: (1000 * synthesisMs) / audioMs,
    };
    console.log(json ? JSON.stringify(result) : report(result));
  } finally {
    await Promise.all([synthesizer.close(), recognizer.close()]);
  }
}

interface Result {
  readonly wordErrorRate: Readonly<Record<string, { clean: number; noisy: number }>>;
  readonly snrDb: number;
  /** Over Opus and voice activity detection, in a quiet room. */
  readonly lineWordErrorRate: number;
  readonly short: { readonly asked: number; readonly right: number; readonly reversed: number };
  readonly prepareMs: number;
  /** Growth of the process by the recogniser, ready for the first call. */
  readonly recognizerMb: number;
  readonly rejectionAuc: number;
  readonly realTimeFactor: number;
  readonly finalMs: { readonly p50: number; readonly p95: number };
  readonly synthesisMsPerSecond: number;
}

function report(result: Result): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    ...Object.entries(result.wordErrorRate).map(
      ([voice, { clean, noisy }]) =>
        `word errors, ${voice}: ${percent(clean)} clean, ${percent(noisy)} with noise at ${result.snrDb} dB`,
    ),
    `word errors in a call (Opus, voice activity detection): ${percent(result.lineWordErrorRate)}`,
    `short answers in a call: ${result.short.right} of ${result.short.asked} right, ${result.short.reversed} yes for no or no for yes`,
    `ready after ${result.prepareMs.toFixed(0)} ms, with ${result.recognizerMb.toFixed(0)} MB`,
    `in domain against outside: area under the curve ${result.rejectionAuc.toFixed(4)}`,
    `recognition: ${result.realTimeFactor.toFixed(3)} of real time; final after ${result.finalMs.p50.toFixed(1)} ms (p50), ${result.finalMs.p95.toFixed(1)} ms (p95)`,
    `synthesis: ${result.synthesisMsPerSecond.toFixed(1)} ms a second of speech`,
  ].join('\n');
}

function opus(): (frame: Int16Array) => Int16Array {
  const encoder = createOpusEncoder();
  const decoder = createOpusDecoder();
  return (frame) => decoder.decode(encoder.encode(frame)) ?? new Int16Array(frame.length);
}

/** Chance that a sentence of the domain is given more confidence than one outside it. */
function areaUnderCurve(inside: readonly number[], outside: readonly number[]): number {
  let wins = 0;
  for (const a of inside) for (const b of outside) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / (inside.length * outside.length);
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
