import { FallbackError } from '@parley/engine/fallback/fallback-error.ts';
import { defaultAgentId } from '../agents/create-agents.ts';
import type { HostedAgent } from '../conversations/hosted-agent.ts';
import { createConnectionGuard } from '../edge/outgoing-hosts.ts';
import { createSpeechRoom } from '../speech/create-speech-room.ts';
import { makeOwnEngines } from '../speech/own-engines.ts';
import { createVoiceDetector } from '../speech/voice-detector.ts';
import { StartError } from '../start-errors.ts';
import { observeRouter } from '../telemetry/observe-router.ts';
import type { Basics, Foundations } from './open-foundations.ts';

export type Speech = Awaited<ReturnType<typeof openSpeech>>;
export type SpeechRooms = ReturnType<typeof openSpeechRoom>;

/** Ears and voices of the server's own, in threads of their own. */
export async function openSpeech({ config, owned, onError, clock }: Basics) {
  const engines = makeOwnEngines(config, { clock, onError }, (close) => owned.push(close));
  const voiceDetector = await createVoiceDetector(config.voiceDetector, onError);
  owned.push(() => voiceDetector.close());
  return { engines, voiceDetector };
}

/** Who listens and speaks for whom. */
export function openSpeechRoom(foundations: Foundations, { engines }: Speech) {
  const { config, owned, telemetry, database, sealer, redis, clock, onError } = foundations;
  const room = createSpeechRoom({
    settings: config.speech,
    own: config,
    engines: telemetry.watchEngines(engines),
    database,
    sealer,
    redis,
    guard: createConnectionGuard(config.edge.outgoingAllowedHosts, config.edge.outgoingPorts),
    clock,
    onError,
  });
  owned.push(() => room.close());
  telemetry.dependencies.push(...observeRouter(room.router, config, telemetry.metrics));
  return room;
}

/**
 * The recogniser learns what callers of the agents say. Resolves once it knows the default agent's words; the others follow one by one,
 * and whoever calls one of them before its turn has come waits for it alone.
 * @throws StartError `config_invalid` when no recogniser can be made ready for the default agent
 */
export async function learnVocabularies(
  { speech, agents: ready }: Pick<SpeechRooms, 'speech' | 'agents'>,
  agents: ReadonlyMap<string, HostedAgent>,
  { owned, signal, onError }: Basics,
): Promise<void> {
  for (const agent of agents.values()) ready.know(agent, undefined);
  const voiced = [...agents].flatMap(([id, { agent, speech: wishes, vocabulary }]) => {
    const spoken = { language: agent.language, speech: wishes };
    return speech.canSpeak(spoken) ? [{ id, spoken, vocabulary }] : [];
  });
  const first = voiced.find(({ id }) => id === defaultAgentId);
  if (first !== undefined) await speech.prepare(undefined, first.spoken, first.vocabulary, signal).catch(inWords);
  // Ends before the recogniser does: what is owned last is freed first.
  const preparing = new AbortController();
  owned.push(() => preparing.abort());
  void (async () => {
    for (const { spoken, vocabulary } of voiced) {
      try {
        await speech.prepare(undefined, spoken, vocabulary, preparing.signal);
      } catch (error) {
        if (preparing.signal.aborted) return;
        onError(error, `the vocabulary of ${vocabulary.id}`);
      }
    }
  })();
}

/** What is wrong with the last of the recognisers, a folder without a model for one, is what whoever starts the server can mend. */
function inWords(error: unknown): never {
  if (!(error instanceof FallbackError && error.cause instanceof Error)) throw error;
  throw new StartError('config_invalid', `RECOGNIZER: ${error.cause.message} Correct it and start again.`, {
    cause: error,
  });
}
