import {
  detectLanguage as detectLanguageRoute,
  listVoices,
  synthesize,
  transcribe,
} from '@parley/contract/api/speech-api.ts';
import { getUsage } from '@parley/contract/api/usage-api.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { Recognizer, RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import { detectLanguage } from '@parley/speech/language-detection/detect-language.ts';
import type { SpeechKind } from '@parley/speech/router/engine-directory.ts';
import type { SpeechUsage } from '@parley/speech/router/usage.ts';
import { SpeechError } from '@parley/speech/speech-error.ts';
import { type HandledRoute, handle } from '../api/handle.ts';
import type { AgentDirectory } from '../conversations/agent-directory.ts';
import type { GuardedFetch } from '../edge/guarded-fetch.ts';
import type { SpeechRoom } from './create-speech-room.ts';
import { fetchSound, isMulaw } from './fetch-sound.ts';
import { hearAll } from './hear-all.ts';
import { createPlaces, type PlacesOptions } from './places.ts';
import type { RequestUsage } from './request-usage.ts';
import { sendSpoken } from './send-spoken.ts';

export interface SpeechRoutes {
  readonly room: Pick<SpeechRoom, 'speech' | 'voicesOf' | 'checkEngine' | 'count' | 'usageDays'>;
  readonly directory: AgentDirectory;
  readonly fetch: Pick<GuardedFetch, 'send'>;
  readonly onError: (error: unknown, context: string) => void;
}

export const speechPlaces: { readonly voices: PlacesOptions; readonly ears: PlacesOptions } = {
  // Calls want the same voices; a request makes them say minutes at once.
  voices: { most: 16, mostOfOne: 8 },
  // Each holds up to 23 MB and a recogniser that calls want too.
  ears: { most: 4, mostOfOne: 2 },
};

/** Whom is asked for: by the settings, or the one engine that a request names. */
export interface SpeechAsked {
  readonly organizationId: string;
  readonly language: string;
  readonly engine: string | undefined;
  readonly voice?: string | undefined;
}

/** Voices, and speech in both directions outside of conversations. */
export function speechRoutes({ room, directory, fetch, onError }: SpeechRoutes): HandledRoute[] {
  const voices = createPlaces(speechPlaces.voices);
  const ears = createPlaces(speechPlaces.ears);
  return [
    handle(listVoices, async ({ query }, { organizationId }) => ({
      voices: [...(await room.voicesOf(organizationId, query.language))],
    })),

    handle(synthesize, async ({ body }, context) => {
      const { organizationId } = context;
      const { language, engine, voice } = body;
      const usage = room.count(organizationId);
      const freePlace = voices.take(organizationId);
      const leave = () => {
        freePlace();
        usage.end();
      };
      context.http.reply.raw.once('close', leave);
      try {
        const opened = await openPart(room, { organizationId, language, engine, voice }, 'synthesizer', usage);
        await sendSpoken(context, opened.synthesizer, body, opened.lastEngine, onError);
        return undefined;
      } catch (error) {
        leave();
        throw error;
      }
    }),

    handle(transcribe, async ({ query, body }, { organizationId, signal }) => {
      const leave = ears.take(organizationId);
      const usage = room.count(organizationId);
      try {
        const agentId = body.agent_id ?? query.agent_id;
        const { agent, vocabulary } = await agentOf(directory, organizationId, agentId);
        const language = body.language ?? query.language ?? agent.language;
        const engine = body.engine ?? query.engine;
        const opened = await openPart(room, { organizationId, language, engine }, 'recognizer', usage);
        const sound = await fetchSound(body.audio_url, fetch, signal);
        await prepareEar(opened.recognizer, vocabulary, signal);
        const line = isMulaw(body.audio_url) ? 'mulaw' : 'wide';
        const heard = await hearAll(
          sound,
          { recognizer: opened.recognizer, language, vocabularyId: vocabulary.id, line },
          signal,
        );
        return {
          text: heard.text,
          language,
          confidence: heard.confidence,
          words: heard.words.map(({ text, startMs, endMs }) => ({ text, start_ms: startMs, end_ms: endMs })),
          engine: opened.lastEngine() ?? null,
        };
      } finally {
        leave();
        usage.end();
      }
    }),

    handle(getUsage, async ({ query }, { organizationId }) => {
      const to = query.to ?? isoDay(Date.now());
      const from = query.from ?? isoDay(Date.parse(to) - defaultUsageDays * dayMs);
      return { from, to, ...(await room.usageDays(organizationId, { from, to })) };
    }),

    handle(detectLanguageRoute, async ({ body }) => {
      const { language, confidence } = await detectLanguage(body.text, body.languages);
      return { language: language ?? null, confidence };
    }),
  ];
}

const dayMs = 24 * 3600 * 1000;
/** As the contract says. */
const defaultUsageDays = 30;

function isoDay(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/**
 * Ear or voice for one request.
 * @param count what it takes; to be ended by whoever asks
 * @throws WireError `speech_invalid` when nobody can do it, with who could
 */
export async function openPart(
  room: Pick<SpeechRoom, 'speech' | 'checkEngine'>,
  { organizationId, language, engine, voice }: SpeechAsked,
  needs: SpeechKind,
  count: Pick<RequestUsage, 'onUsage'>,
) {
  let last: string | undefined;
  const wishes =
    engine === undefined
      ? undefined
      : {
          recognizers: needs === 'recognizer' ? [engine] : undefined,
          voices: needs === 'synthesizer' ? [{ engine, voice }] : undefined,
        };
  if (engine !== undefined) await room.checkEngine(organizationId, needs, engine);
  const use = {
    organizationId,
    conversationId: undefined,
    agentId: undefined,
    onUsage: (usage: SpeechUsage) => {
      last = usage.engine;
      count.onUsage(usage);
    },
  };
  try {
    const opened = await room.speech.openPart(use, { language, speech: wishes }, needs);
    return { ...opened, lastEngine: () => last };
  } catch (error) {
    if (!(error instanceof SpeechError)) throw error;
    throw new WireError('speech_invalid', { problems: [{ kind: needs, reason: error.code, message: error.message }] });
  }
}

/** @throws WireError `speech_unavailable` */
export async function prepareEar(
  recognizer: Recognizer,
  vocabulary: RecognizerVocabulary,
  signal: AbortSignal,
): Promise<void> {
  try {
    await recognizer.prepare(vocabulary, signal);
  } catch {
    throw new WireError('speech_unavailable', { reason: 'not_ready' });
  }
}

/** Whose words are expected. @throws WireError `agent_not_found` */
export async function agentOf(directory: AgentDirectory, organizationId: string, agentId: string | undefined) {
  try {
    const { agent } = await directory.resolve({ organizationId, agentId, conversationId: organizationId });
    return { agent: agent.agent, vocabulary: agent.vocabulary };
  } catch (error) {
    const isUnknown = error instanceof WireError && ['invalid_request', 'not_found'].includes(error.code);
    throw isUnknown ? new WireError('agent_not_found') : error;
  }
}
