import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpokenWord, SynthesisRequest, Synthesizer } from '../ports/synthesizer.ts';
import { createScriptedCall } from '../simulation/scripted-call.ts';
import { createScriptedAgent } from '../simulation/scripted-parts.ts';
import { createVirtualClock, type VirtualClock } from '../simulation/virtual-clock.ts';
import { breakerDefaults } from './breaker.ts';
import type { FallbackError } from './fallback-error.ts';
import { createFallbackSynthesizer, fallbackSynthesizerDefaults } from './fallback-synthesizer.ts';
import { createScriptedVoice, speaksAll, type VoiceDeed, wordMs } from './testing/scripted-voice.ts';

const { firstAudioTimeoutMs, stallTimeoutMs } = fallbackSynthesizerDefaults;
const text = 'one two three four five six seven eight nine ten';

/** Listens to one sentence and notes all that came, with the time. */
function listen(clock: VirtualClock, synthesizer: Synthesizer, request: Partial<SynthesisRequest> = {}) {
  const scope = new AbortController();
  const heard = {
    scope,
    calls: [] as string[],
    words: [] as SpokenWord[],
    audioMs: 0,
    firstAudioAtMs: undefined as number | undefined,
    overAtMs: undefined as number | undefined,
  };
  const end = (call: string) => {
    heard.calls.push(call);
    heard.overAtMs = clock.nowMs();
  };
  synthesizer.synthesize(
    {
      text,
      language: 'en-US',
      voice: undefined,
      tone: 'neutral',
      ssml: undefined,
      passage: undefined,
      signal: scope.signal,
      ...request,
    },
    {
      audio(samples) {
        heard.calls.push('audio');
        heard.firstAudioAtMs ??= clock.nowMs();
        heard.audioMs += samples.length / 16;
      },
      words(words) {
        heard.calls.push('words');
        heard.words.push(...words);
      },
      done: () => end('done'),
      failed: (code) => end(`failed ${code}`),
    },
  );
  return heard;
}

function create(clock: VirtualClock, parts: readonly Synthesizer[], errors: FallbackError[] = []): Synthesizer {
  return createFallbackSynthesizer(parts, fallbackSynthesizerDefaults, clock, (error) => errors.push(error));
}

const whole = ({ text: sentence }: SynthesisRequest) => speaksAll(sentence.split(' ').length);

describe('a sentence is spoken', () => {
  const broken: readonly [string, readonly VoiceDeed[], number][] = [
    ['fails at once', [{ do: 'fail' }], 50],
    ['throws', [{ do: 'throw' }], 50],
    ['hangs', [], firstAudioTimeoutMs + 50],
    ['ends without a sound', [{ do: 'wait', ms: 10 }, { do: 'done' }], 60],
  ];
  it.each(broken)('by the next voice when the first one %s', async (_, deeds, firstAudioAtMs) => {
    const clock = createVirtualClock();
    const errors: FallbackError[] = [];
    const second = createScriptedVoice(clock, 'second', whole);
    const heard = listen(clock, create(clock, [createScriptedVoice(clock, 'first', () => deeds), second], errors));
    await clock.advance(10_000);
    expect(heard).toMatchObject({ calls: ['audio', 'done'], audioMs: 10 * wordMs, firstAudioAtMs });
    expect(second.requests[0]?.text).toBe(text);
    expect(errors).toHaveLength(1);
  });

  it('on from the word at which the first voice broke off, by the times it told', async () => {
    const clock = createVirtualClock();
    const first = createScriptedVoice(clock, 'first', () => [
      { do: 'tellTimes' },
      { do: 'audio', words: 3.5 },
      { do: 'fail' },
    ]);
    const second = createScriptedVoice(clock, 'second', () => [
      { do: 'tellTimes' },
      { do: 'audio', words: 7 },
      { do: 'done' },
    ]);
    const heard = listen(clock, create(clock, [first, second]), {
      ssml: '<break/>',
      passage: { id: 'p', index: 2, previousText: 'Before.' },
    });
    await clock.advance(10_000);
    expect(second.requests[0]).toMatchObject({
      text: 'four five six seven eight nine ten',
      ssml: undefined,
      passage: { index: 2, previousText: 'Before. one two three' },
    });
    // Word for word once, at its place in the whole sentence.
    expect(heard.words.map((word) => word.text).join(' ')).toBe(text);
    expect(heard.words[3]).toMatchObject({ startMs: 3.5 * wordMs, endMs: 4.5 * wordMs });
    expect(heard.audioMs).toBe(10.5 * wordMs);
    expect(heard.calls.at(-1)).toBe('done');
  });

  it('on from the word at which it hung in the middle, with time to spare for what is still to be heard', async () => {
    const clock = createVirtualClock();
    const first = createScriptedVoice(clock, 'first', () => [{ do: 'tellTimes' }, { do: 'audio', words: 8 }]);
    const second = createScriptedVoice(clock, 'second', whole);
    const heard = listen(clock, create(clock, [first, second]));
    await clock.advance(10_000);
    expect(second.requests[0]?.text).toBe('nine ten');
    // Before the 2.4 s have sounded, and not before they are nearly over.
    expect(heard.overAtMs).toBeLessThan(8 * wordMs);
    expect(heard.overAtMs).toBeGreaterThan(stallTimeoutMs);
  });

  it('on from about the right word when the voice tells no times, once its pace is known', async () => {
    const clock = createVirtualClock();
    const sentence = 'this line here will give some good time away';
    const first = createScriptedVoice(clock, 'first', ({ text: asked }, n) =>
      n === 0 ? speaksAll(asked.split(' ').length) : [{ do: 'audio', words: 4.5 }, { do: 'fail' }],
    );
    const second = createScriptedVoice(clock, 'second', whole);
    const both = create(clock, [first, second]);
    listen(clock, both, { text: sentence });
    await clock.advance(5000);
    const heard = listen(clock, both, { text: sentence });
    await clock.advance(5000);
    const rest = second.requests[0]?.text ?? '';
    expect(['will give some good time away', 'give some good time away', 'some good time away']).toContain(rest);
    // Two voices without times: each word has one all the same, or all would be taken as heard with the first part.
    expect(heard.words.map((word) => word.text).join(' ')).toBe(sentence);
    expect(heard.words.at(-1)?.endMs).toBeLessThanOrEqual(heard.audioMs);
    expect(heard.words.at(-1)?.endMs).toBeGreaterThan(heard.audioMs - 150);
  });

  it('to its end when a voice hangs after the last word, without another one', async () => {
    const clock = createVirtualClock();
    const first = createScriptedVoice(clock, 'first', () => [{ do: 'tellTimes' }, { do: 'audio', words: 10 }]);
    const second = createScriptedVoice(clock, 'second', whole);
    const heard = listen(clock, create(clock, [first, second]));
    await clock.advance(10_000);
    expect(heard.calls.at(-1)).toBe('done');
    expect(second.requests).toHaveLength(0);
  });
});

it('in a whole call each sentence of an answer is heard whose voice hangs, and none is shown instead', async () => {
  const text = 'We are open from nine to six. You can come on any day but Sunday.';
  const call = createScriptedCall({
    agent: createScriptedAgent(async function* () {
      yield { type: 'say', text };
      yield { type: 'finished', memory: {}, expects: undefined, end: false };
    }),
    synthesizer: (clock) =>
      create(clock, [createScriptedVoice(clock, 'first', () => []), createScriptedVoice(clock, 'second', whole)]),
  });
  call.attachAudio();
  await call.waitForAgent();
  expect(call.agentFrames.length * 20).toBeGreaterThanOrEqual(text.split(' ').length * wordMs - 40);
  expect(call.recorder.turns.get(1)?.reply).toMatchObject({ heardText: text, interrupted: false });
  expect(call.notices.filter(({ type }) => type === 'trouble')).toEqual([]);
});

describe('a voice is not asked', () => {
  it('for a language that it does not speak', async () => {
    const clock = createVirtualClock();
    const english = createScriptedVoice(clock, 'english', whole, ['en-US']);
    const vietnamese = createScriptedVoice(clock, 'vietnamese', whole, ['vi-VN']);
    const both = create(clock, [english, vietnamese]);
    listen(clock, both, { language: 'vi' });
    const nobody = listen(clock, both, { language: 'fr-FR' });
    await clock.advance(1000);
    expect(english.requests).toHaveLength(0);
    expect(vietnamese.requests).toHaveLength(1);
    expect(nobody.calls).toEqual(['failed language_not_supported']);
  });

  it('by a name of another catalogue', async () => {
    const clock = createVirtualClock();
    const first = createScriptedVoice(clock, 'first', () => [{ do: 'fail' }], ['en-US']);
    const second = createScriptedVoice(clock, 'second', whole, ['en-GB']);
    listen(clock, create(clock, [first, second]), { voice: 'first-en-US' });
    await clock.advance(1000);
    expect(first.requests[0]?.voice).toBe('first-en-US');
    expect(second.requests[0]?.voice).toBeUndefined();
  });

  it('when it hung again and again, so that later sentences do not wait for it, until it is tried again', async () => {
    const clock = createVirtualClock();
    let isBack = false;
    const first = createScriptedVoice(clock, 'first', (request) => (isBack ? whole(request) : []));
    const both = create(clock, [first, createScriptedVoice(clock, 'second', whole)]);
    for (let n = 0; n < breakerDefaults.failuresToOpen; n += 1) {
      listen(clock, both);
      await clock.advance(firstAudioTimeoutMs + 100);
    }
    const asked = first.requests.length;
    const begunAtMs = clock.nowMs();
    expect(listen(clock, both).calls).toEqual([]);
    const heard = listen(clock, both);
    await clock.advance(100);
    expect(heard.firstAudioAtMs).toBe(begunAtMs + 50);
    expect(first.requests).toHaveLength(asked);
    isBack = true;
    await clock.advance(breakerDefaults.openMs);
    listen(clock, both);
    await clock.advance(1000);
    listen(clock, both);
    expect(first.requests).toHaveLength(asked + 2);
  });
});

describe('when all fails', () => {
  it('it is said once, with the last reason', async () => {
    const clock = createVirtualClock();
    const part = (name: string) => createScriptedVoice(clock, name, () => [{ do: 'fail' }, { do: 'fail' }]);
    const heard = listen(clock, create(clock, [part('first'), part('second')]));
    expect(heard.calls).toEqual([]);
    await clock.advance(10_000);
    expect(heard.calls).toEqual(['failed scripted_failure']);
  });

  it('a closed synthesizer says so, to what is under way as well, and does not wait for a part that hangs', async () => {
    const clock = createVirtualClock();
    const hanging: Synthesizer = {
      ...createScriptedVoice(clock, 'first', () => []),
      close: () => new Promise(() => {}),
    };
    const synthesizer = create(clock, [hanging]);
    const running = listen(clock, synthesizer);
    let closed = false;
    void synthesizer.close().then(() => {
      closed = true;
    });
    const later = listen(clock, synthesizer);
    await clock.advance(fallbackSynthesizerDefaults.closeTimeoutMs);
    expect(closed).toBe(true);
    expect(running.calls).toEqual(['failed synthesizer_closed']);
    expect(later.calls).toEqual(['failed synthesizer_closed']);
  });
});

const deed: fc.Arbitrary<VoiceDeed> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(3000) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('audio' as const), words: fc.nat({ max: 6 }) }) },
  fc.constant({ do: 'tellTimes' as const }),
  fc.constant({ do: 'done' as const }),
  fc.constant({ do: 'fail' as const }),
  fc.constant({ do: 'throw' as const }),
);

it('whatever the voices do, a sentence ends once and in time, and nothing follows or stays', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.array(deed, { maxLength: 8 }), { minLength: 1, maxLength: 4 }), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.option(fc.nat(6000), { nil: undefined }),
      async (scripts, abortAtMs) => {
        const clock = createVirtualClock();
        const ours = clock.share();
        const parts = scripts.map((script, index) =>
          createScriptedVoice(clock, `voice ${index}`, (_, n) => script[n % script.length] ?? []),
        );
        const synthesizer = createFallbackSynthesizer(parts, fallbackSynthesizerDefaults, ours, () => {});
        const heard = listen(clock, synthesizer);
        if (abortAtMs !== undefined) {
          await clock.advance(abortAtMs);
          heard.scope.abort();
          expect(ours.pending).toBe(0);
        }
        const callsAtAbort = heard.calls.length;
        await clock.advance(120_000);
        const ends = heard.calls.filter((call) => call === 'done' || call.startsWith('failed'));
        if (abortAtMs === undefined) expect(ends).toHaveLength(1);
        else expect(heard.calls).toHaveLength(callsAtAbort);
        expect(ends.length).toBeLessThanOrEqual(1);
        if (ends.length === 1) expect(heard.calls.at(-1)).toBe(ends[0]);
        expect(ours.pending).toBe(0);
        expect(parts.every(({ requests }) => requests.every(({ signal }) => signal.aborted))).toBe(true);
      },
    ),
    { numRuns: 300, seed: 20 },
  );
});

it('however often voices that tell their times break off, each word is given once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.float({ min: 0, max: 4, noNaN: true }), { maxLength: 3 }), async (breaks) => {
      const clock = createVirtualClock();
      const parts = [...breaks, undefined].map((words, index) =>
        createScriptedVoice(clock, `voice ${index}`, ({ text: asked }) => {
          const all = asked.split(' ').length;
          return words === undefined || words >= all
            ? [{ do: 'tellTimes' }, { do: 'audio', words: all }, { do: 'done' }]
            : [{ do: 'tellTimes' }, { do: 'audio', words }, { do: 'fail' }];
        }),
      );
      const heard = listen(clock, create(clock, parts));
      await clock.advance(60_000);
      expect(heard.calls.at(-1)).toBe('done');
      expect(heard.words.map((word) => word.text).join(' ')).toBe(text);
      for (const [index, { startMs }] of heard.words.entries()) {
        expect(startMs).toBeGreaterThanOrEqual((heard.words[index - 1]?.endMs ?? 0) - 10);
      }
    }),
    { seed: 20 },
  );
});
