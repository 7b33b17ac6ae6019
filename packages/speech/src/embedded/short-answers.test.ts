import { createMemoryCalendar } from '@parley/agent-receptionist/availability/memory-calendar.ts';
import { memoryBook } from '@parley/agent-receptionist/memory-book.ts';
import { createReceptionist } from '@parley/agent-receptionist/receptionist-agent.ts';
import { createOpusDecoder, createOpusEncoder } from '@parley/channels/rtp/opus.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hearOnLine, type PhoneLine } from '../testing/phone-line.ts';
import { isReversed, shortAnswers } from '../testing/short-answers.ts';
import { speak, withNoise } from '../testing/voice-loop.ts';
import { createEmbeddedRecognizer } from './embedded-recognizer.ts';
import { createEmbeddedSynthesizer } from './embedded-synthesizer.ts';

const { vocabulary } = await createReceptionist({ calendar: createMemoryCalendar(memoryBook()) });
const synthesizer = createEmbeddedSynthesizer();
const recognizer = createEmbeddedRecognizer();
const line: PhoneLine = { recognizer, vocabularyId: vocabulary.id, codec: opus };

beforeAll(() => recognizer.prepare(vocabulary, new AbortController().signal), 30_000);
afterAll(async () => {
  await Promise.all([synthesizer.close(), recognizer.close()]);
});

describe('a short answer over Opus, cut out by the conversation itself', () => {
  it.each([
    ['digital silence', 0],
    ['a quiet room', 30],
  ])(
    'is understood by four voices in %s, and no is never taken for yes',
    async (_where, noise) => {
      const wrong: string[] = [];
      let asked = 0;
      for (const voice of ['slt', 'rms', 'awb', 'kal16']) {
        for (const { text, context, right } of shortAnswers) {
          const { samples } = await speak(synthesizer, text, { voice });
          const heard = await hearOnLine(line, samples, context, noise);
          asked += 1;
          expect(isReversed(text, heard), `${voice}: ${text} -> ${heard.text}`).toBe(false);
          if (!right.test(heard.text) || heard.confidence < 0.7) wrong.push(`${voice}: ${text} -> ${heard.text}`);
        }
      }
      expect(1 - wrong.length / asked, wrong.join(', ')).toBeGreaterThanOrEqual(0.92);
    },
    60_000,
  );

  it('is not made of coughs, clicks and hums where yes or no was asked', async () => {
    for (const lengthMs of [20, 150, 300, 600, 1_000]) {
      const cough = withNoise(new Int16Array(16 * lengthMs), 4_000, lengthMs).map(
        (sample, index) => sample * Math.exp(-index / 3_000),
      );
      const hum = new Int16Array(16 * lengthMs).map(
        (_, index) => 3_000 * Math.sin((2 * Math.PI * 120 * index) / 16_000),
      );
      // A sound of the room asks for no answer, a voice that was not made out does.
      expect(await hearOnLine(line, cough, 'yes-no')).toMatchObject({ text: '' });
      expect(await hearOnLine(line, hum, 'yes-no')).toMatchObject({ rejected: true });
    }
  }, 30_000);
});

function opus() {
  const encoder = createOpusEncoder();
  const decoder = createOpusDecoder();
  return (frame: Int16Array): Int16Array => decoder.decode(encoder.encode(frame)) ?? new Int16Array(frame.length);
}
