import { createScriptedEngine, works } from '@parley/engine/fallback/testing/scripted-engine.ts';
import { createScriptedVoice, speaksAll } from '@parley/engine/fallback/testing/scripted-voice.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { describe, expect, it } from 'vitest';
import { checkSpeechWishes, planSpeech, type SpeechLayers } from './plan.ts';
import { registryEngines } from './registry-engines.ts';
import { createScriptedEngines } from './testing/scripted-engines.ts';

const clock = createVirtualClock();
const ear = () => createScriptedEngine(clock, 'ear', () => works);
const voice = () => createScriptedVoice(clock, 'voice', () => speaksAll(1));
const engines = createScriptedEngines({
  recognizers: { house: ear, 'north-ear': ear, 'south-ear': ear },
  voices: { house: voice, 'north-voice': voice, 'south-voice': voice },
  languages: { 'south-ear': ['vi', 'en'], 'south-voice': ['vi-VN', 'en-US'] },
  paid: ['north', 'south'],
});
const accounts = { north: { apiKey: 'n' }, south: { apiKey: 's' } };
const server = { recognizers: ['house'], voices: ['house'] };

function plan(layers: Omit<SpeechLayers, 'server'>, language = 'en-US', having: object = accounts) {
  const { recognizers, voices, leftOut } = planSpeech({ server, ...layers }, language, { ...having }, engines);
  return {
    ears: recognizers.map(({ id }) => id),
    voices: voices.map(({ id, voice: of }) => (of === undefined ? id : `${id} ${of}`)),
    leftOut: leftOut.map(({ kind, engine, reason }) => `${kind} ${engine} ${reason}`),
  };
}

describe('who listens and speaks', () => {
  it('is as the server says when nobody says otherwise', () => {
    expect(plan({})).toEqual({ ears: ['house'], voices: ['house'], leftOut: [] });
  });

  it('is as the most specific one says, for ears and for voices by themselves', () => {
    const organization = {
      recognizers: ['north-ear'],
      voices: ['north-voice'],
      by_locale: { vi: { recognizers: ['south-ear'], voices: [{ engine: 'south-voice', voice: 'an' }] } },
    };
    expect(plan({ organization })).toMatchObject({ ears: ['north-ear'], voices: ['north-voice'] });
    expect(plan({ organization }, 'vi-VN')).toMatchObject({ ears: ['south-ear'], voices: ['south-voice an'] });
    // The agent says something of voices only.
    const agent = { voices: [{ engine: 'south-voice', voice: 'binh' }] };
    expect(plan({ organization, agent }, 'vi-VN')).toMatchObject({ ears: ['south-ear'], voices: ['south-voice binh'] });
    const both = { ...agent, by_locale: { 'vi-vn': { voices: [{ engine: 'south-voice', voice: 'chi' }] } } };
    expect(plan({ organization, agent: both }, 'vi_VN').voices).toEqual(['south-voice chi']);
  });

  it('includes those of the server behind the others only where that is said', () => {
    const organization = { recognizers: ['north-ear', 'house'], voices: ['north-voice'] };
    expect(plan({ organization }).voices).toEqual(['north-voice']);
    const open = plan({ organization: { ...organization, fallbacks: 'server' } });
    expect(open).toMatchObject({ ears: ['north-ear', 'house'], voices: ['north-voice', 'house'] });
    // An agent may keep its callers from it.
    expect(
      plan({ organization: { ...organization, fallbacks: 'server' }, agent: { fallbacks: 'none' } }).voices,
    ).toEqual(['north-voice']);
  });

  it('leaves out what an organization or agent may not name, whenever they wrote it down, and never what the server names', () => {
    const refuses = (by: string, _kind: string, engine: string) =>
      engine.includes('?') ? `Not for this ${by}.` : undefined;
    const named = { recognizers: ['north-ear'], voices: ['north-voice?command=x', 'north-voice'] };
    expect(plan({ organization: named, refuses })).toEqual({
      ears: ['north-ear'],
      voices: ['north-voice'],
      leftOut: ['synthesizer north-voice?command=x options_reserved'],
    });
    const agent = { by_locale: { en: { voices: ['north-voice?command=x'] } }, fallbacks: 'server' } as const;
    expect(plan({ agent, refuses }).voices).toEqual(['house']);
    expect(() => plan({ agent: { ...agent, fallbacks: 'none' }, refuses })).toThrow(/Not for this agent/);
    expect(
      plan({ agent, refuses: (by, ...rest) => (by === 'agent' ? undefined : refuses(by, ...rest)) }).voices,
    ).toContain('north-voice?command=x');
  });

  it('leaves out who lacks the language, the account or is not there, and says why', () => {
    const organization = {
      recognizers: ['north-ear', 'nobody', 'south-ear?model=large&boost=2'],
      voices: ['north-voice', 'south-voice'],
    };
    expect(plan({ organization }, 'vi-VN')).toEqual({
      ears: ['south-ear?boost=2&model=large'],
      voices: ['south-voice'],
      leftOut: [
        'recognizer north-ear language_not_supported',
        'recognizer nobody provider_unknown',
        'synthesizer north-voice language_not_supported',
      ],
    });
    expect(plan({ organization }, 'en-US', { south: {} }).leftOut).toContain('recognizer north-ear account_missing');
  });

  it('names who knows the language when nobody is left, or what is missing', () => {
    expect(() => plan({}, 'vi-VN')).toThrow(/house does not know vi-VN\. These do: south-ear/);
    expect(() => plan({}, 'vi-VN')).toThrow(expect.objectContaining({ code: 'language_not_supported' }));
    expect(() => plan({ organization: { voices: ['north-voice'] } }, 'en-US', {})).toThrow(
      expect.objectContaining({ code: 'account_missing', message: expect.stringContaining('NORTH_KEY') }),
    );
  });

  it('is checked for each locale when settings are written', () => {
    const wishes = { recognizers: ['house'], by_locale: { vi: { voices: ['north-voice', 'south-voice'] } } };
    expect(checkSpeechWishes(wishes, ['en-US', 'vi-VN'], accounts, engines).map(({ message }) => message)).toEqual([
      'The house does not know vi-VN. These do: south-ear.',
      'The north-voice does not know vi. These do: south-voice.',
    ]);
    expect(checkSpeechWishes(wishes, [], accounts, engines)).toHaveLength(1);
  });

  it('holds for the engines that there really are', () => {
    const real = { recognizers: ['embedded'], voices: ['embedded'] };
    expect(planSpeech({ server: real }, 'en-GB', {}, registryEngines).recognizers[0]).toMatchObject({
      id: 'embedded',
      provider: 'embedded',
    });
    expect(() => planSpeech({ server: real }, 'vi-VN', {}, registryEngines)).toThrow(
      expect.objectContaining({ code: 'language_not_supported' }),
    );
    expect(() =>
      planSpeech({ server: { ...real, voices: ['embedded?loudness=3'] } }, 'en', {}, registryEngines),
    ).toThrow(expect.objectContaining({ code: 'options_invalid' }));
  });
});
