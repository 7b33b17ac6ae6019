import { defaultAgentId } from '../agents/create-agents.ts';
import type { HostedAgent } from '../conversations/hosted-agent.ts';
import { createSpeechParts, createVoiceDetector } from '../speech-parts.ts';
import type { Basics } from './open-foundations.ts';

export type Speech = Awaited<ReturnType<typeof openSpeech>>;

/** Ears and voices, in threads of their own. */
export async function openSpeech({ config, owned, onError, clock }: Basics) {
  const { recognizer, synthesizer } = createSpeechParts(config, clock, onError, (close) => owned.push(close));
  const voiceDetector = await createVoiceDetector(config.voiceDetector, onError);
  owned.push(() => voiceDetector.close());
  return { recognizer, synthesizer, voiceDetector };
}

/**
 * The recogniser learns what callers of the agents say. Resolves once it knows the default agent's words; the others follow one by one,
 * and whoever calls one of them before its turn has come waits for it alone.
 */
export async function learnVocabularies(
  { recognizer }: Pick<Speech, 'recognizer'>,
  agents: ReadonlyMap<string, HostedAgent>,
  { owned, signal, onError }: Basics,
): Promise<void> {
  const voiced = [...agents].flatMap(([id, { hasVoice, vocabulary }]) => (hasVoice ? [{ id, vocabulary }] : []));
  const first = voiced.find(({ id }) => id === defaultAgentId);
  if (first !== undefined) await recognizer.prepare(first.vocabulary, signal);
  // Ends before the recogniser does: what is owned last is freed first.
  const preparing = new AbortController();
  owned.push(() => preparing.abort());
  void (async () => {
    for (const { vocabulary } of voiced) {
      try {
        await recognizer.prepare(vocabulary, preparing.signal);
      } catch (error) {
        if (preparing.signal.aborted) return;
        onError(error, `the vocabulary of ${vocabulary.id}`);
      }
    }
  })();
}
