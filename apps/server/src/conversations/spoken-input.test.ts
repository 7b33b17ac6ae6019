import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import { expect, test } from 'vitest';
import type { GuardedAnswer } from '../edge/guarded-fetch.ts';
import type { HostedAgent } from './hosted-agent.ts';
import { createSpokenInput, spokenInputDefaults } from './spoken-input.ts';

const agent: HostedAgent = {
  agent: { id: 'desk', language: 'en-US', voice: undefined, thinksAhead: false, async *respond() {} },
  name: 'The desk',
  description: 'Answers.',
  vocabulary: { id: 'desk', phrases: [], contexts: {} },
  suggestions: [],
};

const nothing: GuardedAnswer = {
  status: 404,
  headers: {},
  body: Buffer.alloc(0),
  isCut: false,
  url: 'https://a.example',
};

/** Never comes to it: there is no sound at the address. */
const recognizer: Recognizer = {
  name: 'none',
  close: async () => {},
  prepare: () => Promise.reject(new Error('not asked for')),
  open: () => {
    throw new Error('not asked for');
  },
};

const speech = { recognizer, isSpoken: true };

test('sound is fetched for a few at a time, whoever sends it, and too many are told to come back', async () => {
  const going: (() => void)[] = [];
  const hear = createSpokenInput({
    fetch: {
      send: () =>
        new Promise((resolve) => {
          going.push(() => resolve(nothing));
        }),
    },
  });
  const { atOnce, waiting } = spokenInputDefaults;
  const left = new AbortController();
  const say = () =>
    hear({ audio: 'https://a.example/sound.wav', agent, speech, expects: undefined, signal: left.signal });
  const asked = Array.from({ length: atOnce + waiting }, () => say().catch((error: unknown) => error));
  await expect(say()).rejects.toMatchObject({ code: 'overloaded' });
  expect(going).toHaveLength(atOnce);
  for (const go of going.splice(0)) go();
  await expect.poll(() => going.length).toBe(atOnce);
  // Those that nobody waits for any more are not begun.
  left.abort();
  for (const go of going.splice(0)) go();
  for (const error of await Promise.all(asked)) expect(error).toHaveProperty('code');
  expect(going).toHaveLength(0);
});
