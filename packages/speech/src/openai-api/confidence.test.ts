import { describe, expect, it } from 'vitest';
import { confidenceOfSegments, confidenceOfTokens, isSilence } from './confidence.ts';

describe('how sure a model was', () => {
  it('is the geometric mean of its tokens’ probabilities', () => {
    expect(confidenceOfTokens([Math.log(0.9), Math.log(0.4)])).toBeCloseTo(0.6);
    expect(confidenceOfTokens([0, 0])).toBe(1);
    expect(confidenceOfTokens([])).toBeUndefined();
  });

  it('is enough to act on for what Whisper hears clearly, and not for what its makers take for failed', () => {
    const segment = (avg_logprob: number, start = 0, end = 1) => ({ avg_logprob, no_speech_prob: 0, start, end });
    expect(confidenceOfSegments([segment(-0.3)])).toBeGreaterThan(0.7);
    expect(confidenceOfSegments([segment(-1)])).toBeLessThan(0.7);
    // A second that is clear is more than a tenth that is not.
    expect(confidenceOfSegments([segment(-0.2, 0, 1), segment(-2, 1, 1.1)])).toBeGreaterThan(0.7);
    expect(confidenceOfSegments([])).toBeUndefined();
  });

  it('tells what Whisper writes when nobody spoke', () => {
    const marks = (avg_logprob: number, no_speech_prob: number) => ({ avg_logprob, no_speech_prob, start: 0, end: 1 });
    expect(isSilence(marks(-1.3, 0.9))).toBe(true);
    expect(isSilence(marks(-0.3, 0.9))).toBe(false);
    expect(isSilence(marks(-1.3, 0.1))).toBe(false);
  });
});
