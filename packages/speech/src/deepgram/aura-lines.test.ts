import { decodeG711 } from '@parley/engine/audio/g711.ts';
import type { LineFormat } from '@parley/engine/ports/audio.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { type Bench, until } from '@parley/fakes/conformance/bench.ts';
import { beginSpeaking } from '@parley/fakes/conformance/spoken.ts';
import { vendorBytes } from '@parley/fakes/deepgram/vendor-sound.ts';
import { fakeKey } from '@parley/fakes/fake-vendor.ts';
import { describe, expect, test } from 'vitest';
import { auraVoices } from './aura-voices.ts';
import { queryOf, soundOf, withVoice } from './testing/deepgram-bench.ts';

type Voiced = Bench<Synthesizer>;

function speak({ part }: Voiced, text: string, language = 'en-US', line: LineFormat = 'wide') {
  return beginSpeaking(part, { text, language, line });
}

/** Why it would not speak. */
async function refusal(bench: Voiced, request: { text?: string; language?: string; voice?: string }): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  bench.part.synthesize(
    {
      text: 'good morning',
      language: 'en',
      voice: undefined,
      tone: 'neutral',
      ssml: undefined,
      passage: undefined,
      signal: new AbortController().signal,
      ...request,
    },
    { audio: () => {}, words: () => {}, done: () => resolve('done'), failed: resolve },
  );
  return promise;
}

describe('what Deepgram Aura is asked for', () => {
  test('a page: the default voice of the language at the house’s own rate, with the key', () =>
    withVoice('deepgram', async (bench) => {
      await speak(bench, 'good morning').whole();
      expect(bench.fake?.journal.requests).toHaveLength(1);
      expect(bench.fake?.journal.requests[0]).toMatchObject({
        path: '/v1/speak',
        headers: { authorization: `Token ${fakeKey}` },
      });
      expect(queryOf(bench)).toEqual({ model: ['aura-2-thalia-en'], encoding: ['linear16'], sample_rate: ['16000'] });
      expect(bench.fake?.journal.messages).toEqual([{ type: 'Speak', text: 'good morning' }, { type: 'Flush' }]);
    }));

  test('a telephone: its own form, whose bytes are not changed on the way', () =>
    withVoice('deepgram?voice=aura-2-orion-en&speed=1.2', async (bench) => {
      const { samples } = await speak(bench, 'good morning', 'en', 'mulaw').whole();
      expect(queryOf(bench)).toEqual({
        model: ['aura-2-orion-en'],
        encoding: ['mulaw'],
        sample_rate: ['8000'],
        speed: ['1.2'],
      });
      // Each second sample is the line's own.
      const line = samples.filter((_, n) => n % 2 === 0);
      const sent = vendorBytes(await soundOf(bench, 'good morning'), { encoding: 'mulaw' });
      expect([...line]).toEqual([...decodeG711(sent, 'mulaw')]);
    }));

  test('by requests: the text as JSON, and sound without a container', () =>
    withVoice('deepgram?transport=rest&mipOptOut=true', async (bench) => {
      await speak(bench, 'guten Morgen', 'de-CH').whole();
      expect(bench.fake?.journal.requests).toEqual([
        expect.objectContaining({
          method: 'POST',
          path: '/v1/speak',
          body: { text: 'guten Morgen' },
          query: {
            model: ['aura-2-viktoria-de'],
            encoding: ['linear16'],
            sample_rate: ['16000'],
            mip_opt_out: ['true'],
            container: ['none'],
          },
        }),
      ]);
    }));

  test('a voice chosen for one language does not speak another', () =>
    withVoice('deepgram?voice=aura-2-orion-en', async (bench) => {
      await speak(bench, 'buenos días', 'es-MX').whole();
      expect(queryOf(bench).model).toEqual(['aura-2-celeste-es']);
    }));

  test('nothing at all for what it cannot speak', () =>
    withVoice('deepgram', async (bench) => {
      expect(await refusal(bench, { language: 'vi' })).toBe('language_not_supported');
      expect(await refusal(bench, { voice: 'alloy' })).toBe('voice_unknown');
      expect(await refusal(bench, { text: 'a'.repeat(2001) })).toBe('text_too_long');
      expect(await refusal(bench, { text: ' ' })).toBe('done');
      expect(bench.fake?.journal.requests).toEqual([]);
    }));

  test('every voice in the list is one that the vendor takes', () =>
    withVoice('deepgram', async (bench) => {
      expect(auraVoices).toHaveLength(90);
      expect(new Set(auraVoices.map(({ id }) => id)).size).toBe(90);
      for (const { id } of auraVoices.slice(0, 3)) expect(await refusal(bench, { voice: id })).toBe('done');
    }));
});

describe('connections to Deepgram Aura', () => {
  test('are used for one sentence after the other, and left after half a minute', () =>
    withVoice('deepgram', async (bench) => {
      for (const text of ['good morning', 'how are you', 'goodbye']) await speak(bench, text).whole();
      expect(bench.fake?.journal.requests).toHaveLength(1);
      await bench.clock.pass(29_000);
      await speak(bench, 'are you there').whole();
      expect(bench.fake?.journal.requests).toHaveLength(1);
      await bench.clock.pass(31_000);
      await until(() => bench.fake?.openSockets === 0, 'the connection to be left');
      expect(bench.fake?.journal.messages.at(-1)).toEqual({ type: 'Close' });
    }));

  test('are changed before the vendor takes no more flushes of one', () =>
    withVoice('deepgram', async (bench) => {
      for (let n = 0; n < 25; n += 1) {
        const { end } = await speak(bench, 'yes').whole();
        expect(end).toEqual({ type: 'done' });
      }
      expect(bench.fake?.journal.requests).toHaveLength(2);
      expect(bench.errors).toEqual([]);
    }));

  test('that break before the first sound are made up for by a request', () =>
    withVoice(
      'deepgram',
      async (bench) => {
        const { samples } = await speak(bench, 'good morning').whole();
        expect([...samples]).toEqual([...(await soundOf(bench, 'good morning'))]);
        expect(bench.fake?.journal.requests.map(({ method }) => method)).toEqual(['GET', 'POST']);
        expect(bench.errors).toHaveLength(1);
      },
      { fault: 'break-after:1,times:1' },
    ));

  test('that broke while nobody spoke are forgotten', () =>
    withVoice('deepgram', async (bench) => {
      await speak(bench, 'good morning').whole();
      bench.fake?.strike('break');
      await bench.fake?.journal.until(({ type }) => type === 'closed');
      await speak(bench, 'goodbye').whole();
      expect(bench.fake?.journal.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
      expect(bench.errors).toEqual([]);
    }));

  test('can be had ready for the first sentence', () =>
    withVoice('deepgram', async (bench) => {
      bench.part.warm?.('en-US');
      bench.part.warm?.('en-US');
      await until(() => bench.fake?.openSockets === 1, 'the connection');
      await speak(bench, 'good morning').whole();
      expect(bench.fake?.journal.requests).toHaveLength(1);
    }));

  test('serve several callers at once, each with sentences of its own, and few are kept', () =>
    withVoice('deepgram', async (bench) => {
      const texts = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];
      const all = texts.map((text) => speak(bench, text));
      for (const [index, spoken] of all.entries()) {
        const { samples } = await spoken.whole();
        expect([...samples]).toEqual([...(await soundOf(bench, texts[index] ?? ''))]);
      }
      await until(() => bench.fake?.openSockets === 4, 'the others to be left');
    }));
});
