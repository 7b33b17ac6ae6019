import { describe, expect } from 'vitest';
import { msUntilFree, until, untilInTime, withinMs } from './bench.ts';
import { openEar } from './ear.ts';
import { type Check, expectHeard, recognizerChecks, untilCarried } from './recognizer-call.ts';
import { checkRecognizerFailures } from './recognizer-failures.ts';
import { asTests, type Register } from './register.ts';
import { turns } from './steerable-clock.ts';
import { plainWords, type RecognizerCase, type RecognizerSubject } from './subject.ts';

const minuteMs = 60_000;

/** What every recogniser must do, over its fake. To be called in a test file. */
export function describeRecognizer(subject: RecognizerSubject): void {
  describe(`${subject.name} as a recogniser`, () => registerRecognizerCases(subject, asTests));
}

/** The cases themselves, for whoever wants them otherwise than as tests. */
export function registerRecognizerCases(subject: RecognizerSubject, register: Register<RecognizerCase>): void {
  const check = recognizerChecks(subject, register);
  checkHearing(check, subject);
  checkEnds(check, subject);
  checkRecognizerFailures(check, subject);
}

function checkHearing(check: Check, { abilities, fake: vendor }: RecognizerSubject) {
  check('utterance', async ({ ear: open, sentence, sound }) => {
    const ear = open();
    const utterance = ear.begin(await sound(0));
    utterance.writeTo(0.95);
    if (abilities.partials) {
      await until(() => ear.events.some(({ type }) => type === 'partial'), 'a partial before the end');
    }
    utterance.end();
    expectHeard(await ear.final(1), sentence(0));
    await turns(20);
    expect(ear.finals).toHaveLength(1);
    expect(ear.events.at(-1)?.type).toBe('final');
    for (const event of ear.events) {
      if (event.type === 'partial') expect(event.text.trim()).not.toBe('');
    }
  });

  check(
    'wordTimes',
    async ({ ear: open, sentence, sound }) => {
      const ear = open();
      for (const index of [0, 1]) {
        const samples = await sound(index);
        ear.say(samples);
        const { words } = await ear.final(index + 1);
        expect(plainWords(words.map(({ text }) => text).join(' '))).toBe(plainWords(sentence(index)));
        let before = 0;
        for (const { startMs, endMs } of words) {
          expect(startMs).toBeGreaterThanOrEqual(before);
          expect(endMs).toBeGreaterThanOrEqual(startMs);
          before = startMs;
        }
        expect(words.at(-1)?.endMs).toBeLessThanOrEqual(samples.length / 16 + 20);
        // The first sound comes after 200 ms of quiet, also in an utterance that is not the stream's first.
        if (vendor !== undefined) expect(Math.abs((words[0]?.startMs ?? 0) - 200)).toBeLessThanOrEqual(60);
      }
    },
    { unless: abilities.wordTimes ? undefined : 'it knows no word times' },
  );

  check('pauses', async ({ ear: open, sentence, sound, clock }) => {
    const ear = open();
    for (const index of [0, 1, 2]) {
      ear.say(await sound(index));
      expectHeard(await ear.final(index + 1), sentence(index));
      await clock.pass(minuteMs);
    }
    expect(ear.finals).toHaveLength(3);
  });

  check('silence', async ({ ear: open, sentence, sound, clock }) => {
    const ear = open();
    ear.say(new Int16Array(16_000));
    await untilInTime(clock, () => ear.finals.length > 0 || ear.failure !== undefined, 'the final of silence');
    expect(plainWords((await ear.final(1)).text)).toBe('');
    ear.say(await sound(0));
    expectHeard(await ear.final(2), sentence(0));
  });

  check('backToBack', async ({ ear: open, sentence, sound }) => {
    const ear = open();
    const all = [0, 1, 2];
    for (const samples of await Promise.all(all.map(sound))) ear.say(samples);
    await ear.final(3);
    expect(ear.finals.map(({ text }) => plainWords(text))).toEqual(all.map((index) => plainWords(sentence(index))));
  });

  check('ownTurn', async ({ ear: open, sound }) => {
    const ear = open();
    ear.say(new Int16Array(320));
    ear.say(await sound(1));
    await ear.final(2);
    expect(ear.faults).toEqual([]);
  });

  check('twoCallers', async ({ ear: open, sentence, sound }) => {
    const [one, other] = [open(), open()];
    const [first, second] = [one.begin(await sound(0)), other.begin(await sound(1))];
    for (const share of [0.3, 0.6, 0.9]) {
      first.writeTo(share);
      second.writeTo(share);
      await turns(5);
    }
    second.end();
    first.end();
    expectHeard(await one.final(1), sentence(0));
    expectHeard(await other.final(1), sentence(1));
  });

  check('phone', async ({ ear: open, sentence, sound }) => {
    const ear = open('mulaw');
    for (const index of [0, 1]) {
      ear.say(await sound(index));
      expectHeard(await ear.final(index + 1), sentence(index));
    }
  });

  check('keepAlive', async ({ ear: open, sentence, sound, clock }) => {
    const ear = open();
    await clock.pass(10 * minuteMs);
    ear.say(await sound(0));
    expectHeard(await ear.final(1), sentence(0));
    await clock.pass(10 * minuteMs);
    ear.say(await sound(1));
    expectHeard(await ear.final(2), sentence(1));
  });
}

function checkEnds(check: Check, { fake: vendor, transport = 'socket', language = 'en-US' }: RecognizerSubject) {
  const isSocket = vendor !== undefined && transport === 'socket';

  check(
    'abort',
    async ({ ear: open, sound, fake, clock }) => {
      const samples = await sound(0);
      await withinMs(50, async () => {
        fake?.journal.clear();
        const ear = open();
        const utterance = ear.begin(samples);
        utterance.writeTo(0.7);
        // By requests nothing is under way while the caller speaks: there it is the request that is given up.
        if (!isSocket) utterance.end();
        if (fake !== undefined) await untilCarried(fake, transport);
        ear.abort();
        const tookMs = fake === undefined ? 0 : await msUntilFree(fake);
        if (isSocket) utterance.end();
        await clock.pass(minuteMs / 2);
        expect(ear.faults).toEqual([]);
        return tookMs;
      });
    },
    { fault: vendor === undefined || isSocket ? '' : 'silent' },
  );

  check('abortedBefore', async ({ part, sound, fake, clock }) => {
    const scope = new AbortController();
    scope.abort();
    const ear = openEar(part, language, undefined, scope);
    ear.say(await sound(0));
    await clock.pass(minuteMs / 2);
    expect(ear.events).toEqual([]);
    expect(fake?.openSockets ?? 0).toBe(0);
    expect(fake?.journal.requests ?? []).toEqual([]);
  });

  check('close', async ({ part, ear: open, sound, fake, clock }) => {
    const ear = open();
    ear.begin(await sound(0)).writeTo(0.7);
    if (fake !== undefined && isSocket) await untilCarried(fake, transport);
    await part.close();
    await untilInTime(clock, () => ear.failure !== undefined, 'the open stream to fail');
    if (fake !== undefined) await msUntilFree(fake);
  });
}
