import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import { createSteerableClock } from '@parley/fakes/conformance/steerable-clock.ts';
import { elevenLabsFake } from '@parley/fakes/elevenlabs/elevenlabs-fake.ts';
import { fakeKey, type RunningFake } from '@parley/fakes/fake-vendor.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAccountVoices, defaultVoices } from './account-voices.ts';

const clock = createSteerableClock();
let fake: RunningFake;

beforeEach(async () => {
  fake = await elevenLabsFake.start({ port: 0, brain: createToneBrain() });
});
afterEach(async () => {
  await fake.close();
  clock.close();
});
const soon = () => AbortSignal.timeout(5000);

it('reads the account’s voices page by page, and keeps those that all have', async () => {
  const voices = createAccountVoices({ apiKey: fakeKey, baseUrl: fake.url }, { clock }, 2);
  expect(voices.known).toBe(defaultVoices);
  const loaded = await voices.load(soon());
  expect(fake.journal.requests.map(({ query }) => query.next_page_token?.[0])).toEqual([undefined, '2', '4']);
  expect(loaded).toContainEqual({ id: 'fakeMaiLanVietnamese', title: 'Mai Lan', language: 'vi-VN' });
  expect(loaded).toContainEqual({ id: 'fakeOwnersOwnVoice01', title: 'The owner', language: 'de' });
  for (const { id } of defaultVoices) expect(loaded.filter((voice) => voice.id === id)).toHaveLength(1);
  expect(voices.known).toBe(loaded);
});

it('asks again only after a while', async () => {
  const voices = createAccountVoices({ apiKey: fakeKey, baseUrl: fake.url }, { clock });
  await voices.load(soon());
  await voices.load(soon());
  expect(fake.journal.requests).toHaveLength(1);
  await clock.pass(61_000);
  await voices.load(soon());
  expect(fake.journal.requests).toHaveLength(2);
});

it('says why it cannot', async () => {
  const voices = createAccountVoices({ apiKey: 'wrong', baseUrl: fake.url }, { clock });
  await expect(voices.load(soon())).rejects.toMatchObject({ failure: { code: 'provider_unauthorized' } });
  expect(voices.known).toBe(defaultVoices);
});
