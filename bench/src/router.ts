import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { SynthesisRequest, Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { registryEngines } from '@parley/speech/router/registry-engines.ts';
import { createSpeechRouter, type SpeechRouter } from '@parley/speech/router/speech-router.ts';
import { streamsOverFakes } from './load/streams-over-fakes.ts';
import { percentile, print } from './statistics.ts';

const streams = 200;
const durationMs = 20_000;
const warmUpMs = 2000;
/** A caller says something for a second, and is answered by two sentences. */
const utteranceFrames = 50;
const engine = 'scripted?delayMs=100';

/** What the router adds to the first byte at 200 streams at once, and what 10,000 streams over fakes leave. About two minutes. */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const added = await addedAtLoad();
  const { engines: left, handles } = await streamsOverFakes(10_000);
  const failed = left.flatMap((engine) => engine.failed);
  print(json, {
    'streams at once': streams,
    'sentences, finals': `${added.voice.length}, ${added.recognition.length}`,
    'added to the first sound, p50 (µs)': percentile(added.voice, 0.5) * 1000,
    'added to the first sound, p99 (µs)': percentile(added.voice, 0.99) * 1000,
    'added to the final, p50 (µs)': percentile(added.recognition, 0.5) * 1000,
    'added to the final, p99 (µs)': percentile(added.recognition, 0.99) * 1000,
    'streams over fakes': left.reduce((sum, { streams }) => sum + streams, 0),
    'of these failed': failed.length,
    ...(failed.length > 0 && { 'failures, the first ten': failed.slice(0, 10).join('; ') }),
    ...Object.fromEntries(
      left.map(({ name, streams, open, kept, atFake }) => [
        `left by ${streams} of ${name}`,
        `${open} streams open, ${kept} connections kept; when closed ${atFake}`,
      ]),
    ),
    'sockets and timers left by all': handles,
  });
}

/** Milliseconds that pass inside the router, on the way to the engine and on the way back, for each sentence and final. */
interface Added {
  readonly voice: number[];
  readonly recognition: number[];
}

async function addedAtLoad(): Promise<Added> {
  const clock = createSystemClock();
  const added: Added = { voice: [], recognition: [] };
  const stamps = new Map<string, Stamps>();
  const router = createSpeechRouter({
    clock,
    onError: (error) => {
      throw error;
    },
    server: { recognizers: [engine], voices: [engine], accounts: {} },
    isPersonal: () => false,
    engines: {
      ...registryEngines,
      createRecognizer: (...made) => stampRecognizer(registryEngines.createRecognizer(...made), stamps),
      createSynthesizer: (...made) => stampVoice(registryEngines.createSynthesizer(...made), stamps),
    },
  });
  const plan = router.plan({}, 'en-US', {});
  await router.prepare(vocabulary, [{ plan, use: { accounts: {} } }], new AbortController().signal);
  const end = new AbortController();
  const startedAtMs = clock.nowMs();
  const note = (values: number[], ms: number) => {
    if (clock.nowMs() - startedAtMs > warmUpMs) values.push(ms);
  };
  const callers = Array.from({ length: streams }, (_, index) =>
    createCaller({ router, clock, stamps, index, plan, signal: end.signal, added, note }),
  );
  await new Promise((resolve) => setTimeout(resolve, warmUpMs + durationMs));
  for (const hangUp of callers) hangUp();
  end.abort();
  await router.close();
  if (added.voice.length < streams || added.recognition.length < streams)
    throw new Error('The callers were not answered.');
  return added;
}

interface Stamps {
  readonly calledAtMs: number;
  /** The engine was reached. */
  askedAtMs: number | undefined;
  /** It gave its first. */
  gaveAtMs: number | undefined;
}

const vocabulary = { id: 'bench', phrases: ['hello'], contexts: {} };
const frame: Pcm = new Int16Array(FRAME_SAMPLES).fill(1000);

interface CallerParts {
  readonly router: SpeechRouter;
  readonly clock: Clock;
  readonly stamps: Map<string, Stamps>;
  readonly index: number;
  readonly plan: ReturnType<SpeechRouter['plan']>;
  readonly signal: AbortSignal;
  readonly added: Added;
  readonly note: (values: number[], ms: number) => void;
}

/** Speaks, is understood, is answered, and so on. @returns hangs up */
function createCaller({ router, clock, stamps, index, plan, signal, added, note }: CallerParts): () => void {
  const { recognizer, synthesizer } = router.forConversation({
    organizationId: 'bench',
    conversationId: `c${index}`,
    agentId: 'bench',
    accounts: {},
    plan,
    onUsage: () => {},
  });
  const key = `ear ${index}`;
  let sentences = 0;
  let framesLeft = 0;
  let isSpeaking = false;

  const finish = (name: string, values: number[]) => {
    const { calledAtMs, askedAtMs, gaveAtMs } = stamps.get(name) ?? {};
    stamps.delete(name);
    if (calledAtMs === undefined || askedAtMs === undefined || gaveAtMs === undefined) return;
    note(values, askedAtMs - calledAtMs + (performance.now() - gaveAtMs));
  };

  const answer = () => {
    for (let n = 0; n < 2; n += 1) {
      const id = `voice ${index} ${sentences}`;
      sentences += 1;
      stamps.set(id, { calledAtMs: performance.now(), askedAtMs: undefined, gaveAtMs: undefined });
      let hasSounded = false;
      synthesizer.synthesize(
        {
          text: `This is sentence number ${sentences}.`,
          language: 'en-US',
          voice: undefined,
          tone: 'neutral',
          ssml: undefined,
          passage: { id, index: n, previousText: '' },
          signal,
        },
        {
          audio() {
            if (!hasSounded) finish(id, added.voice);
            hasSounded = true;
          },
          words() {},
          done() {},
          failed(code, message) {
            throw new Error(`${code}: ${message}`);
          },
        },
      );
    }
  };

  const ear = recognizer.open({ language: `en-US`, vocabularyId: vocabulary.id, signal }, (event) => {
    if (event.type === 'failed') throw new Error(`${event.code}: ${event.message}`);
    if (event.type !== 'final') return;
    finish(key, added.recognition);
    isSpeaking = false;
    answer();
  });
  ear.expect(key);
  // Callers begin one after the other, as they do.
  let pauseFrames = 1 + (index % utteranceFrames);
  return clock.everyFrame(() => {
    if (isSpeaking && framesLeft > 0) {
      ear.write(frame);
      framesLeft -= 1;
      if (framesLeft > 0) return;
      stamps.set(key, { calledAtMs: performance.now(), askedAtMs: undefined, gaveAtMs: undefined });
      ear.utteranceEnded();
    } else if (!isSpeaking) {
      pauseFrames -= 1;
      if (pauseFrames > 0) return;
      pauseFrames = utteranceFrames;
      isSpeaking = true;
      framesLeft = utteranceFrames;
      ear.utteranceStarted([]);
    }
  });
}

function stampVoice(voice: Synthesizer, stamps: ReadonlyMap<string, Stamps>): Synthesizer {
  return {
    ...voice,
    synthesize(request: SynthesisRequest, sink) {
      const stamp = stamps.get(request.passage?.id ?? '');
      if (stamp !== undefined) stamp.askedAtMs = performance.now();
      voice.synthesize(request, {
        ...sink,
        audio(samples) {
          if (stamp !== undefined) stamp.gaveAtMs ??= performance.now();
          sink.audio(samples);
        },
      });
    },
  };
}

/** The context of the question names the caller. */
function stampRecognizer(recognizer: Recognizer, stamps: ReadonlyMap<string, Stamps>): Recognizer {
  return {
    ...recognizer,
    open(options, onEvent) {
      let key = '';
      const stream = recognizer.open(options, (event) => {
        const stamp = stamps.get(key);
        if (event.type === 'final' && stamp !== undefined) stamp.gaveAtMs = performance.now();
        onEvent(event);
      });
      return {
        ...stream,
        expect(context) {
          key = context ?? key;
          stream.expect(context);
        },
        utteranceEnded() {
          const stamp = stamps.get(key);
          if (stamp !== undefined) stamp.askedAtMs = performance.now();
          stream.utteranceEnded();
        },
      };
    },
  };
}
