import { WireError } from '@parley/contract/errors.ts';
import { createResampler } from '@parley/engine/audio/resampler.ts';
import { decodeWav, WavError } from '@parley/engine/audio/wav.ts';
import { FRAME_SAMPLES, type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { Recognizer, RecognizerEvent } from '@parley/engine/ports/recognizer.ts';
import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import type { GuardedFetch } from '../edge/guarded-fetch.ts';
import { OutgoingError, outgoingWireError } from '../edge/outgoing-error.ts';
import type { HostedAgent } from './hosted-agent.ts';
import type { ConversationSpeech } from './resident.ts';

export interface SpokenInputParts {
  readonly fetch: Pick<GuardedFetch, 'send'>;
}

/** A turn is seconds long; what is longer is a recording. */
const maxSeconds = 120;
/** 48 kHz in two channels for that long. */
const maxBytes = maxSeconds * 48_000 * 2 * 2;
const recognitionTimeoutMs = 20_000;
/** Recognisers tell the end of words by the silence after them. */
const tailFrames = 15;

export interface SpokenInputLimits {
  /** Sounds that are fetched, decoded and recognised at once. */
  readonly atOnce: number;
  /** Those that may wait for that. */
  readonly waiting: number;
}

export const spokenInputDefaults: SpokenInputLimits = {
  // Each holds 23 MB at most and a recogniser that calls want too; anybody's own conversation may send some.
  atOnce: 2,
  // Ten seconds of work at most for what is seconds long: whoever would wait longer is told to come back.
  waiting: 8,
};

export interface SpokenInput {
  readonly audio: string;
  readonly agent: HostedAgent;
  readonly speech: Pick<ConversationSpeech, 'recognizer' | 'isSpoken'>;
  readonly expects: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Hears what is said in the audio that a program sent: an address, a `data:` URL, or base64 alone. A few at a time.
 *
 * What it returns throws WireError `audio_not_usable`, `address_refused`, `outside_failed`, `speech_unavailable`, and `overloaded` when
 * too many wait.
 */
export function createSpokenInput(
  parts: SpokenInputParts,
  limits: SpokenInputLimits = spokenInputDefaults,
): (input: SpokenInput) => Promise<string> {
  const places = bulkhead(limits.atOnce, limits.waiting);
  return async (input) => {
    if (!input.speech.isSpoken) throw new WireError('speech_unavailable');
    try {
      return await places.execute(() => hear(parts, input));
    } catch (error) {
      if (error instanceof BulkheadRejectedError) throw new WireError('overloaded');
      throw error;
    }
  };
}

async function hear({ fetch }: SpokenInputParts, input: SpokenInput): Promise<string> {
  const { agent, audio, expects } = input;
  const { recognizer } = input.speech;
  // Whoever waited for it has left.
  if (input.signal.aborted) throw new WireError('speech_unavailable');
  const signal = AbortSignal.any([input.signal, AbortSignal.timeout(recognitionTimeoutMs)]);
  const pcm = toPcm(await bytesOf(audio, fetch, signal));
  await recognizer.prepare(agent.vocabulary, signal).catch(() => {
    throw new WireError('speech_unavailable');
  });
  const text = await recognize(recognizer, agent, expects, pcm, signal);
  if (text === '') throw new WireError('audio_not_usable', { audio_url: 'No words were made out in it.' });
  return text;
}

async function bytesOf(audio: string, fetch: Pick<GuardedFetch, 'send'>, signal: AbortSignal): Promise<Uint8Array> {
  if (/^https?:/i.test(audio)) {
    try {
      const answer = await fetch.send({ method: 'GET', url: audio, signal, maxResponseBytes: maxBytes });
      if (answer.status === 200) return answer.body;
      throw new WireError('audio_not_usable', { audio_url: `The address answered with status ${answer.status}.` });
    } catch (error) {
      if (error instanceof OutgoingError) throw outgoingWireError(error, 'audio_url');
      throw error;
    }
  }
  const base64 = audio.startsWith('data:') ? audio.slice(audio.indexOf(',') + 1) : audio;
  if (!/^[\w+/-]*={0,2}$/.test(base64)) throw new WireError('audio_not_usable', { audio_url: 'Not base64.' });
  return Buffer.from(base64, 'base64');
}

function toPcm(bytes: Uint8Array): Pcm {
  try {
    const { sampleRateHz, channels } = decodeWav(bytes);
    const [voice] = channels;
    if (voice === undefined || voice.length === 0) throw new RangeError('There is no sound in it.');
    if (voice.length > maxSeconds * sampleRateHz) throw new RangeError(`It is longer than ${maxSeconds} seconds.`);
    return createResampler(sampleRateHz, SAMPLE_RATE_HZ).process(voice);
  } catch (error) {
    if (!(error instanceof WavError || error instanceof RangeError)) throw error;
    throw new WireError('audio_not_usable', { audio_url: error.message });
  }
}

function recognize(
  recognizer: Recognizer,
  { agent, vocabulary }: HostedAgent,
  expects: string | undefined,
  pcm: Pcm,
  signal: AbortSignal,
): Promise<string> {
  const scope = new AbortController();
  return new Promise<string>((resolve, reject) => {
    const onEvent = (event: RecognizerEvent) => {
      if (event.type === 'final') resolve(event.rejected ? '' : event.text.trim());
      if (event.type === 'failed') reject(new WireError('speech_unavailable'));
    };
    signal.addEventListener('abort', () => reject(new WireError('speech_unavailable')), {
      once: true,
      signal: scope.signal,
    });
    if (signal.aborted) return reject(new WireError('speech_unavailable'));
    const stream = recognizer.open(
      { language: agent.language, vocabularyId: vocabulary.id, signal: scope.signal },
      onEvent,
    );
    stream.expect(expects);
    stream.utteranceStarted([]);
    for (let at = 0; at < pcm.length; at += FRAME_SAMPLES) stream.write(frameAt(pcm, at));
    for (let n = 0; n < tailFrames; n += 1) stream.write(new Int16Array(FRAME_SAMPLES));
    stream.utteranceEnded();
  }).finally(() => scope.abort());
}

/** The last one is filled up with silence. */
function frameAt(pcm: Pcm, at: number): Pcm {
  const frame = new Int16Array(FRAME_SAMPLES);
  frame.set(pcm.subarray(at, at + FRAME_SAMPLES));
  return frame;
}
