/**
 * How sure a model that tells the logarithm of each token's probability was of what it wrote: their geometric mean, 0–1. For the models
 * `gpt-4o-…transcribe`. Nobody could measure them for this; what is known of such models is that tokens heard clearly have
 * 0.9 and more and those guessed 0.5 and less, so the mean is taken as it is, and 0.7 (where a turn is acted on) lies between.
 *
 * @returns undefined for no tokens
 */
export function confidenceOfTokens(logprobs: readonly number[]): number | undefined {
  return logprobs.length === 0 ? undefined : clamp(Math.exp(mean(logprobs)));
}

/** A stretch of what Whisper wrote, as `verbose_json` tells it. */
export interface WhisperSegment {
  readonly avg_logprob: number;
  readonly no_speech_prob: number;
  readonly start: number;
  readonly end: number;
}

/**
 * The same of Whisper's segments, each as long as it lasts. Whisper is less sure of itself: −0.2 to −0.4 are usual for clear speech, and
 * its makers take a segment for failed below −1. Half of the logarithm puts 0.7 at −0.71, between the two.
 *
 * @returns undefined for no segments
 */
export function confidenceOfSegments(segments: readonly WhisperSegment[]): number | undefined {
  const lengths = segments.map(({ start, end }) => Math.max(end - start, 0.01));
  const whole = lengths.reduce((sum, length) => sum + length, 0);
  if (whole === 0) return undefined;
  const logprob = segments.reduce((sum, { avg_logprob }, i) => sum + (avg_logprob * (lengths[i] ?? 0)) / whole, 0);
  return clamp(Math.exp(logprob / 2));
}

/** Whisper writes sentences that nobody said when there is only noise; by these two marks its makers tell them. */
export function isSilence({ avg_logprob, no_speech_prob }: WhisperSegment): boolean {
  return no_speech_prob > 0.6 && avg_logprob < -1;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function clamp(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
