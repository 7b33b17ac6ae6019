import { captionsOf } from '@parley/react/captions.ts';
import { turnOf } from '@parley/react/fake-wire.ts';
import { applyRecord, emptyTranscript } from '@parley/react/transcript.ts';
import { expect, test } from 'vitest';
import { lengthText, medianVoiceToVoiceMs, transcriptText } from './summary-figures.ts';

test('the median is the middle of what was spoken, and typed turns do not count', () => {
  expect(medianVoiceToVoiceMs(turnsOf([900, null, 500]))).toBe(700);
  expect(medianVoiceToVoiceMs(turnsOf([900, 300, 500]))).toBe(500);
  expect(medianVoiceToVoiceMs(turnsOf([null]))).toBeUndefined();
});

test('the length reads as on a clock', () => {
  expect(lengthText(1_000, 66_000)).toBe('1:05');
  expect(lengthText(undefined, 66_000)).toBe('0:00');
});

test('the transcript says who said what and what was not heard', () => {
  const transcript = [
    turnOf({ turnNumber: 1, replyText: 'Hello. What can I do for you?', heardText: 'Hello. What', interrupted: true }),
    turnOf({ turnNumber: 2, userText: 'A haircut', replyText: 'Certainly.' }),
  ].reduce(applyRecord, emptyTranscript);
  expect(transcriptText(captionsOf(transcript, 'ended'), 'Front desk')).toBe(
    'Front desk: Hello. What [not heard: can I do for you?]\nYou: A haircut\nFront desk: Certainly.',
  );
});

function turnsOf(voiceToVoiceMs: readonly (number | null)[]) {
  return voiceToVoiceMs
    .map((ms, index) => {
      const turn = turnOf({ turnNumber: index + 1, userText: 'x' });
      return { ...turn, waterfall: { ...turn.waterfall, voice_to_voice_ms: ms } };
    })
    .reduce(applyRecord, emptyTranscript).turns;
}
