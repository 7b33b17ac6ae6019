import { expect, it } from 'vitest';
import { createRecognizer, createSynthesizer, listProviders } from './registry.ts';

it('providers are listed with a title and the form of their options', () => {
  const names = listProviders().map(({ kind, name }) => `${kind}:${name}`);
  expect(names).toContain('recognizer:embedded');
  expect(names).toContain('synthesizer:embedded');
  for (const { title, optionsSchema } of listProviders()) {
    expect(title).not.toBe('');
    expect(optionsSchema).toMatchObject({ type: 'object' });
  }
});

it('a provider or an option that does not exist is refused by name', () => {
  expect(() => createRecognizer('nobody')).toThrow(/"nobody" is not one of embedded/);
  expect(() => createSynthesizer('constructor')).toThrow(/is not one of/);
  expect(() => createSynthesizer('embedded', { defaultVoice: 'nobody' })).toThrow(/defaultVoice/);
  expect(() => createRecognizer('embedded', { workers: 1, typo: true })).toThrow(/typo/);
});

it('a provider is made by its name', async () => {
  const synthesizer = createSynthesizer('embedded', { defaultVoice: 'rms' });
  expect(synthesizer.name).toBe('embedded');
  await synthesizer.close();
});
