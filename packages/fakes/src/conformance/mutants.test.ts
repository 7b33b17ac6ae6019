import type { Recognizer, RecognizerEvent, RecognizerStream } from '@parley/engine/ports/recognizer.ts';
import type { SynthesisRequest, SynthesisSink, Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { deepgramProvider } from '@parley/speech/deepgram/deepgram-provider.ts';
import { describe, expect, test } from 'vitest';
import { deepgramFake } from '../deepgram/deepgram-fake.ts';
import { fakeKey } from '../fake-vendor.ts';
import { registerRecognizerCases } from './describe-recognizer.ts';
import { registerSynthesizerCases } from './describe-synthesizer.ts';
import type { RecognizerCase, SynthesizerCase } from './subject.ts';

// The suites are tested themselves: a right engine passes each case, and one that is wrong in one way fails the case of it.
const { deepgram: ear } = deepgramProvider.recognizers;
const { deepgram: voice } = deepgramProvider.synthesizers;
if (ear === undefined || voice === undefined) throw new Error('The provider hears and speaks.');

type Tell = (event: RecognizerEvent) => void;

/** A recogniser that is wrong: what it tells, or what it is called with. */
interface EarMutant {
  readonly fails: RecognizerCase;
  readonly tell?: (event: RecognizerEvent, tell: Tell) => void;
  readonly stream?: (stream: RecognizerStream, tell: Tell) => RecognizerStream;
  readonly ignoresAbort?: boolean;
}

const earMutants: Readonly<Record<string, EarMutant>> = {
  'tells every final twice': {
    fails: 'utterance',
    tell(event, tell) {
      tell(event);
      if (event.type === 'final') tell(event);
    },
  },
  'tells a partial after the final': {
    fails: 'utterance',
    tell(event, tell) {
      tell(event);
      if (event.type === 'final') tell({ type: 'partial', text: event.text });
    },
  },
  'is sure beyond all measure': {
    fails: 'pauses',
    tell: (event, tell) => tell(event.type === 'final' ? { ...event, confidence: 95 } : event),
  },
  'counts word times from somewhere else': {
    fails: 'wordTimes',
    tell: (event, tell) =>
      tell(
        event.type === 'final'
          ? { ...event, words: event.words.map((word) => ({ ...word, startMs: word.startMs + 100 })) }
          : event,
      ),
  },
  'keeps silent about silence': {
    fails: 'silence',
    tell(event, tell) {
      if (event.type === 'final' && event.text === '') tell({ ...event, text: 'huh' });
      else tell(event);
    },
  },
  'tells from inside a call': {
    fails: 'ownTurn',
    stream: (stream, tell) => ({
      ...stream,
      utteranceStarted(preRoll) {
        stream.utteranceStarted(preRoll);
        tell({ type: 'partial', text: 'at once' });
      },
    }),
  },
  'leaves out the pre-roll': {
    fails: 'wordTimes',
    stream: (stream) => ({ ...stream, utteranceStarted: () => stream.utteranceStarted([]) }),
  },
  'does not let go when it is aborted': { fails: 'abort', ignoresAbort: true },
  'opens for who is gone': { fails: 'abortedBefore', ignoresAbort: true },
  'calls every failure the same': {
    fails: 'unauthorized',
    tell: (event, tell) => tell(event.type === 'failed' ? { ...event, code: 'provider_failed' } : event),
  },
  'takes a limit for a wrong key': {
    fails: 'rateLimited',
    tell: (event, tell) => tell(event.type === 'failed' ? { ...event, code: 'provider_unauthorized' } : event),
  },
  'forgets for how long it is to wait': {
    fails: 'rateLimited',
    tell: (event, tell) => tell(event.type === 'failed' ? { ...event, retryAfterMs: undefined } : event),
  },
  'makes an empty final of a break': {
    fails: 'silent',
    tell(event, tell) {
      if (event.type !== 'failed') return tell(event);
      tell({ type: 'final', text: '', confidence: 0, rejected: false, endsTurn: false, words: [], processingMs: 0 });
    },
  },
};

function wrongEar(inner: Recognizer, { tell = (event, on) => on(event), stream, ignoresAbort }: EarMutant): Recognizer {
  return {
    name: inner.name,
    prepare: (vocabulary, signal) => inner.prepare(vocabulary, signal),
    close: () => inner.close(),
    open(options, onEvent) {
      const signal = ignoresAbort ? new AbortController().signal : options.signal;
      const opened = inner.open({ ...options, signal }, (event) => tell(event, onEvent));
      return stream?.(opened, onEvent) ?? opened;
    },
  };
}

/** A voice that is wrong: its sink, or its request. */
interface VoiceMutant {
  readonly fails: SynthesizerCase;
  readonly sink?: (sink: SynthesisSink) => SynthesisSink;
  readonly request?: (request: SynthesisRequest) => SynthesisRequest;
}

const voiceMutants: Readonly<Record<string, VoiceMutant>> = {
  'loses the last sample of each chunk': {
    fails: 'sentence',
    sink: (sink) => ({ ...sink, audio: (samples) => sink.audio(samples.subarray(0, -1)) }),
  },
  'clicks where chunks meet': {
    fails: 'sentence',
    sink: (sink) => ({
      ...sink,
      audio: (samples) => sink.audio(samples.map((sample, at) => (at === 0 ? sample + 3000 : sample))),
    }),
  },
  'turns bytes over in short chunks': {
    fails: 'oddChunks',
    sink: (sink) => ({
      ...sink,
      audio: (samples) => sink.audio(samples.length < 400 ? samples.map((sample) => sample >> 1) : samples),
    }),
  },
  'ends twice': {
    fails: 'sentence',
    sink: (sink) => ({
      ...sink,
      done() {
        sink.done();
        sink.done();
      },
    }),
  },
  'takes a break for the end': { fails: 'break', sink: (sink) => ({ ...sink, failed: () => sink.done() }) },
  'takes silence for the end': { fails: 'silent', sink: (sink) => ({ ...sink, failed: () => sink.done() }) },
  'calls every failure the same': {
    fails: 'unauthorized',
    sink: (sink) => ({ ...sink, failed: (_code, message) => sink.failed('provider_failed', message) }),
  },
  'forgets for how long it is to wait': {
    fails: 'rateLimited',
    sink: (sink) => ({ ...sink, failed: (code, message) => sink.failed(code, message) }),
  },
  'does not let go when it is aborted': {
    fails: 'abort',
    request: (request) => ({ ...request, signal: new AbortController().signal }),
  },
  'says something else': { fails: 'together', request: (request) => ({ ...request, text: 'one two three' }) },
};

function wrongVoice(inner: Synthesizer, { sink, request }: VoiceMutant): Synthesizer {
  return {
    name: inner.name,
    voices: inner.voices,
    close: () => inner.close(),
    synthesize: (given, on) => inner.synthesize(request?.(given) ?? given, sink?.(on) ?? on),
  };
}

describe('a recogniser that', () => {
  for (const [how, mutant] of Object.entries(earMutants)) {
    test(`${how} fails where it should`, async () => {
      const run = casesOf<RecognizerCase>((register) =>
        registerRecognizerCases(
          {
            name: 'wrong',
            fake: deepgramFake,
            abilities: ear.abilities,
            create: (url, context) => wrongEar(ear.create({ apiKey: fakeKey, baseUrl: url }, {}, context), mutant),
          },
          register,
        ),
      );
      await expect(run(mutant.fails)).rejects.toThrow();
    });
  }
});

describe('a voice that', () => {
  for (const [how, mutant] of Object.entries(voiceMutants)) {
    test(`${how} fails where it should`, async () => {
      const run = casesOf<SynthesizerCase>((register) =>
        registerSynthesizerCases(
          {
            name: 'wrong',
            fake: deepgramFake,
            abilities: voice.abilities,
            create: (url, context, timeoutMs) =>
              wrongVoice(
                voice.create(
                  { apiKey: fakeKey, baseUrl: url },
                  { transport: 'rest', firstAudioTimeoutMs: timeoutMs, stallTimeoutMs: timeoutMs },
                  context,
                ),
                mutant,
              ),
          },
          register,
        ),
      );
      await expect(run(mutant.fails)).rejects.toThrow();
    });
  }
});

/** Runs a case by its key. */
function casesOf<Case extends string>(
  collect: (
    register: (key: Case, title: string, how: { run: () => Promise<void> } | { skipped: string }) => void,
  ) => void,
): (key: Case) => Promise<void> {
  const cases = new Map<Case, () => Promise<void>>();
  collect((key, _title, how) => {
    if ('run' in how) cases.set(key, how.run);
  });
  return async (key) => {
    const run = cases.get(key);
    if (run === undefined) throw new Error(`${key} is not a case of it.`);
    await run();
  };
}
