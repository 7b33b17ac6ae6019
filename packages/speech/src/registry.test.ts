import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { expect, it } from 'vitest';
import {
  createRecognizer,
  createSynthesizer,
  enginesFor,
  findEngine,
  listProviders,
  parseEngineChoice,
  requireLanguage,
} from './registry.ts';

const context = { clock: createSystemClock(), onError: () => {} };

it('providers are listed with a title and the form of what can be set for each engine', () => {
  const all = listProviders();
  expect(all.map(({ name }) => name)).toContain('embedded');
  for (const { title, accountSchema, recognizers, synthesizers, languageModels } of all) {
    expect(title).not.toBe('');
    expect(accountSchema).toMatchObject({ type: 'object' });
    for (const engine of [...recognizers, ...synthesizers, ...languageModels]) {
      expect(engine.title).not.toBe('');
      expect(engine.optionsSchema).toMatchObject({ type: 'object' });
    }
  }
});

it('an engine has one name among those of its kind', () => {
  for (const kind of ['recognizers', 'synthesizers', 'languageModels'] as const) {
    const names = listProviders().flatMap((provider) => provider[kind].map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
  }
});

it('a provider or an option that does not exist is refused by name', () => {
  expect(() => createRecognizer({ name: 'nobody' }, {}, context)).toThrow(/"nobody" is not one of embedded/);
  expect(() => createSynthesizer({ name: 'constructor' }, {}, context)).toThrow(/is not one of/);
  expect(() => createSynthesizer({ name: 'embedded', options: { defaultVoice: 'nobody' } }, {}, context)).toThrow(
    /defaultVoice/,
  );
  expect(() => createRecognizer({ name: 'embedded', options: { workers: 1, typo: true } }, {}, context)).toThrow(
    /typo/,
  );
});

it('an engine is made by its name and the options that people write behind it', async () => {
  const choice = parseEngineChoice('embedded?defaultVoice=rms&maxQueue=10');
  expect(choice).toEqual({ name: 'embedded', options: { defaultVoice: 'rms', maxQueue: '10' } });
  const synthesizer = createSynthesizer(choice, {}, context);
  expect(synthesizer.name).toBe('embedded');
  await synthesizer.close();
});

it('a language that an engine does not know is refused with the names of those that do', () => {
  expect(() => requireLanguage('recognizer', { name: 'embedded' }, 'en-GB')).not.toThrow();
  expect(() => requireLanguage('synthesizer', { name: 'embedded' }, 'vi-VN')).toThrow(/does not know vi-VN.*espeak/);
  expect(enginesFor('synthesizer', 'en-US')).toContain('embedded');
  expect(findEngine('recognizer', 'embedded').provider.name).toBe('embedded');
});
