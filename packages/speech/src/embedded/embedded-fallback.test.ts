import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { createFallbackRecognizer, fallbackRecognizerDefaults } from '@parley/engine/fallback/fallback-recognizer.ts';
import {
  createFallbackSynthesizer,
  fallbackSynthesizerDefaults,
} from '@parley/engine/fallback/fallback-synthesizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breakingOff, withoutFinals } from '../testing/broken-parts.ts';
import { receptionistFixture } from '../testing/receptionist-fixture.ts';
import { createEar, speak, utter, wordErrors } from '../testing/voice-loop.ts';
import { createEmbeddedRecognizer } from './embedded-recognizer.ts';
import { createEmbeddedSynthesizer } from './embedded-synthesizer.ts';

const never = new AbortController().signal;
const clock = createSystemClock();
const voice = createEmbeddedSynthesizer();
const recognizer = createEmbeddedRecognizer();
const errors: string[] = [];

beforeAll(() => recognizer.prepare(receptionistFixture, never));
afterAll(async () => {
  await Promise.all([voice.close(), recognizer.close()]);
});

function standingIn(first: Synthesizer): Synthesizer {
  return createFallbackSynthesizer([first, voice], fallbackSynthesizerDefaults, clock, ({ code }) => errors.push(code));
}

async function hear(samples: Int16Array): Promise<string> {
  const ear = createEar();
  const caller = new AbortController();
  const { signal } = caller;
  const stream = recognizer.open({ language: 'en-US', vocabularyId: receptionistFixture.id, signal }, ear.onEvent);
  utter(stream, samples);
  const { text } = await ear.final();
  caller.abort();
  return text;
}

describe('a sentence in whose middle the voice breaks off is heard whole', () => {
  const text = 'I would like to book a haircut for Friday at three';
  const breaks = [
    { afterMs: 900, end: 'fails', tellsTimes: true },
    { afterMs: 1700, end: 'hangs', tellsTimes: true },
    { afterMs: 1300, end: 'fails', tellsTimes: false },
  ] as const;

  it.each(breaks)('after $afterMs ms, when it $end (tells word times: $tellsTimes)', async (how) => {
    const { samples, words } = await speak(standingIn(breakingOff(voice, how)), text);
    expect(words.map((word) => word.text).join(' ')).toBe(text);
    for (const [index, { startMs }] of words.entries()) {
      expect(startMs).toBeGreaterThanOrEqual((words[index - 1]?.endMs ?? 0) - 10);
    }
    expect(words.at(-1)?.endMs).toBeLessThanOrEqual(samples.length / 16 + 10);
    expect(samples.length / 16).toBeGreaterThan(how.afterMs);
    // What sounds after the break is the words of the second voice, understood by themselves.
    const rest = words.filter(({ startMs }) => startMs >= how.afterMs - 10).map((word) => word.text);
    expect(rest.length).toBeGreaterThan(2);
    expect(wordErrors(rest.join(' '), await hear(samples.slice(how.afterMs * 16))).errors).toBeLessThanOrEqual(1);
  });
});

it('a word at most is said twice or left out, wherever the voice breaks off', async () => {
  const text = 'Your haircut with Alice is booked for next Friday at half past three';
  const whole = await speak(voice, text);
  const written = text.split(' ');
  for (let afterMs = 300; afterMs < whole.samples.length / 16; afterMs += 600) {
    const given = whole.words.filter((word) => word.endMs <= afterMs).length;
    for (const tellsTimes of [true, false]) {
      const asked: string[] = [];
      const second: Synthesizer = {
        ...voice,
        synthesize(request, sink) {
          asked.push(request.text);
          voice.synthesize(request, sink);
        },
      };
      const first = breakingOff(voice, { afterMs, end: 'fails', tellsTimes });
      const both = createFallbackSynthesizer([first, second], fallbackSynthesizerDefaults, clock, () => {});
      await speak(both, text);
      const goesOnAt = written.length - (asked[0]?.split(' ').length ?? 0);
      expect(Math.abs(goesOnAt - given)).toBeLessThanOrEqual(1);
    }
  }
});

it('what the caller said to a recogniser that hangs is understood by the next one', async () => {
  const both = createFallbackRecognizer(
    [withoutFinals(recognizer), recognizer],
    fallbackRecognizerDefaults,
    clock,
    ({ code }) => errors.push(code),
  );
  await both.prepare(receptionistFixture, never);
  const ear = createEar();
  const caller = new AbortController();
  const stream = both.open(
    { language: 'en-US', vocabularyId: receptionistFixture.id, signal: caller.signal },
    ear.onEvent,
  );
  const said = ["I'd like to book a haircut for Friday at three", 'my name is Alice'];
  const heard: string[] = [];
  for (const text of said) {
    utter(stream, (await speak(voice, text)).samples);
    heard.push((await ear.final()).text);
  }
  caller.abort();
  expect(wordErrors(said.join(' '), heard.join(' ')).errors).toBe(0);
  expect(ear.events.filter((event) => event.type === 'final')).toHaveLength(2);
  expect(errors).toContain('part_hung');
});
