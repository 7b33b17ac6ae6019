import type { LineFormat } from '@parley/engine/ports/audio.ts';
import type { SynthesisRequest } from '@parley/engine/ports/synthesizer.ts';
import type { SpokenPiece } from '@parley/engine/text/spoken-form/rule.ts';
import { spokenForm } from '@parley/engine/text/spoken-form/spoken-form.ts';
import type { ProviderFailure } from '../provider/provider-failure.ts';
import type { AudioEncoding } from '../wire/pcm-stream.ts';
import { defaultVoice } from './account-voices.ts';
import { type ElevenLabsModel, languageCode, modelTraits } from './models.ts';
import type { ElevenLabsOptions } from './options.ts';
import { type VoiceSettings, voiceSettings } from './voice-settings.ts';

/** A request as the vendor wants it, whichever way it goes. */
export interface SpeechOrder {
  readonly voice: string;
  /** To be said, with a blank at the end as the vendor wants it; empty when there is nothing to say. */
  readonly text: string;
  readonly pieces: readonly SpokenPiece[];
  readonly traits: ElevenLabsModel;
  /** Left out for models that hear it from the text. */
  readonly language: string | undefined;
  readonly settings: VoiceSettings | undefined;
  readonly outputFormat: string;
  readonly encoding: AudioEncoding;
}

/** What of a request the vendor would refuse is refused here, before the caller waits for it. */
export function orderOf(request: SynthesisRequest, options: ElevenLabsOptions): SpeechOrder | ProviderFailure {
  const { text, language, tone } = request;
  const traits = modelTraits(options.model);
  const voice = request.voice ?? options.voice ?? defaultVoice;
  const code = languageCode(traits, language);
  if (code === undefined) {
    return {
      code: 'language_not_supported',
      message: `${options.model} does not speak ${language}.`,
    };
  }
  if (!/^\w{1,80}$/.test(voice)) return { code: 'voice_unknown', message: 'That is no id of a voice.' };
  const pieces = traits.readsNumbers ? [{ source: text, spoken: text }] : spokenForm(text, language);
  const said = pieces
    .map(({ spoken }) => spoken.trim())
    .filter((spoken) => spoken !== '')
    .join(' ')
    .normalize('NFC');
  const maxCharacters = Math.min(options.maxCharacters, traits.maxCharacters);
  if (said.length > maxCharacters) {
    return { code: 'text_too_long', message: `${said.length} characters; ${maxCharacters} are taken.` };
  }
  return {
    voice,
    text: /[\p{L}\p{N}]/u.test(said) ? `${said} ` : '',
    pieces,
    traits,
    language: traits.takesLanguage ? code : undefined,
    settings: voiceSettings(options, tone, traits),
    ...formats[request.line ?? 'wide'],
  };
}

/** What the telephone carries is asked for as it carries it: no transcoding, and half of the bytes. */
const formats: Readonly<Record<LineFormat, { readonly outputFormat: string; readonly encoding: AudioEncoding }>> = {
  wide: { outputFormat: 'pcm_16000', encoding: { encoding: 'pcm16', sampleRateHz: 16_000 } },
  mulaw: { outputFormat: 'ulaw_8000', encoding: { encoding: 'mulaw' } },
  alaw: { outputFormat: 'alaw_8000', encoding: { encoding: 'alaw' } },
};
