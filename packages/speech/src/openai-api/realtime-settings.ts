import type { LineFormat } from '@parley/engine/ports/audio.ts';
import { primaryLanguage } from '../provider/languages.ts';
import type { Hints } from './hints.ts';
import { realtimeFormatOf } from './realtime-audio.ts';
import type { TranscriptionForm } from './transcription-model.ts';

export interface RealtimeModel {
  /** As the server has it; the deployment's name with Azure. */
  readonly model: string;
  readonly form: TranscriptionForm;
  readonly noiseReduction: 'near_field' | 'far_field' | undefined;
}

/** What a session is set up with; sent again when it changes. */
export type SessionSettings = Readonly<Record<string, unknown>>;

/** The settings of a session that only transcribes [spec: openai 7.55]. */
export function settingsOf(
  { model, form, noiseReduction }: RealtimeModel,
  language: string,
  line: LineFormat,
  { prompt, keywords }: Hints,
): SessionSettings {
  const spoken = primaryLanguage(language);
  return {
    type: 'transcription',
    audio: {
      input: {
        format: realtimeFormatOf(line),
        transcription: {
          model,
          ...(form.language === 'one' ? { language: spoken } : { languages: [spoken] }),
          ...(prompt !== undefined && { prompt }),
          ...(keywords !== undefined && { keywords }),
        },
        noise_reduction: noiseReduction === undefined ? null : { type: noiseReduction },
        // What an utterance is, the engine's own voice detection says.
        turn_detection: null,
      },
    },
    ...(form.logprobs && { include: ['item.input_audio_transcription.logprobs'] }),
  };
}
