import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { parseEngineChoice } from '@parley/speech/registry.ts';
import { expect, it } from 'vitest';
import { makeOwnEngines } from './own-engines.ts';

const context = { clock: createSystemClock(), onError: () => {} };

function made(own: { readonly recognizers: readonly string[]; readonly synthesizers: readonly string[] }) {
  const closes: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const one of closes.toReversed()) await one();
  };
  try {
    return { engines: makeOwnEngines({ ...own, accounts: {} }, context, (one) => closes.push(one)), close };
  } catch (error) {
    return { error, close, closes };
  }
}

it("the server's engines are made at its start, and given to whoever asks for them first", async () => {
  const { engines, close } = made({ recognizers: [], synthesizers: ['embedded?defaultVoice=rms', 'embedded'] });
  const choice = parseEngineChoice('embedded?defaultVoice=rms');
  const first = engines?.createSynthesizer(choice, {}, context);
  const second = engines?.createSynthesizer(choice, {}, context);
  expect(first).not.toBe(second);
  await first?.close();
  await second?.close();
  await close();
});

it('an organization listens and speaks with its own account where the server has none with the provider', async () => {
  const { engines, close } = made({ recognizers: [], synthesizers: ['embedded'] });
  const accounts = { deepgram: { apiKey: 'of-the-organization' } };
  const ear = engines?.createRecognizer(parseEngineChoice('deepgram'), accounts, context);
  const voice = engines?.createSynthesizer(parseEngineChoice('deepgram'), accounts, context);
  expect([ear?.name, voice?.name]).toEqual(['deepgram', 'deepgram']);
  await Promise.all([ear?.close(), voice?.close(), close()]);
});

it('one that does not exist is named with its setting, and those made before it are given to be closed', async () => {
  const { error, closes, close } = made({ recognizers: [], synthesizers: ['embedded', 'nobody'] });
  expect(error).toMatchObject({ code: 'config_invalid', message: expect.stringMatching(/^SYNTHESIZER: .*"nobody"/) });
  expect(closes).toHaveLength(1);
  await close();
  expect(made({ recognizers: ['nobody'], synthesizers: [] }).error).toMatchObject({
    message: expect.stringMatching(/^RECOGNIZER: /),
  });
});
