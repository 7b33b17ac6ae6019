import { createLightVoiceDetector } from '@parley/engine/audio/light-voice-detector.ts';
import { createFallbackRecognizer, fallbackRecognizerDefaults } from '@parley/engine/fallback/fallback-recognizer.ts';
import {
  createFallbackSynthesizer,
  fallbackSynthesizerDefaults,
} from '@parley/engine/fallback/fallback-synthesizer.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import type { VoiceDetector } from '@parley/engine/ports/voice-detector.ts';
import { type Accounts, createRecognizer, createSynthesizer, parseEngineChoice } from '@parley/speech/registry.ts';
import { createSileroVoiceDetector } from '@parley/speech/silero/silero-voice-detector.ts';
import { SpeechError } from '@parley/speech/speech-error.ts';
import type { VoiceDetectorName } from './config/agent-settings.ts';
import type { Config } from './config.ts';
import { StartError } from './start-errors.ts';

export interface SpeechParts {
  readonly recognizer: Recognizer;
  readonly synthesizer: Synthesizer;
}

/**
 * What listens and what speaks, as configured: one part as it is, or several that stand in for one another.
 *
 * @param own takes what must be closed at the end, also when a later part cannot be made
 * @throws StartError `config_invalid` with the setting's name
 */
export function createSpeechParts(
  config: Pick<Config, 'recognizers' | 'synthesizers'> & { readonly accounts: Accounts },
  clock: Clock,
  onError: (error: unknown, context: string) => void,
  own: (close: () => Promise<void>) => void,
): SpeechParts {
  const context = { clock, onError };
  const make = <Part extends { close(): Promise<void> }>(
    setting: string,
    names: readonly string[],
    create: (name: string) => Part,
    combine: (parts: readonly Part[]) => Part,
  ): Part => {
    const parts = names.map((name) => {
      const part = configured(setting, () => create(name));
      own(() => part.close());
      return part;
    });
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return only;
    const chain = combine(parts);
    own(() => chain.close());
    return chain;
  };
  return {
    synthesizer: make(
      'SYNTHESIZER',
      config.synthesizers,
      (name) => createSynthesizer(parseEngineChoice(name), config.accounts, context),
      (parts) =>
        createFallbackSynthesizer(parts, fallbackSynthesizerDefaults, clock, (error) => onError(error, 'a voice')),
    ),
    recognizer: make(
      'RECOGNIZER',
      config.recognizers,
      (name) => createRecognizer(parseEngineChoice(name), config.accounts, context),
      (parts) =>
        createFallbackRecognizer(parts, fallbackRecognizerDefaults, clock, (error) => onError(error, 'a recogniser')),
    ),
  };
}

/**
 * What tells when a caller speaks. Whoever calls closes it.
 * @throws StartError `config_invalid` when what was chosen is not installed or does not run here
 */
export async function createVoiceDetector(
  name: VoiceDetectorName,
  onError: (error: unknown, context: string) => void,
): Promise<VoiceDetector> {
  if (name === 'light') return createLightVoiceDetector();
  try {
    return await createSileroVoiceDetector({ onError });
  } catch (error) {
    throw inWords('VOICE_DETECTOR', error);
  }
}

/** @throws StartError `config_invalid` in the provider's own words */
function configured<Part>(setting: string, create: () => Part): Part {
  try {
    return create();
  } catch (error) {
    throw inWords(setting, error);
  }
}

function inWords(setting: string, error: unknown): unknown {
  return error instanceof SpeechError ? new StartError('config_invalid', `${setting}: ${error.message}`) : error;
}
