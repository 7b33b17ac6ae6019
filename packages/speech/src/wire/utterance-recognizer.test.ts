import type { Recognizer, RecognizerEvent } from '@parley/engine/ports/recognizer.ts';
import { createSteerableClock, turns } from '@parley/fakes/conformance/steerable-clock.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createUtteranceRecognizer,
  type UtteranceEngine,
  type UtteranceRecognizerOptions,
  type UtteranceRequest,
  type UtteranceSink,
} from './utterance-recognizer.ts';

/** An engine whose every word is said by the test. */
interface Begun {
  readonly request: UtteranceRequest;
  readonly sink: UtteranceSink;
  frames: number;
  hasEnded: boolean;
  cancelled: 'unwanted' | 'late' | undefined;
}

let clock = createSteerableClock();
let begun: Begun[] = [];
let atBegin: (sink: UtteranceSink) => void = () => {};
let closed = 0;
let order: string[] = [];
let events: RecognizerEvent[] = [];
let scope = new AbortController();

beforeEach(() => {
  clock = createSteerableClock();
  begun = [];
  atBegin = () => {};
  closed = 0;
  order = [];
  events = [];
  scope = new AbortController();
});
afterEach(() => clock.close());

const engine: UtteranceEngine = {
  name: 'by hand',
  warmUp() {},
  begin(request, sink) {
    const one: Begun = { request, sink, frames: 0, hasEnded: false, cancelled: undefined };
    begun.push(one);
    atBegin(sink);
    return {
      write() {
        one.frames += 1;
      },
      end() {
        one.hasEnded = true;
      },
      cancel(reason) {
        order.push('cancelled');
        one.cancelled = reason;
      },
    };
  },
  async close() {
    order.push('closed');
    closed += 1;
  },
};

const made = (options: Partial<UtteranceRecognizerOptions> = {}) => createUtteranceRecognizer(engine, clock, options);
const frame = new Int16Array(320);
const open = (recognizer: Recognizer, vocabularyId = 'v') =>
  recognizer.open({ language: 'en-US', vocabularyId, signal: scope.signal }, (event) => events.push(event));
const heard = (text: string) => ({ text, confidence: 0.9, words: [] });
const texts = () => events.map((event) => ('text' in event ? `${event.type} ${event.text}` : event.type));

describe('a caller', () => {
  it('gets finals in the order of what was said, whichever is known first', () => {
    const stream = open(made());
    for (let count = 0; count < 3; count += 1) {
      stream.utteranceStarted([frame]);
      stream.write(frame);
      stream.utteranceEnded();
    }
    begun[1]?.sink.final(heard('second'));
    begun[2]?.sink.partial('thi');
    begun[2]?.sink.final(heard('third'));
    expect(texts()).toEqual([]);
    begun[0]?.sink.final(heard('first'));
    expect(texts()).toEqual(['final first', 'final second', 'final third']);
    expect(begun.map(({ frames }) => frames)).toEqual([2, 2, 2]);
  });

  it('is told what is tentative of one utterance when those before are answered, and once', () => {
    const stream = open(made());
    stream.utteranceStarted([]);
    stream.utteranceEnded();
    stream.utteranceStarted([]);
    begun[1]?.sink.partial('go');
    begun[1]?.sink.partial('go');
    begun[0]?.sink.final(heard('wait'));
    begun[1]?.sink.partial('go on');
    expect(texts()).toEqual(['final wait', 'partial go', 'partial go on']);
  });

  it('is told nothing from inside a call, also of what cannot even begin', async () => {
    atBegin = (sink) => {
      sink.partial('early');
      sink.failed({ code: 'provider_refused', message: 'no', retryAfterMs: 7 });
    };
    const stream = open(made());
    stream.utteranceStarted([]);
    expect(events).toEqual([]);
    await turns(1);
    expect(events.at(-1)).toEqual({ type: 'failed', code: 'provider_refused', message: 'no', retryAfterMs: 7 });
    stream.utteranceStarted([]);
    expect(begun).toHaveLength(1);
  });

  it('is told of an engine that throws as of one that fails', async () => {
    atBegin = () => {
      throw new Error('out of order');
    };
    open(made()).utteranceStarted([]);
    await turns(1);
    expect(events).toEqual([{ type: 'failed', code: 'provider_failed', message: 'out of order' }]);
  });

  it('who is gone is told nothing, and all that was begun is given up', () => {
    const stream = open(made());
    stream.utteranceStarted([]);
    stream.utteranceEnded();
    stream.utteranceStarted([]);
    scope.abort();
    begun[0]?.sink.final(heard('too late'));
    expect(events).toEqual([]);
    expect(begun.map(({ cancelled }) => cancelled)).toEqual(['unwanted', 'unwanted']);
    expect(clock.pending).toBe(0);
  });
});

describe('an engine', () => {
  it('that owes a final for too long is given up', async () => {
    const stream = open(made({ finalTimeoutMs: 700 }));
    stream.utteranceStarted([]);
    await clock.pass(5000);
    expect(events).toEqual([]);
    stream.utteranceEnded();
    await clock.pass(500);
    expect(events).toEqual([]);
    await clock.pass(500);
    expect(events).toMatchObject([{ type: 'failed', code: 'provider_timed_out' }]);
    expect(begun[0]?.cancelled).toBe('late');
  });

  it('that owes too many finals is given up', async () => {
    const stream = open(made({ maxDue: 2 }));
    for (let count = 0; count < 3; count += 1) {
      stream.utteranceStarted([]);
      stream.utteranceEnded();
    }
    await turns(1);
    expect(events).toMatchObject([{ type: 'failed', code: 'provider_timed_out' }]);
  });

  it('knows the vocabulary and what was asked; of vocabularies those used last are kept', async () => {
    const recognizer = made({ maxVocabularies: 2 });
    for (const id of ['a', 'b', 'a', 'c']) {
      await recognizer.prepare({ id, phrases: [id], contexts: {} }, scope.signal);
    }
    for (const id of ['a', 'b', 'c']) {
      const stream = open(recognizer, id);
      stream.expect('day');
      stream.utteranceStarted([]);
    }
    expect(begun.map(({ request }) => request.vocabulary?.id)).toEqual(['a', undefined, 'c']);
    expect(begun[0]?.request).toMatchObject({ language: 'en-US', line: 'wide', context: 'day' });
  });

  it('lets go of what is being heard before its engine is closed', async () => {
    const recognizer = made();
    const stream = open(recognizer);
    stream.utteranceStarted([frame]);
    const closing = recognizer.close();
    expect([closed, begun[0]?.cancelled]).toEqual([0, undefined]);
    await closing;
    expect(order).toEqual(['cancelled', 'closed']);
  });

  it('is closed once; streams that are open fail, new ones too', async () => {
    const recognizer = made();
    open(recognizer).utteranceStarted([]);
    await Promise.all([recognizer.close(), recognizer.close()]);
    open(recognizer).utteranceStarted([]);
    await turns(1);
    expect(events).toMatchObject([{ code: 'recognizer_closed' }, { code: 'recognizer_closed' }]);
    expect(closed).toBe(1);
    await expect(recognizer.prepare({ id: 'v', phrases: [], contexts: {} }, scope.signal)).rejects.toThrow(/closed/);
  });
});
