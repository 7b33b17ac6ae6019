import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect } from './effect.ts';
import type { ReplyId, TurnEvent, UtteranceId } from './event.ts';
import { turnDefaults } from './options.ts';
import { conversationState, initialState, type TurnState } from './state.ts';
import { step } from './step.ts';
import { createStage } from './testing/stage.ts';

const reply = (id: number) => id as ReplyId;
const utterance = (id: number) => id as UtteranceId;

/** Any event at all, in no sensible order: late, doubled, of replies and utterances that never were. */
const anyEvent: fc.Arbitrary<Omit<TurnEvent, 'atMs'>> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom({ type: 'audioAttached', playoutDelayMs: 60, echo: 'possible' }, { type: 'audioLost' }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('playoutDelayChanged'), playoutDelayMs: fc.nat(5000) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('clientsChanged'), count: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('voiceStarted'), utteranceId: ids(utterance) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom('voiceStopped', 'pushToTalkEnded'),
      utteranceId: ids(utterance),
      speechEndedAtMs: fc.nat(60_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('pushToTalkStarted'), utteranceId: ids(utterance) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('partial'), utteranceId: ids(utterance), text: texts() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('final'),
      utteranceId: ids(utterance),
      text: texts(),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      rejected: fc.boolean(),
      endsTurn: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('eagerEndOfTurn'),
      utteranceId: ids(utterance),
      text: texts(),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('turnResumed'), utteranceId: ids(utterance) }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('digitPressed'), digit: fc.constantFrom('1', '2', '#', '*') }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('textTyped'), text: texts(), messageId: fc.string() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('agentSaid'),
      replyId: ids(reply),
      text: texts(),
      tone: fc.constant(undefined),
      interruptible: fc.boolean(),
      ssml: fc.constant(undefined),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('agentWaits'),
      replyId: ids(reply),
      upToMs: fc.constantFrom(-1, 0, 5000, 1e9),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('agentActed'),
      replyId: ids(reply),
      name: fc.constant('booked'),
      data: fc.constant({}),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('agentFinished'),
      replyId: ids(reply),
      memory: fc.constant({}),
      expects: fc.constantFrom(undefined, 'phone', 'yes-no'),
      end: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('agentFailed'), replyId: ids(reply), code: fc.constant('x') }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('synthesized'),
      replyId: ids(reply),
      sentence: fc.nat(3),
      audioMs: fc.nat(5000),
      words: fc.constant([]),
      done: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('synthesisFailed'),
      replyId: ids(reply),
      sentence: fc.nat(3),
      code: fc.constant('x'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constantFrom('sentenceStarted', 'sentencePlayed'),
      replyId: ids(reply),
      sentence: fc.nat(3),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('playoutPosition'),
      replyId: ids(reply),
      sentence: fc.nat(3),
      playedMs: fc.nat(5000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom('recorded', 'recordFailed'),
      turnNumber: fc.nat(9),
      replyId: ids(reply),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom({ type: 'recognizerFailed', code: 'x' }) },
  { weight: 6, arbitrary: fc.constant({ type: 'timer' }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('lineHeld'), isHeld: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constantFrom({ type: 'hungUp' }, { type: 'shutdown' }, { type: 'shutdownNear' }) },
) as fc.Arbitrary<Omit<TurnEvent, 'atMs'>>;

function ids<T>(brand: (id: number) => T): fc.Arbitrary<T> {
  return fc.integer({ min: 1, max: 6 }).map(brand);
}

function texts(): fc.Arbitrary<string> {
  return fc.constantFrom(
    '',
    'yes',
    'uh huh',
    'i would like a',
    'friday at three',
    'Sure. What time? ',
    'Fine. ',
    '415',
  );
}

interface Run {
  readonly states: readonly TurnState[];
  readonly effects: readonly Effect[];
}

function run(events: readonly [number, Omit<TurnEvent, 'atMs'>][]): Run {
  let state = initialState(turnDefaults, 'audio', undefined, 0);
  const states: TurnState[] = [];
  const effects: Effect[] = [];
  let atMs = 0;
  for (const [delayMs, event] of [[0, { type: 'started' }] as const, ...events]) {
    atMs += delayMs;
    const result = step(state, { ...event, atMs } as TurnEvent);
    state = result.state;
    states.push(state);
    effects.push(...result.effects);
  }
  return { states, effects };
}

describe('a final that comes before the voice has stopped', () => {
  it('does not keep the turn from ending', () => {
    const id = utterance(1);
    const { states } = run([
      [0, { type: 'audioAttached', playoutDelayMs: 0, echo: 'cancelled' }],
      [10, { type: 'agentFinished', replyId: reply(1), memory: {}, expects: undefined, end: false }],
      [10, { type: 'voiceStarted', utteranceId: id }],
      [
        500,
        { type: 'final', utteranceId: id, text: 'a haircut please', confidence: 1, rejected: false, endsTurn: false },
      ],
      [500, { type: 'voiceStopped', utteranceId: id, speechEndedAtMs: 800 }],
      [500, { type: 'timer' }],
    ] as [number, Omit<TurnEvent, 'atMs'>][]);
    expect(states.at(-1)?.reply?.caller?.text).toBe('a haircut please');
  });
});

describe('a timer that rings too early', () => {
  it('is asked for again', () => {
    const id = utterance(1);
    const { effects } = run([
      [0, { type: 'audioAttached', playoutDelayMs: 0, echo: 'cancelled' }],
      [10, { type: 'agentFinished', replyId: reply(1), memory: {}, expects: undefined, end: false }],
      [10, { type: 'voiceStarted', utteranceId: id }],
      [500, { type: 'voiceStopped', utteranceId: id, speechEndedAtMs: 320 }],
      [
        10,
        { type: 'final', utteranceId: id, text: 'a haircut please', confidence: 1, rejected: false, endsTurn: false },
      ],
      [89.9, { type: 'timer' }],
    ] as [number, Omit<TurnEvent, 'atMs'>][]);
    expect(effects.at(-1)).toEqual({ type: 'wakeAt', atMs: 620 });
  });
});

describe('whatever happens, in whatever order', () => {
  const timeline = fc.array(fc.tuple(fc.nat(4000), anyEvent), { maxLength: 120 });

  it('a reply that was abandoned is never heard of again', () => {
    fc.assert(
      fc.property(timeline, (events) => {
        const abandoned = new Set<ReplyId>();
        for (const effect of run(events).effects) {
          if (effect.type === 'abandon') abandoned.add(effect.replyId);
          if (effect.type === 'play' || effect.type === 'synthesize' || effect.type === 'resume') {
            expect(abandoned.has(effect.replyId)).toBe(false);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('replies think one after the other, each with a number of its own', () => {
    fc.assert(
      fc.property(timeline, (events) => {
        const thoughts = run(events).effects.filter((effect) => effect.type === 'think');
        const numbers = thoughts.map((effect) => effect.replyId);
        expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      }),
      { numRuns: 300 },
    );
  });

  it('the conversation ends at most once, and nothing follows', () => {
    fc.assert(
      fc.property(timeline, (events) => {
        const { effects } = run(events);
        const end = effects.findIndex((effect) => effect.type === 'end');
        if (end >= 0) expect(end).toBe(effects.length - 1);
      }),
      { numRuns: 300 },
    );
  });

  it('it never sounds while the floor is held, and pauses and resumes take turns', () => {
    fc.assert(
      fc.property(timeline, (events) => {
        let paused = false;
        for (const effect of run(events).effects) {
          if (effect.type === 'pause') {
            expect(paused).toBe(false);
            paused = true;
          }
          if (effect.type === 'resume') {
            expect(paused).toBe(true);
            paused = false;
          }
          if (effect.type === 'clear') paused = false;
          if (effect.type === 'play') expect(paused).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('something is always due: no state waits for what may never come', () => {
    fc.assert(
      fc.property(timeline, (events) => {
        for (const state of run(events).states) {
          // The caller's voice and the playout are watched by the driver; everything else needs a timer.
          const watched = state.caller.kind === 'speaking' || state.reply !== undefined;
          if (state.life.kind === 'open' && !watched) expect(state.wakeAtMs).toBeDefined();
          if (conversationState(state) === 'waiting') expect(state.wakeAtMs).toBeDefined();
        }
      }),
      { numRuns: 300 },
    );
  });

  it('it neither sounds nor reminds anybody while the caller holds the line', () => {
    fc.assert(
      fc.property(timeline, (events) => {
        let isHeld = false;
        let state = initialState(turnDefaults, 'audio', undefined, 0);
        let atMs = 0;
        for (const [delayMs, event] of [[0, { type: 'started' }] as const, ...events]) {
          atMs += delayMs;
          const wasAttached = state.audio.kind === 'attached';
          const result = step(state, { ...event, atMs } as TurnEvent);
          state = result.state;
          if (event.type === 'lineHeld') isHeld = wasAttached && state.audio.kind === 'attached' && state.audio.isHeld;
          if (event.type === 'audioAttached' || event.type === 'audioLost') isHeld = false;
          if (!isHeld) continue;
          for (const effect of result.effects) {
            expect(effect.type).not.toBe('play');
            if (effect.type === 'think') expect(['reprompt', 'farewell']).not.toContain(effect.cue.type);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('the same events give the same conversation', () => {
    fc.assert(
      fc.property(timeline, (events) => {
        expect(run(events)).toEqual(run(events));
      }),
      { numRuns: 50 },
    );
  });
});

describe('words that must not be kept', () => {
  it('are gone from screens, history and record as soon as the agent says so, and stay with a turn that is taken back', () => {
    const stage = createStage();
    stage.answer('What is your PIN?');
    stage.wait(5000);
    const voice = stage.voice();
    stage.stop(voice, 'four eight two one.');
    stage.wait(1000);
    const replyId = stage.state.reply?.id;
    if (replyId === undefined) throw new Error('The turn was not committed.');
    expect(stage.state.history.at(-1)).toEqual({ speaker: 'caller', text: 'four eight two one.' });
    const understanding = { intent: undefined, confidence: 0, entities: [], retold: '•••' };
    stage.send({ type: 'agentUnderstood', replyId, understanding });
    expect(stage.of('tell').at(-1)?.notice).toMatchObject({ type: 'transcript', text: '•••', isFinal: true });
    expect(stage.state.history.at(-1)).toEqual({ speaker: 'caller', text: '•••' });
    stage.answer('Thank you.');
    stage.send({ type: 'hungUp' });
    expect(stage.of('record').at(-1)?.turn.caller?.text).toBe('•••');
  });
});
