import type { SpeechSettings } from '@parley/contract/speech-settings.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { registryEngines } from '@parley/speech/router/registry-engines.ts';
import { createSpeechRouter } from '@parley/speech/router/speech-router.ts';
import { expect, it } from 'vitest';
import { createServerSpeech } from './server-speech.ts';

const own = { recognizers: ['embedded'], voices: ['embedded', 'espeak?maxProcesses=1'] };
const use = { organizationId: 'shop', conversationId: undefined, agentId: undefined, onUsage: () => {} };

/** A server with what an earlier version let an organization store. */
function server(settings?: SpeechSettings) {
  const clock = createSystemClock();
  const router = createSpeechRouter({
    clock,
    onError: () => {},
    server: { ...own, accounts: {} },
    isPersonal: () => true,
  });
  const speech = createServerSpeech({
    router,
    accounts: { of: async () => ({}), forget: () => {} },
    settings: { of: async () => settings, forget: () => {} },
    server: { engines: own, accounts: {}, prices: undefined, directory: registryEngines },
  });
  return {
    speech,
    voices: async (agent: Parameters<typeof speech.scopeFor>[1], needs?: 'recognizer' | 'synthesizer') => {
      const { plan } = await speech.scopeFor(use, agent, needs);
      return plan.voices.map(({ id }) => id);
    },
  };
}
const named = { voices: ['espeak?command=/tmp/own', 'embedded'] };

it('a program that an organization or its agent named before it was forbidden is never run', async () => {
  expect(await server(named).voices({ language: 'en' })).toEqual(['embedded']);
  expect(await server().voices({ language: 'en', speech: named })).toEqual(['embedded']);
  // Nor made ready while somebody only listens.
  expect(await server(named).voices({ language: 'en' }, 'recognizer')).not.toContain('espeak?command=%2Ftmp%2Fown');
  const { speech } = server({ voices: ['espeak?command=/tmp/own'] });
  await expect(speech.scopeFor(use, { language: 'en' })).rejects.toThrow(/whoever runs the server/);
  // What it is talked to in is text then.
  expect(await speech.isSpokenFor('shop', { language: 'en' })).toBe(false);
  await expect(speech.scopeFor(use, { language: 'en' }, 'recognizer')).resolves.toBeDefined();
});

it('an agent of the server’s own folders may name it, and everybody what the server itself names', async () => {
  expect(await server().voices({ language: 'en', speech: named, isServers: true })).toContain(
    'espeak?command=%2Ftmp%2Fown',
  );
  // Its organization may not, all the same.
  expect(await server(named).voices({ language: 'en', isServers: true })).toEqual(['embedded']);
  expect(await server({ voices: ['espeak?maxProcesses=1'] }).voices({ language: 'en' })).toEqual([
    'espeak?maxProcesses=1',
  ]);
});
