import { status } from '@grpc/grpc-js';
import type { Heard } from '../brain.ts';
import type { ServiceConfig, ServiceResult } from './riva-service.ts';

/** The models that are deployed here, by the language they are asked for with. */
export const deployedLanguages: readonly string[] = ['en-US', 'en-GB', 'vi-VN', 'de-DE', 'es-ES', 'es-US', 'fr-FR'];

export interface Refusal {
  readonly code: number;
  readonly details: string;
}

/** What the service says to a configuration that it has no model for, in its words. */
export function refusalOf(config: ServiceConfig | null | undefined, type: 'online' | 'offline'): Refusal | undefined {
  if (config === null || config === undefined) {
    return { code: status.INVALID_ARGUMENT, details: 'Error: the first message must be a configuration' };
  }
  const { language_code, sample_rate_hertz, model } = config;
  if (deployedLanguages.includes(language_code) && model !== 'no-such-model') return undefined;
  const named = model === '' ? '' : ` model=${model};`;
  return {
    code: status.INVALID_ARGUMENT,
    details: `Error: Unavailable model requested given these parameters: language_code=${language_code}; sample_rate=${sample_rate_hertz}; type=${type};${named} `,
  };
}

/** Other forms of audio. */
export const noDecoder: Refusal = {
  code: status.INVALID_ARGUMENT,
  details: 'Error: Unsupported audio encoding or sample rate',
};

/** What was heard as a result: confidences as natural logarithms, a blank at the end of a transcript. None when it was nothing. */
export function resultOf(heard: Heard, config: ServiceConfig, audioSeconds: number): readonly ServiceResult[] {
  if (heard.text === '') return [];
  const confidence = Math.log(Math.min(Math.max(heard.confidence, 1e-6), 0.999_999));
  const words = !config.enable_word_time_offsets
    ? []
    : heard.words.map(({ text, startMs, endMs }) => ({
        start_time: Math.round(startMs),
        end_time: Math.round(endMs),
        word: text,
        confidence,
      }));
  return [{ alternatives: [{ transcript: `${heard.text} `, confidence, words }], audio_processed: audioSeconds }];
}

/** HTTP's statuses as those that speak gRPC tell them. */
export function codeOfStatus(http: number): number {
  const codes: Readonly<Record<number, number>> = {
    400: status.INVALID_ARGUMENT,
    401: status.UNAUTHENTICATED,
    403: status.PERMISSION_DENIED,
    404: status.NOT_FOUND,
    408: status.DEADLINE_EXCEEDED,
    429: status.RESOURCE_EXHAUSTED,
    500: status.INTERNAL,
    501: status.UNIMPLEMENTED,
    503: status.UNAVAILABLE,
    504: status.DEADLINE_EXCEEDED,
  };
  return codes[http] ?? status.UNKNOWN;
}
