import type { EmotionalTone } from '@parley/engine/ports/synthesizer.ts';
import type { ElevenLabsModel } from './models.ts';

/** Set by whoever runs the agent; what is left out is the voice's own, or the vendor's default. */
export interface VoiceOptions {
  /** 0–1: low is lively and changes from sentence to sentence, high is even. */
  readonly stability?: number | undefined;
  /** 0–1: how close to the voice that was cloned. */
  readonly similarity?: number | undefined;
  /** 0–1: how much of the voice's manner is exaggerated; above 0 costs time. */
  readonly style?: number | undefined;
  /** 0.7–1.2. */
  readonly speed?: number | undefined;
}

/** As the API takes them. */
export interface VoiceSettings {
  readonly stability: number;
  readonly similarity_boost: number;
  readonly style: number;
  readonly use_speaker_boost: boolean;
  readonly speed: number;
}

/** The vendor's own defaults. */
const defaults = { stability: 0.5, similarity: 0.75, style: 0, speed: 1 };

/**
 * What a tone adds. Warm is a little slower and more even; energetic quicker and livelier. Small steps: a voice must stay the same
 * person from one sentence to the next, and style above 0 delays the first sound.
 */
const tones: Readonly<Record<EmotionalTone, { readonly stability: number; readonly speed: number }>> = {
  warm: { stability: 0.05, speed: 0.96 },
  neutral: { stability: 0, speed: 1 },
  energetic: { stability: -0.15, speed: 1.06 },
};

/**
 * The settings for a tone.
 * @returns undefined when nothing is asked for: then the voice speaks as whoever made it has set it
 */
export function voiceSettings(
  options: VoiceOptions,
  tone: EmotionalTone,
  model: ElevenLabsModel,
): VoiceSettings | undefined {
  const { stability, similarity, style, speed } = options;
  const isAsked = [stability, similarity, style, speed].some((value) => value !== undefined);
  if (!isAsked && tone === 'neutral') return undefined;
  const added = tones[tone];
  const wanted = between(0, (stability ?? defaults.stability) + added.stability, 1);
  return {
    stability: model.hasStabilitySteps ? Math.round(wanted * 2) / 2 : round(wanted),
    similarity_boost: similarity ?? defaults.similarity,
    style: style ?? defaults.style,
    use_speaker_boost: true,
    speed: round(between(0.7, (speed ?? defaults.speed) * added.speed, 1.2)),
  };
}

function between(low: number, value: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
