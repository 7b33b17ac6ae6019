import { createLightVoiceDetector } from '@parley/engine/audio/light-voice-detector.ts';
import { FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { VoiceDetector, VoiceEvent } from '@parley/engine/ports/voice-detector.ts';
import { createEmbeddedSynthesizer, embeddedVoices } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { isOnnxInstalled } from '@parley/speech/onnx-installed.ts';
import { createSileroVoiceDetector, type SileroVoiceDetector } from '@parley/speech/silero/silero-voice-detector.ts';
import { inDomainSentences } from '@parley/speech/testing/sentences.ts';
import { speak } from '@parley/speech/testing/voice-loop.ts';
import { median } from './statistics.ts';
import { babbleOf, type Noise, pinkNoise, whiteNoise } from './vad/noises.ts';
import { type Hearing, type Score, type Segment, score, trueSegments } from './vad/score.ts';

/** Each voice says sentences of its own, so that no babble is what the caller says. */
const sentencesAVoice = Math.floor(inDomainSentences.length / embeddedVoices.length);
const snrsDb = [20, 15, 10, 5];
/** Noise alone before each voice speaks; with four voices a minute of each noise. */
const noiseSeconds = 15;
/** Between sentences: long enough for every detector to come to rest. */
const gapSeconds = 1.5;
/** For the cost of a stream. */
const batchedStreams = 100;
const batchedSeconds = 10;
const timedRounds = 9;

/** The voice detectors on the embedded voices' speech in noise, and what they cost. About a minute. */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const recordings = await record();
  const light = createLightVoiceDetector();
  const results: Result[] = [];
  for (const condition of conditionsOf(recordings)) {
    const hearings = condition.calls.map((call) => hearing(call, listen(light, call.samples)));
    results.push({ detector: 'light', noise: condition.noise, snrDb: condition.snrDb, score: score(hearings) });
  }
  const lightMicroseconds = microsecondsAFrame(light, recordings[0]?.clean ?? new Int16Array());
  let streamsACore: number | undefined;
  if (isOnnxInstalled()) {
    const silero = await createSileroVoiceDetector({
      onError: (error) => {
        // Its figures would be the light detector's.
        throw error;
      },
    });
    for (const { noise, snrDb, calls } of conditionsOf(recordings)) {
      const events = await listenTogether(
        silero,
        calls.map(({ samples }) => samples),
      );
      const hearings = calls.map((call, index) => hearing(call, events[index] ?? []));
      results.push({ detector: 'silero', noise, snrDb, score: score(hearings) });
    }
    streamsACore = await streamsACoreOf(silero, recordings[0]?.clean ?? new Int16Array());
    await silero.close();
  }
  if (json) console.log(JSON.stringify({ results, lightMicroseconds, streamsACore: streamsACore ?? null }));
  else console.log(report(results, lightMicroseconds, streamsACore));
}

/** What one voice says, with silence around. */
interface Recording {
  /** Begins with silence for the noise alone. */
  readonly clean: Int16Array;
  /** Without the silence at the beginning and the end. */
  readonly talk: Int16Array;
  readonly segments: readonly Segment[];
  /** Root mean square where there is speech. */
  readonly level: number;
}

async function record(): Promise<Recording[]> {
  const synthesizer = createEmbeddedSynthesizer();
  const gap = new Int16Array(gapSeconds * SAMPLE_RATE_HZ);
  try {
    const recordings: Recording[] = [];
    for (const [index, { id: voice }] of embeddedVoices.entries()) {
      const said: Int16Array[] = [];
      for (const text of inDomainSentences.slice(index * sentencesAVoice, (index + 1) * sentencesAVoice)) {
        said.push((await speak(synthesizer, text, { voice })).samples);
      }
      const clean = joined([
        new Int16Array(noiseSeconds * SAMPLE_RATE_HZ),
        ...said.flatMap((samples) => [wholeFrames(samples), gap]),
      ]);
      const segments = trueSegments(clean);
      recordings.push({ clean, talk: joined(said), segments, level: levelOf(clean, segments) });
    }
    return recordings;
  } finally {
    await synthesizer.close();
  }
}

interface Call extends Recording {
  readonly samples: Int16Array;
}

/** One at a time: all together would be hundreds of megabytes. */
function* conditionsOf(recordings: readonly Recording[]) {
  yield { noise: 'none', snrDb: null, calls: recordings.map((call) => ({ ...call, samples: call.clean })) };
  for (const noise of ['white', 'pink', 'babble'] as const) {
    for (const snrDb of snrsDb) {
      const calls = recordings.map((call, index) => {
        const others = recordings.filter((other) => other !== call).map(({ talk }) => talk);
        const source: Noise = { white: whiteNoise, pink: pinkNoise, babble: babbleOf(others) }[noise];
        return { ...call, samples: mixed(call, source(call.clean.length, 1 + index), snrDb) };
      });
      yield { noise, snrDb, calls };
    }
  }
}

function mixed({ clean, level }: Recording, noise: Float32Array, snrDb: number): Int16Array {
  const gain = level / 10 ** (snrDb / 20);
  return clean.map((sample, index) =>
    Math.max(-32_768, Math.min(32_767, Math.round(sample + gain * (noise[index] ?? 0)))),
  );
}

function hearing({ samples, segments }: Call, events: readonly VoiceEvent[]): Hearing {
  return {
    noiseFrames: (noiseSeconds * 1000) / FRAME_MS,
    frames: Math.floor(samples.length / FRAME_SAMPLES),
    segments,
    events,
  };
}

function listen(detector: VoiceDetector, samples: Int16Array): VoiceEvent[] {
  const scope = new AbortController();
  const events: VoiceEvent[] = [];
  const stream = detector.open(scope.signal, (event) => events.push(event));
  for (let at = 0; at + FRAME_SAMPLES <= samples.length; at += FRAME_SAMPLES) {
    stream.push(samples.subarray(at, at + FRAME_SAMPLES));
  }
  scope.abort();
  return events;
}

/** All callers at the same time, faster than real time. */
async function listenTogether(
  detector: SileroVoiceDetector,
  calls: readonly Int16Array[],
): Promise<readonly (readonly VoiceEvent[])[]> {
  const scope = new AbortController();
  const ears = calls.map((samples) => {
    const events: VoiceEvent[] = [];
    return { samples, events, stream: detector.open(scope.signal, (event) => events.push(event)) };
  });
  const longest = Math.max(...calls.map(({ length }) => length));
  // Eight frames are five windows: far from what the detector drops.
  const step = 8 * FRAME_SAMPLES;
  for (let from = 0; from < longest; from += step) {
    for (const { samples, stream } of ears) {
      const to = Math.min(from + step, samples.length);
      for (let at = from; at + FRAME_SAMPLES <= to; at += FRAME_SAMPLES) {
        stream.push(samples.subarray(at, at + FRAME_SAMPLES));
      }
    }
    await detector.judged();
  }
  scope.abort();
  return ears.map(({ events }) => events);
}

function microsecondsAFrame(detector: VoiceDetector, samples: Int16Array): number {
  const frames = Math.floor(samples.length / FRAME_SAMPLES);
  return median(
    Array.from({ length: timedRounds }, () => {
      const startedMs = performance.now();
      listen(detector, samples);
      return ((performance.now() - startedMs) * 1000) / frames;
    }),
  );
}

/** Seconds of audio judged in a second of processor time, of all threads. */
async function streamsACoreOf(detector: SileroVoiceDetector, samples: Int16Array): Promise<number> {
  const from = noiseSeconds * SAMPLE_RATE_HZ;
  const speech = samples.subarray(from, from + batchedSeconds * SAMPLE_RATE_HZ);
  const calls = Array.from({ length: batchedStreams }, () => speech);
  const cpu = process.cpuUsage();
  await listenTogether(detector, calls);
  const { user, system } = process.cpuUsage(cpu);
  return (batchedStreams * (speech.length / SAMPLE_RATE_HZ)) / ((user + system) / 1e6);
}

interface Result {
  readonly detector: 'light' | 'silero';
  readonly noise: string;
  readonly snrDb: number | null;
  readonly score: Score;
}

function report(results: readonly Result[], lightMicroseconds: number, streamsACore: number | undefined): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const pair = ({ p50, p95 }: { readonly p50: number; readonly p95: number }) =>
    Number.isNaN(p50) ? '–' : `${p50}, ${p95}`;
  return [
    '| detector | noise | missed | splits a segment | not ended | false starts a minute | noise taken for voice | onset ms p50, p95 | end ms p50, p95 | end as told, off by ms p50, p95 |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...results.map(
      ({ detector, noise, snrDb, score: of }) =>
        `| ${detector} | ${noise}${snrDb === null ? '' : ` ${snrDb} dB`} | ${percent(of.missed)} | ${of.splits.toFixed(2)} | ${percent(of.endless)} | ${of.falseStartsPerMinute.toFixed(1)} | ${percent(of.falseTime)} | ${pair(of.onsetMs)} | ${pair(of.endMs)} | ${pair(of.endErrorMs)} |`,
    ),
    `segments: ${results[0]?.score.segments ?? 0}`,
    `light: ${lightMicroseconds.toFixed(2)} µs a frame`,
    streamsACore === undefined
      ? 'silero: not measured, onnxruntime-node is not installed'
      : `silero: ${streamsACore.toFixed(0)} streams a core, ${batchedStreams} together`,
  ].join('\n');
}

function wholeFrames(samples: Int16Array): Int16Array {
  const whole = new Int16Array(Math.ceil(samples.length / FRAME_SAMPLES) * FRAME_SAMPLES);
  whole.set(samples);
  return whole;
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

function levelOf(samples: Int16Array, segments: readonly Segment[]): number {
  let energy = 0;
  let count = 0;
  for (const { from, to } of segments) {
    for (const sample of samples.subarray(from * FRAME_SAMPLES, to * FRAME_SAMPLES)) energy += sample * sample;
    count += (to - from) * FRAME_SAMPLES;
  }
  return Math.sqrt(energy / count);
}
