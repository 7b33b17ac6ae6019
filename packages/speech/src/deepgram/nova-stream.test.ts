import { until, untilInTime } from '@parley/fakes/conformance/bench.ts';
import { openEar } from '@parley/fakes/conformance/ear.ts';
import { deepgramFake } from '@parley/fakes/deepgram/deepgram-fake.ts';
import { fakeKey } from '@parley/fakes/fake-vendor.ts';
import { describe, expect, test } from 'vitest';
import { queryOf, soundOf, withRecognizer } from './testing/deepgram-bench.ts';

describe('what Deepgram Nova is asked for', () => {
  test('a page: 16-bit sound at 16 kHz, interim results, the agent’s language', () =>
    withRecognizer('deepgram', async (bench) => {
      const ear = openEar(bench.part, 'en-GB');
      ear.say(await soundOf(bench, 'good morning'));
      await ear.final(1);
      expect(bench.fake?.journal.requests).toHaveLength(1);
      expect(bench.fake?.journal.requests[0]).toMatchObject({
        path: '/v1/listen',
        headers: { authorization: `Token ${fakeKey}` },
      });
      expect(queryOf(bench)).toEqual({
        model: ['nova-3'],
        language: ['en-GB'],
        encoding: ['linear16'],
        sample_rate: ['16000'],
        channels: ['1'],
        interim_results: ['true'],
        endpointing: ['false'],
        utterance_end_ms: ['2000'],
        smart_format: ['false'],
        punctuate: ['true'],
      });
    }));

  test('a telephone: its own bytes, a quarter as many', () =>
    withRecognizer('deepgram', async (bench) => {
      const ear = openEar(bench.part, 'vi', 'mulaw');
      const samples = await soundOf(bench, 'good morning');
      ear.say(samples);
      await ear.final(1);
      expect(queryOf(bench)).toMatchObject({ encoding: ['mulaw'], sample_rate: ['8000'], language: ['vi'] });
      expect(bench.fake?.journal.audioBytes).toBe(Math.ceil(samples.length / 320) * 160);
    }));

  test('options as they are written, and no key terms of a model that takes none', () =>
    withRecognizer(
      'deepgram?model=nova-2&endpointing=300&utteranceEndMs=false&smartFormat=yes&numerals=true&mipOptOut=true',
      async (bench) => {
        await bench.part.prepare(
          { id: 'conformance', phrases: ['Beatrix'], contexts: {} },
          new AbortController().signal,
        );
        const ear = openEar(bench.part, 'fr-CA');
        ear.say(await soundOf(bench, 'bonjour'));
        await ear.final(1);
        expect(queryOf(bench)).toEqual({
          model: ['nova-2'],
          language: ['fr-CA'],
          encoding: ['linear16'],
          sample_rate: ['16000'],
          channels: ['1'],
          interim_results: ['true'],
          endpointing: ['300'],
          smart_format: ['true'],
          punctuate: ['true'],
          numerals: ['true'],
          mip_opt_out: ['true'],
        });
      },
    ));

  test('the names of the vocabulary, then those of the question that was asked', () =>
    withRecognizer('deepgram', async (bench) => {
      const vocabulary = {
        id: 'conformance',
        phrases: ['i need a room', 'Beatrix', 'blow dry'],
        contexts: { name: ['Nguyen', 'Siobhan'] },
      };
      await bench.part.prepare(vocabulary, new AbortController().signal);
      const scope = new AbortController();
      const stream = bench.part.open(
        { language: 'en', vocabularyId: 'conformance', signal: scope.signal },
        () => undefined,
      );
      stream.expect('name');
      stream.expect('name');
      const configured = await bench.fake?.journal.until(({ type }) => type === 'message');
      expect(queryOf(bench).keyterm).toEqual(['Beatrix', 'blow dry']);
      expect(configured).toMatchObject({
        body: { type: 'Configure', keyterms: ['Nguyen', 'Siobhan', 'Beatrix', 'blow dry'] },
      });
      stream.expect(undefined);
      await until(() => bench.fake?.journal.messages.length === 2, 'the terms of the whole vocabulary');
      expect(bench.fake?.journal.messages[1]).toEqual({ type: 'Configure', keyterms: ['Beatrix', 'blow dry'] });
      scope.abort();
    }));
});

describe('a server that is too old to change key terms in the middle', () => {
  test('is asked once, and has them with the next connection', () =>
    withRecognizer(
      'deepgram',
      async (bench) => {
        await bench.part.prepare(
          { id: 'conformance', phrases: ['Beatrix'], contexts: { name: ['Nguyen'] } },
          new AbortController().signal,
        );
        const scope = new AbortController();
        const stream = bench.part.open({ language: 'en', vocabularyId: 'conformance', signal: scope.signal }, (event) =>
          expect(event.type).not.toBe('failed'),
        );
        stream.expect('name');
        await untilInTime(bench.clock, () => bench.fake?.journal.requests.length === 2, 'the next connection');
        expect(queryOf(bench, 1).keyterm).toEqual(['Nguyen', 'Beatrix']);
        stream.expect(undefined);
        await bench.clock.pass(60_000);
        expect(bench.fake?.journal.requests).toHaveLength(2);
        expect(
          bench.fake?.journal.messages.filter((message) => /Configure/.test(JSON.stringify(message))),
        ).toHaveLength(1);
        scope.abort();
      },
      { takesConfigure: false },
    ));
});

describe('a call with Deepgram Nova', () => {
  test('stays on one connection over pauses of a minute, which it keeps alive', () =>
    withRecognizer('deepgram', async (bench) => {
      const ear = openEar(bench.part, 'en');
      for (const [index, text] of ['good morning', 'a haircut please', 'goodbye'].entries()) {
        ear.say(await soundOf(bench, 200, text, 200));
        const { text: heard, words } = await ear.final(index + 1);
        expect(heard).toBe(text);
        // From the start of the utterance, although the vendor counts from the start of the call.
        expect(Math.abs((words[0]?.startMs ?? 0) - 200)).toBeLessThan(30);
        await bench.clock.pass(60_000);
      }
      expect(bench.fake?.journal.requests).toHaveLength(1);
      const types = bench.fake?.journal.messages.map((message) => JSON.stringify(message)) ?? [];
      expect(types.filter((type) => type === '{"type":"Finalize"}')).toHaveLength(3);
      // One each 4 s for three minutes, give or take what falls to the borders.
      const keepAlives = types.filter((type) => type === '{"type":"KeepAlive"}').length;
      expect(keepAlives).toBeGreaterThanOrEqual(42);
      expect(keepAlives).toBeLessThanOrEqual(45);
    }));

  test('hears all of an utterance on a connection that was dead, unseen, when the caller began to speak', () =>
    withRecognizer('deepgram', async (bench) => {
      const ear = openEar(bench.part, 'en', 'mulaw');
      ear.say(await soundOf(bench, 'good morning', 700));
      await ear.final(1);
      const samples = await soundOf(bench, 200, 'a haircut please', 700);
      bench.fake?.strike('break');
      ear.say(samples);
      const { text, words } = await ear.final(2);
      expect(text).toBe('a haircut please');
      expect(Math.abs((words[0]?.startMs ?? 0) - 200)).toBeLessThan(30);
      expect(ear.failure).toBeUndefined();
      expect(bench.fake?.journal.requests).toHaveLength(2);
      ear.say(await soundOf(bench, 'goodbye', 700));
      expect((await ear.final(3)).text).toBe('goodbye');
    }));

  test('goes on when the connection broke while nobody spoke', () =>
    withRecognizer('deepgram', async (bench) => {
      const ear = openEar(bench.part, 'en');
      ear.say(await soundOf(bench, 'good morning'));
      await ear.final(1);
      bench.fake?.strike('break');
      await untilInTime(bench.clock, () => bench.fake?.journal.requests.length === 2, 'the next connection');
      ear.say(await soundOf(bench, 'a haircut please'));
      expect((await ear.final(2)).text).toBe('a haircut please');
      expect(ear.failure).toBeUndefined();
      expect(bench.fake?.journal.requests).toHaveLength(2);
    }));

  test('goes on when the vendor was away for a while, and is not knocked at all the time', () =>
    withRecognizer('deepgram', async (bench) => {
      const ear = openEar(bench.part, 'en');
      ear.say(await soundOf(bench, 'good morning'));
      await ear.final(1);
      const port = Number(new URL(bench.fake?.url ?? '').port);
      await bench.fake?.close();
      await bench.clock.pass(20_000);
      const back = await deepgramFake.start({ port, brain: bench.brain });
      try {
        await bench.clock.pass(60_000);
        expect(back.journal.requests).toHaveLength(1);
        ear.say(await soundOf(bench, 'goodbye'));
        expect((await ear.final(2)).text).toBe('goodbye');
        expect(back.journal.requests).toHaveLength(1);
        expect(ear.failure).toBeUndefined();
      } finally {
        await back.close();
      }
    }));

  test('joins the pieces that the vendor makes of an utterance with pauses', () =>
    withRecognizer('deepgram?endpointing=300', async (bench) => {
      const ear = openEar(bench.part, 'en');
      ear.say(await soundOf(bench, 200, 'my number is', 500, 'one two three', 400, 'four', 200));
      const { text, words, endsTurn } = await ear.final(1);
      expect(text).toBe('my number is one two three four');
      expect(words.map((word) => word.text).join(' ')).toBe(text);
      // Three words of 240 ms and 500 ms of quiet came before it.
      expect(Math.abs((words[3]?.startMs ?? 0) - (200 + 720 + 500))).toBeLessThan(40);
      expect(endsTurn).toBe(false);
      expect(ear.finals).toHaveLength(1);
    }));

  test('does not wait for an answer to `Finalize` where nothing is left to be answered', () =>
    withRecognizer('deepgram?endpointing=300&finalTimeoutMs=10000', async (bench) => {
      const ear = openEar(bench.part, 'en');
      // After 300 ms of quiet all is final; of the other 60 ms the vendor says nothing.
      ear.say(await soundOf(bench, 'good morning', 360));
      const { text, processingMs } = await ear.final(1);
      expect(text).toBe('good morning');
      expect(processingMs).toBeLessThan(1000);
    }));

  test('ends a turn behind which only noise goes on, and still answers for the noise', () =>
    withRecognizer('deepgram?utteranceEndMs=1000', async (bench) => {
      const ear = openEar(bench.part, 'en');
      const utterance = ear.begin(await soundOf(bench, 'that is all', 2000));
      utterance.writeTo(0.9);
      expect(await ear.final(1)).toMatchObject({ text: 'that is all', endsTurn: true });
      utterance.end();
      expect(await ear.final(2)).toMatchObject({ text: '', endsTurn: false, rejected: false });
    }));

  test('tells that the vendor fell silent before it heard a word, rather than that none was said', () =>
    withRecognizer(
      'deepgram?endpointing=false',
      async (bench) => {
        const ear = openEar(bench.part, 'en');
        // Its one answer is of the half second before the word.
        ear.say(await soundOf(bench, 550, 'yes', 100));
        await untilInTime(bench.clock, () => ear.failure !== undefined || ear.finals.length > 0, 'the failure');
        expect(ear.finals).toEqual([]);
        expect(ear.failure?.code).toBe('provider_timed_out');
      },
      { fault: 'freeze-after:1' },
    ));

  test('refuses a language that the model lacks, without asking the vendor', () =>
    withRecognizer('deepgram?model=nova-2', async (bench) => {
      const ear = openEar(bench.part, 'ur');
      await until(() => ear.failure !== undefined, 'the failure');
      expect(ear.failure?.code).toBe('language_not_supported');
      expect(bench.fake?.journal.requests).toEqual([]);
    }));
});
