import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Recognizer, RecognizerEvent, RecognizerOptions, RecognizerStream } from '../ports/recognizer.ts';
import { createVirtualClock, type VirtualClock } from '../simulation/virtual-clock.ts';
import { breakerDefaults } from './breaker.ts';
import type { FallbackError } from './fallback-error.ts';
import { createFallbackRecognizer, fallbackRecognizerDefaults } from './fallback-recognizer.ts';
import { createScriptedEngine, type EngineDeed, hangs, wordFrame, works } from './testing/scripted-engine.ts';

const { finalTimeoutMs, prepareGraceMs, prepareRetryMs, prepareTimeoutMs, keptAudioMs } = fallbackRecognizerDefaults;
const vocabulary = { id: 'v', phrases: ['hello'], contexts: {} };
const never = new AbortController().signal;

function create(clock: VirtualClock, parts: readonly Recognizer[], errors: FallbackError[] = []): Recognizer {
  return createFallbackRecognizer(parts, fallbackRecognizerDefaults, clock, (error) => errors.push(error));
}

/** Opens a stream and notes all that came. */
function listen(recognizer: Recognizer, signal: AbortSignal = never) {
  const events: RecognizerEvent[] = [];
  /** Events that came from inside a call, which the port forbids. */
  const inside: string[] = [];
  let inCall = false;
  const stream = recognizer.open({ language: 'en-US', vocabularyId: 'v', signal }, (event) => {
    if (inCall) inside.push(event.type);
    events.push(event);
  });
  const guarded = (act: () => void) => {
    inCall = true;
    act();
    inCall = false;
  };
  return {
    events,
    inside,
    get finals() {
      return events.flatMap((event) => (event.type === 'final' ? [event.text] : []));
    },
    get failures() {
      return events.flatMap((event) => (event.type === 'failed' ? [event.code] : []));
    },
    expect: (context: string) => guarded(() => stream.expect(context)),
    begin: (...words: number[]) => guarded(() => stream.utteranceStarted(words.map(wordFrame))),
    say: (...words: number[]) =>
      guarded(() => {
        for (const word of words) stream.write(wordFrame(word));
      }),
    end: () => guarded(() => stream.utteranceEnded()),
  };
}

async function prepared(clock: VirtualClock, parts: readonly Recognizer[], errors: FallbackError[] = []) {
  const recognizer = create(clock, parts, errors);
  await recognizer.prepare(vocabulary, never);
  return recognizer;
}

describe('no words are lost', () => {
  it.each<[string, EngineDeed]>([
    ['fails in the middle', { ...works, breaksAtWord: { word: 3, how: 'fails' } }],
    ['throws in the middle', { ...works, breaksAtWord: { word: 3, how: 'throws' } }],
    ['hangs after the end', hangs],
    ['fails after the end', { ...works, afterEnd: 'failure' }],
    ['throws at the end', { ...works, afterEnd: 'throw' }],
  ])('when the first engine %s', async (_, deed) => {
    const clock = createVirtualClock();
    const errors: FallbackError[] = [];
    const second = createScriptedEngine(clock, 'second', () => works);
    const ear = listen(await prepared(clock, [createScriptedEngine(clock, 'first', () => deed), second], errors));
    ear.expect('digits');
    ear.begin(1, 2);
    ear.say(3, 4);
    await clock.advance(100);
    ear.say(5);
    ear.end();
    // What the agent asks next is not what this utterance was said to.
    ear.expect('name');
    await clock.advance(finalTimeoutMs + 500);
    expect(ear.finals).toEqual(['1 2 3 4 5']);
    expect(second.contexts).toEqual(['digits']);
    expect(errors).toHaveLength(1);
    ear.begin(6);
    ear.end();
    await clock.advance(100);
    expect(ear.finals).toEqual(['1 2 3 4 5', '6']);
    expect(second.contexts).toEqual(['digits', 'name']);
  });

  it('when the engine hangs for one utterance and the caller says the next meanwhile', async () => {
    const clock = createVirtualClock();
    const first = createScriptedEngine(clock, 'first', () => hangs);
    const ear = listen(await prepared(clock, [first, createScriptedEngine(clock, 'second', () => works)]));
    ear.begin(1);
    ear.end();
    await clock.advance(finalTimeoutMs - 100);
    ear.begin(2);
    await clock.advance(300);
    ear.say(3);
    ear.end();
    await clock.advance(1000);
    expect(ear.finals).toEqual(['1', '2 3']);
  });

  it('when the engine forgets one utterance and answers the next', async () => {
    const clock = createVirtualClock();
    const first = createScriptedEngine(clock, 'first', (n) => (n === 0 ? hangs : works));
    const ear = listen(await prepared(clock, [first, createScriptedEngine(clock, 'second', () => works)]));
    for (const word of [1, 2]) {
      ear.begin(word);
      ear.end();
    }
    await clock.advance(finalTimeoutMs + 1000);
    expect(ear.finals).toEqual(['1', '2']);
  });

  it('but the sound that is kept has a bound', async () => {
    const clock = createVirtualClock();
    const second = createScriptedEngine(clock, 'second', () => works);
    const ear = listen(await prepared(clock, [createScriptedEngine(clock, 'first', () => hangs), second]));
    ear.begin();
    for (let n = 0; n < 3000; n += 1) ear.say(n % 1000);
    ear.end();
    await clock.advance(60_000);
    expect(ear.finals[0]?.split(' ')).toHaveLength(keptAudioMs / 20);
  });
});

it('nothing is waited for any more once the caller is gone', async () => {
  const clock = createVirtualClock();
  const ours = clock.share();
  const recognizer = createFallbackRecognizer(
    [createScriptedEngine(clock, 'first', () => hangs)],
    fallbackRecognizerDefaults,
    ours,
    () => {},
  );
  await recognizer.prepare(vocabulary, never);
  const caller = new AbortController();
  const ear = listen(recognizer, caller.signal);
  ear.begin(1);
  ear.end();
  expect(ours.pending).toBe(1);
  caller.abort();
  expect(ours.pending).toBe(0);
  await clock.advance(60_000);
  expect(ear.events).toEqual([]);
});

describe('an engine is left alone', () => {
  it('not for being quiet while the caller speaks for long', async () => {
    const clock = createVirtualClock();
    const second = createScriptedEngine(clock, 'second', () => works);
    const ear = listen(await prepared(clock, [createScriptedEngine(clock, 'first', () => works), second]));
    ear.begin(1);
    await clock.advance(25_000);
    ear.end();
    await clock.advance(100);
    expect(ear.finals).toEqual(['1']);
    expect(second.opened).toBe(0);
  });

  it('by later conversations when it hung again and again', async () => {
    const clock = createVirtualClock();
    const first = createScriptedEngine(clock, 'first', () => hangs);
    const recognizer = await prepared(clock, [first, createScriptedEngine(clock, 'second', () => works)]);
    for (let n = 0; n < breakerDefaults.failuresToOpen; n += 1) {
      const ear = listen(recognizer);
      ear.begin(1);
      ear.end();
      await clock.advance(finalTimeoutMs + 500);
      expect(ear.finals).toEqual(['1']);
    }
    const ear = listen(recognizer);
    ear.begin(1);
    ear.end();
    await clock.advance(100);
    expect(ear.finals).toEqual(['1']);
    expect(first.opened).toBe(breakerDefaults.failuresToOpen);
  });

  it('by later conversations when it lost patience with its vendor before the chain did, where one time-out is enough', async () => {
    const clock = createVirtualClock();
    const impatient = createScriptedEngine(clock, 'first', () => hangs);
    const first: Recognizer = {
      ...impatient,
      open(options, onEvent) {
        const stream = impatient.open(options, onEvent);
        const giveUp = () => onEvent({ type: 'failed', code: 'provider_timed_out', message: 'Silent.' });
        return { ...stream, utteranceEnded: () => void clock.wakeAt(clock.nowMs() + finalTimeoutMs - 200, giveUp) };
      },
    };
    const options = { ...fallbackRecognizerDefaults, breaker: { ...breakerDefaults, hangsToOpen: 1 } };
    const second = createScriptedEngine(clock, 'second', () => works);
    const recognizer = createFallbackRecognizer([first, second], options, clock, () => {});
    await recognizer.prepare(vocabulary, never);
    for (const withinMs of [finalTimeoutMs, 100]) {
      const ear = listen(recognizer);
      ear.begin(1);
      ear.end();
      await clock.advance(withinMs);
      expect(ear.finals).toEqual(['1']);
    }
    expect(impatient.opened).toBe(1);
  });

  it('until it could be prepared, which is tried again', async () => {
    const clock = createVirtualClock();
    const errors: FallbackError[] = [];
    const first = createScriptedEngine(
      clock,
      'first',
      () => works,
      async (_, n) => {
        if (n === 0) throw new Error('The script says so.');
      },
    );
    const second = createScriptedEngine(clock, 'second', () => works);
    const recognizer = await prepared(clock, [first, second], errors);
    expect(errors.map(({ code }) => code)).toEqual(['part_not_prepared']);
    listen(recognizer);
    expect([first.opened, second.opened]).toEqual([0, 1]);
    await clock.advance(prepareRetryMs);
    listen(recognizer);
    await clock.advance(0);
    listen(recognizer);
    expect(first.prepared).toBe(2);
    expect(first.opened).toBe(1);
  });
});

describe('a server starts', () => {
  it('when one engine is ready and another one hangs, which comes in when it is ready after all', async () => {
    const clock = createVirtualClock();
    const slow = Promise.withResolvers<void>();
    const first = createScriptedEngine(
      clock,
      'first',
      () => works,
      () => slow.promise,
    );
    const recognizer = create(clock, [first, createScriptedEngine(clock, 'second', () => works)]);
    let ready = false;
    void recognizer.prepare(vocabulary, never).then(() => {
      ready = true;
    });
    await clock.advance(prepareGraceMs - 1);
    expect(ready).toBe(false);
    await clock.advance(1);
    expect(ready).toBe(true);
    slow.resolve();
    await clock.advance(0);
    listen(recognizer);
    expect(first.opened).toBe(1);
  });

  it('not without any, and says so in time', async () => {
    const clock = createVirtualClock();
    const parts = [
      createScriptedEngine(
        clock,
        'first',
        () => works,
        () => Promise.reject(new Error('broken')),
      ),
      createScriptedEngine(
        clock,
        'second',
        () => works,
        () => new Promise(() => {}),
      ),
    ];
    const failure = expect(create(clock, parts).prepare(vocabulary, never)).rejects.toMatchObject({
      code: 'parts_exhausted',
    });
    await clock.advance(prepareTimeoutMs);
    await failure;
  });

  it('not any more once it is told to stop', async () => {
    const clock = createVirtualClock();
    const parts = [
      createScriptedEngine(
        clock,
        'first',
        () => works,
        () => new Promise(() => {}),
      ),
    ];
    const stop = new AbortController();
    const failure = expect(create(clock, parts).prepare(vocabulary, stop.signal)).rejects.toThrow('stop');
    stop.abort(new Error('stop'));
    await failure;
  });
});

describe('an engine that models turns', () => {
  /** What it says, the test decides. */
  function createTurnEngine(clock: VirtualClock) {
    const quiet: RecognizerStream = { expect() {}, utteranceStarted() {}, write() {}, utteranceEnded() {} };
    const engine = {
      ...createScriptedEngine(clock, 'turns', () => works),
      tell: (_: RecognizerEvent): void => {},
      open: (_: RecognizerOptions, onEvent: (event: RecognizerEvent) => void) => {
        engine.tell = onEvent;
        return quiet;
      },
    };
    return engine;
  }
  const final = (text: string, endsTurn: boolean): RecognizerEvent => ({
    type: 'final',
    text,
    confidence: 0.9,
    rejected: false,
    endsTurn,
    words: [],
    processingMs: 1,
  });

  it('has its early end of turn taken back when it does not live to confirm it', async () => {
    const clock = createVirtualClock();
    const first = createTurnEngine(clock);
    const ear = listen(await prepared(clock, [first, createScriptedEngine(clock, 'second', () => works)]));
    ear.begin(1);
    first.tell({ type: 'eagerEndOfTurn', text: '1', confidence: 0.8 });
    first.tell({ type: 'failed', code: 'gone', message: 'Gone.' });
    ear.end();
    await clock.advance(100);
    expect(ear.events.map(({ type }) => type)).toEqual(['eagerEndOfTurn', 'turnResumed', 'final']);
  });

  it('may end a turn while the voice goes on, and what follows is not lost when it fails then', async () => {
    const clock = createVirtualClock();
    const first = createTurnEngine(clock);
    const ear = listen(await prepared(clock, [first, createScriptedEngine(clock, 'second', () => works)]));
    ear.begin(1);
    ear.say(2);
    first.tell(final('1 2', false));
    first.tell(final('1 2', true));
    ear.say(3);
    first.tell({ type: 'partial', text: '3' });
    first.tell({ type: 'failed', code: 'gone', message: 'Gone.' });
    ear.say(4);
    ear.end();
    await clock.advance(100);
    expect(ear.finals).toEqual(['1 2', '3 4']);
  });
});

describe('when all engines fail', () => {
  it('the stream fails once, and the next stream tries them again', async () => {
    const clock = createVirtualClock();
    const part = (name: string) =>
      createScriptedEngine(clock, name, (n) => (n === 0 ? { ...works, afterEnd: 'failure' } : works));
    const recognizer = await prepared(clock, [part('first'), part('second')]);
    const ear = listen(recognizer);
    ear.begin(1);
    ear.end();
    await clock.advance(10_000);
    expect(ear.failures).toEqual(['recognizers_exhausted']);
    expect(ear.finals).toEqual([]);
    const next = listen(recognizer);
    next.begin(2);
    next.end();
    await clock.advance(1000);
    expect(next.finals).toEqual(['2']);
  });

  it('a closed one says so, to open streams as well', async () => {
    const clock = createVirtualClock();
    const recognizer = await prepared(clock, [createScriptedEngine(clock, 'first', () => works)]);
    const open = listen(recognizer);
    await recognizer.close();
    const later = listen(recognizer);
    await clock.advance(0);
    expect(open.failures).toEqual(['recognizer_closed']);
    expect(later.failures).toEqual(['recognizer_closed']);
  });
});

const breaksAtWord = fc.record({ word: fc.integer({ min: 1, max: 12 }), how: fc.constantFrom('fails', 'throws') });
/** Fails in all ways, but says no final that is none. */
const honest: fc.Arbitrary<EngineDeed> = fc.record(
  {
    breaksAtWord,
    afterEnd: fc.constantFrom('final', 'final', 'final', 'nothing', 'failure', 'throw'),
    finalDelayMs: fc.nat(2000),
  },
  { requiredKeys: ['afterEnd', 'finalDelayMs'] },
);
const any: fc.Arbitrary<EngineDeed> = fc.record(
  {
    breaksAtWord,
    afterEnd: fc.constantFrom('final', 'twoFinals', 'nothing', 'failure', 'throw'),
    finalDelayMs: fc.nat(2000),
    talksOutOfTurn: fc.boolean(),
  },
  { requiredKeys: ['afterEnd', 'finalDelayMs'] },
);
const engineScripts = (deed: fc.Arbitrary<EngineDeed>) =>
  fc.array(fc.array(deed, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 });

it('whatever the engines do, finals come one for an utterance and in order, or the stream fails, and nothing stays', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(engineScripts(honest), engineScripts(any)),
      fc.array(fc.record({ words: fc.integer({ min: 1, max: 4 }), pauseMs: fc.nat(3000) }), { maxLength: 5 }),
      async (scripts, utterances) => {
        const clock = createVirtualClock();
        const ours = clock.share();
        const engines = scripts.map((script, index) =>
          createScriptedEngine(clock, `engine ${index}`, (n) => script[n % script.length] ?? works),
        );
        const recognizer = createFallbackRecognizer(engines, fallbackRecognizerDefaults, ours, () => {});
        await recognizer.prepare(vocabulary, never);
        const caller = new AbortController();
        const ear = listen(recognizer, caller.signal);
        let word = 0;
        const said: string[] = [];
        for (const { words, pauseMs } of utterances) {
          const spoken = Array.from({ length: words }, () => (word += 1));
          said.push(spoken.join(' '));
          ear.begin();
          for (const one of spoken) {
            ear.say(one);
            await clock.advance(100);
          }
          ear.end();
          await clock.advance(pauseMs);
        }
        await clock.advance(60_000);
        if (ear.failures.length === 0) expect(ear.finals).toHaveLength(said.length);
        expect(ear.failures.length).toBeLessThanOrEqual(1);
        if (ear.failures.length === 1) expect(ear.events.at(-1)?.type).toBe('failed');
        // Nobody can tell the second final of an utterance from the first of the next when both have ended.
        const isHonest = scripts.flat().every((one) => one.afterEnd !== 'twoFinals' && !one.talksOutOfTurn);
        if (isHonest) expect(ear.finals).toEqual(said.slice(0, ear.finals.length));
        expect(ear.inside).toEqual([]);
        const events = ear.events.length;
        caller.abort();
        expect(ours.pending).toBe(0);
        await clock.advance(60_000);
        expect(ear.events).toHaveLength(events);
        expect(ours.pending).toBe(0);
        expect(engines.every(({ signals }) => signals.every(({ aborted }) => aborted))).toBe(true);
      },
    ),
    { numRuns: 300, seed: 20 },
  );
});
