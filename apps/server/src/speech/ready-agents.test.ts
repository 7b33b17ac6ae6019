import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { smallAgent } from '@parley/dialogue/testing/small-agent.ts';
import type { RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import type { WarmUp } from '@parley/speech/router/warm-up.ts';
import { SpeechError } from '@parley/speech/speech-error.ts';
import { expect, it, vi } from 'vitest';
import type { HostedAgent } from '../conversations/hosted-agent.ts';
import { fixedSentences } from './fixed-sentences.ts';
import { createReadyAgents } from './ready-agents.ts';

const definition = agentDefinitionSchema.parse({
  ...smallAgent(),
  languages: ['en', 'vi'],
  flows: {
    main: {
      nodes: {
        start: { type: 'start', next: 'hello' },
        hello: {
          type: 'say',
          text: { en: ['Welcome to the shop. We are open.', 'Good day.'], vi: 'Xin chào.' },
          next: 'name',
        },
        name: { type: 'say', text: 'Thank you, {{ slots.name }}.', next: 'end' },
        end: { type: 'end', text: 'Goodbye.' },
      },
    },
  },
  wordings: { stillThere: { en: 'Anybody there?', vi: 'A lô?' }, notUnderstood: 'Pardon, {{ slots.name }}?' },
});

it('what an agent always says is known sentence by sentence, in its language, without anything of a caller', () => {
  expect(fixedSentences(definition, 'en-GB')).toEqual([
    'Welcome to the shop.',
    'We are open.',
    'Good day.',
    'Goodbye.',
    'Anybody there?',
  ]);
  expect(fixedSentences(definition, 'vi-VN')).toEqual(['Xin chào.', 'Goodbye.', 'A lô?']);
});

/** Written down in the order in which it is asked for. */
function world(isSpoken = true) {
  const asked: string[] = [];
  const failures: string[] = [];
  const allowed: string[] = [];
  const plan = { language: 'en', recognizers: [], voices: [], cache: true, hedge: false, leftOut: [] };
  const ready = createReadyAgents({
    speech: {
      prepare: async (organizationId, _agent, { id }: RecognizerVocabulary) => {
        if (!isSpoken) throw new SpeechError('language_not_supported');
        asked.push(`${organizationId} learns ${id}`);
      },
      scopeFor: async (use) => ({ ...use, plan, accounts: {} }),
    },
    router: {
      warm: async ({ texts }: WarmUp) => {
        asked.push(`says ${texts.length}`);
        return { made: texts.length, failed: 0 };
      },
    },
    alwaysSaid: {
      add: (sentences, organizationId) => void allowed.push(...sentences.map((one) => `${organizationId}: ${one}`)),
    },
    onError: (_error, context) => failures.push(context),
  });
  const load = async (): Promise<HostedAgent> => ({
    agent: { id: 'shop', language: 'en', voice: undefined, thinksAhead: false, async *respond() {} },
    name: 'Shop',
    description: '',
    vocabulary: { id: 'shop@1', phrases: [], contexts: {} },
    suggestions: [],
    understanding: { definition, classifiers: new Map() },
  });
  return { ready, asked, failures, allowed, load };
}

it('an agent that was published is learnt and spoken before its first call, one after the other', async () => {
  const { ready, asked, failures, allowed, load } = world();
  ready.add({ organizationId: 'a', agentId: 'shop', load: () => Promise.reject(new Error('away')) });
  ready.add({ organizationId: 'b', agentId: 'shop', load });
  await vi.waitFor(() => expect(asked).toEqual(['b learns shop@1', 'says 5']));
  expect(failures).toEqual(['making the agent shop ready to be called']);
  expect(allowed).toContain('b: We are open.');
  await ready.close();
  ready.add({ organizationId: 'c', agentId: 'shop', load });
  expect(asked).toHaveLength(2);
});

it('one that nobody hears or speaks is left to text, without a word in the log', async () => {
  const { ready, asked, failures, load } = world(false);
  const loaded = vi.fn(load);
  ready.add({ organizationId: 'a', agentId: 'shop', load: loaded });
  await vi.waitFor(() => expect(loaded).toHaveBeenCalled());
  await ready.close();
  expect([asked, failures]).toEqual([[], []]);
});

it('what an agent that was published before this process began always says is known from its first call on', async () => {
  const { ready, allowed, load } = world();
  const agent = await load();
  ready.know(agent, 'b');
  expect(allowed).toContain('b: We are open.');
  const times = allowed.length;
  ready.know(agent, 'b');
  expect(allowed).toHaveLength(times);
});
