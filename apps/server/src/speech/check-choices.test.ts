import { registryEngines } from '@parley/speech/router/registry-engines.ts';
import { expect, it } from 'vitest';
import { choiceProblems, refuseChoices } from './check-choices.ts';

const accounts = { deepgram: { apiKey: 'key' } };
const ownEngines = ['embedded?workers=2', 'espeak'];

const problemsOf = (wishes: Parameters<typeof choiceProblems>[0]['wishes'], languages: readonly string[] = []) =>
  choiceProblems({ wishes, languages, accounts, directory: registryEngines, ownEngines }).map(
    ({ engine, reason }) => `${engine} ${reason}`,
  );

it.each<[string, readonly string[]]>([
  ['a program', ['espeak?command=/bin/sh']],
  ['processes', ['espeak?maxProcesses=32']],
  ['an address', ['deepgram?voice=https://10.0.0.1/']],
])('a tenant does not choose %s of this server by an engine’s options', (_what, voices) => {
  expect(problemsOf({ voices })).toContainEqual(expect.stringMatching(/options_reserved$/));
});

it('engines are named as the server names its own, or without options, wherever they are named', () => {
  expect(
    problemsOf({ recognizers: ['embedded?workers=2', 'embedded'], voices: ['espeak', { engine: 'embedded' }] }),
  ).toEqual([]);
  expect(problemsOf({ recognizers: ['embedded?workers=16'] })).toEqual(['embedded?workers=16 options_reserved']);
  expect(problemsOf({ by_locale: { vi: { voices: [{ engine: 'espeak?command=x' }] } } })).toEqual([
    'espeak?command=x options_reserved',
  ]);
});

it('engines that there are not, without an account, or of other languages are refused together', () => {
  const problems = choiceProblems({
    wishes: { recognizers: ['nobody', 'azure-speech'], by_locale: { vi: { voices: ['embedded', 'deepgram'] } } },
    languages: [],
    accounts,
    directory: registryEngines,
    ownEngines,
  });
  expect(problems.map(({ engine, reason }) => [engine, reason])).toEqual([
    ['nobody', 'provider_unknown'],
    ['azure-speech', 'account_missing'],
    ['embedded', 'language_not_supported'],
    ['deepgram', 'language_not_supported'],
  ]);
  expect(() => refuseChoices(problems)).toThrow(expect.objectContaining({ code: 'speech_invalid' }));
  expect(() => refuseChoices([])).not.toThrow();
});
