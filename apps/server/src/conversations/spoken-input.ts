import { WireError } from '@parley/contract/errors.ts';
import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import type { Recognizer, RecognizerEvent } from '@parley/engine/ports/recognizer.ts';
import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import type { GuardedFetch } from '../edge/guarded-fetch.ts';
import { fetchSound } from '../speech/fetch-sound.ts';
import type { HostedAgent } from './hosted-agent.ts';
import type { ConversationSpeech } from './resident.ts';

export interface SpokenInputParts {
  readonly fetch: Pick<GuardedFetch, 'send'>;
}

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
  const pcm = await fetchSound(audio, fetch, signal);
  await recognizer.prepare(agent.vocabulary, signal).catch(() => {
    throw new WireError('speech_unavailable');
  });
  const text = await recognize(recognizer, agent, expects, pcm, signal);
  if (text === '') throw new WireError('audio_not_usable', { audio_url: 'No words were made out in it.' });
  return text;
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
