import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { expect, it } from 'vitest';
import { createSpeechParts } from './speech-parts.ts';

const clock = createSystemClock();

async function made(config: { recognizers: readonly string[]; synthesizers: readonly string[] }) {
  const closes: (() => Promise<void>)[] = [];
  const parts = createSpeechParts(
    { ...config, accounts: {} },
    clock,
    () => {},
    (close) => closes.push(close),
  );
  for (const close of closes.toReversed()) await close();
  return parts;
}

it('one part is taken as it is, several stand in for one another in their order', async () => {
  const one = await made({ recognizers: ['embedded'], synthesizers: ['embedded'] });
  expect([one.recognizer.name, one.synthesizer.name]).toEqual(['embedded', 'embedded']);
  // The same part twice is a second thread that stands in for the first.
  const two = await made({ recognizers: ['embedded', 'embedded'], synthesizers: ['embedded', 'embedded'] });
  expect([two.recognizer.name, two.synthesizer.name]).toEqual(['embedded,embedded', 'embedded,embedded']);
});

it('a part that does not exist is named with its setting, and those made before it are given to be closed', async () => {
  const closes: (() => Promise<void>)[] = [];
  expect(() =>
    createSpeechParts(
      { recognizers: ['embedded'], synthesizers: ['embedded', 'nobody'], accounts: {} },
      clock,
      () => {},
      (close) => closes.push(close),
    ),
  ).toThrow(
    expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(/^SYNTHESIZER.*nobody/) }),
  );
  expect(closes).toHaveLength(1);
  for (const close of closes) await close();
});
