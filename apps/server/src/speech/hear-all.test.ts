import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Recognizer, RecognizerEvent } from '@parley/engine/ports/recognizer.ts';
import { createScriptedSynthesizer } from '@parley/speech/scripted/scripted-synthesizer.ts';
import { speak } from '@parley/speech/testing/voice-loop.ts';
import { expect, it } from 'vitest';
import { hearAll } from './hear-all.ts';

const sound = (await speak(createScriptedSynthesizer(createSystemClock()), 'good morning')).samples;
const hear = (recognizer: Recognizer) =>
  hearAll(sound, { recognizer, language: 'en', vocabularyId: 'v', line: 'wide' }, AbortSignal.timeout(5000));

it('no word is placed before the sound, and all at whole milliseconds', async () => {
  const word = { text: 'good', startMs: -400.5, endMs: 500.4 };
  const { text, words } = await hear(
    answering({ type: 'final', ...plain, text: 'good', words: [word, { ...word, startMs: 500.4, endMs: 900.7 }] }),
  );
  expect(text).toBe('good');
  expect(words[0]?.startMs).toBe(0);
  for (const { startMs, endMs } of words) {
    expect(Number.isInteger(startMs) && Number.isInteger(endMs) && endMs >= startMs).toBe(true);
  }
});

it('says in the vendor’s words why nothing could be heard', async () => {
  const failing = answering({ type: 'failed', code: 'provider_unauthorized', message: '401 No such key.' });
  await expect(hear(failing)).rejects.toMatchObject({
    code: 'speech_unavailable',
    details: { reason: 'provider_unauthorized', message: '401 No such key.' },
  });
});

const plain = { confidence: 1, rejected: false, endsTurn: false, processingMs: 0 } as const;

/** Answers each stretch of voice with the event. */
function answering(event: RecognizerEvent): Recognizer {
  return {
    name: 'answering',
    prepare: async () => {},
    close: async () => {},
    open: (_options, onEvent) => ({
      expect() {},
      utteranceStarted() {},
      write() {},
      utteranceEnded: () => queueMicrotask(() => onEvent(event)),
    }),
  };
}
