import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { createScriptedBrain } from '@parley/fakes/brains/scripted-brain.ts';
import type { FakeVendor } from '@parley/fakes/fake-vendor.ts';
import { fakes } from '@parley/fakes/registry.ts';
import type { LanguageModel } from '@parley/speech/language-models/language-model.ts';
import { createLanguageModel } from '@parley/speech/language-models/language-models.ts';
import { accountsOf, listEngines, providerSettings } from '@parley/speech/registry.ts';
import { createFallbackLanguageModel } from '@parley/speech/router/fallback-language-model.ts';
import { createSpeechRouter } from '@parley/speech/router/speech-router.ts';
import { z } from 'zod';

const atOnce = 20;
/** For a kind of which the vendor has none: a plan has both. */
const unused = 'scripted';
/** Until a fake has noticed that a connection is gone. */
const settleMs = 3000;

/** What was left by streams of one engine, or of two of the same vendor, one of each kind. */
export interface StreamsLeft {
  readonly name: string;
  readonly streams: number;
  /** Why each failed that did. */
  readonly failed: readonly string[];
  /** Streams that the router holds, when all are over. */
  readonly open: number;
  /** Connections that are kept for the next. */
  readonly kept: number;
  /** Connections in use at the fake when the router is closed. */
  readonly atFake: number;
}

export interface AllStreamsLeft {
  readonly engines: readonly StreamsLeft[];
  /** What keeps the process alive when all routers are closed: sockets and timers. */
  readonly handles: number;
}

/**
 * Utterances, sentences and answers through the router over every fake: every recogniser, voice and language model that a vendor has, in
 * equal parts, and what they leave.
 */
export async function streamsOverFakes(total: number): Promise<AllStreamsLeft> {
  const handlesBefore = handles();
  const enginesOf = (kind: 'recognizer' | 'synthesizer' | 'languageModel', { name }: FakeVendor) =>
    listEngines(kind).flatMap((engine) => (engine.provider.name === name ? [engine.name] : []));
  const all = fakes.map((fake) => ({
    fake,
    ears: enginesOf('recognizer', fake),
    voices: enginesOf('synthesizer', fake),
    models: enginesOf('languageModel', fake),
  }));
  const kinds = all.reduce((sum, { ears, voices, models }) => sum + ears.length + voices.length + models.length, 0);
  const each = Math.ceil(total / kinds);
  const left: StreamsLeft[] = [];
  for (const { fake, ears, voices, models } of all) {
    for (let n = 0; n < Math.max(ears.length, voices.length); n += 1) {
      left.push(await streamsOver(fake, ears[n], voices[n], each));
    }
    for (const model of models) left.push(await answersOver(fake, model, each));
  }
  // Idle connections are kept by the pool of `fetch` for some seconds.
  return { engines: left, handles: await settled(() => Math.max(0, handles() - handlesBefore), 15_000) };
}

async function streamsOver(
  vendor: FakeVendor,
  ear: string | undefined,
  voice: string | undefined,
  each: number,
): Promise<StreamsLeft> {
  const brain = createScriptedBrain(['I would like to book a table.']);
  const fake = await vendor.start({ port: 0, brain });
  const clock = createSystemClock();
  const failed: string[] = [];
  let streams = 0;
  const accounts = accountsOf(z.object(providerSettings).partial().parse(fake.environment));
  const router = createSpeechRouter({
    clock,
    // What fails is counted below.
    onError: () => {},
    server: { recognizers: [ear ?? unused], voices: [voice ?? unused], accounts },
    isPersonal: () => false,
  });
  const plan = router.plan({}, 'en-US', accounts);
  const scope = { organizationId: 'o', conversationId: 'c', agentId: 'a', accounts, plan, onUsage: () => {} };
  await router.prepare(vocabulary, [{ plan, use: { accounts } }], new AbortController().signal);
  let next = 0;
  const work = async () => {
    while (next < each) {
      next += 1;
      const { recognizer, synthesizer } = router.forConversation(scope);
      const results = await Promise.all([
        ...(ear === undefined ? [] : [hearOnce(recognizer)]),
        ...(voice === undefined ? [] : [speakOnce(synthesizer)]),
      ]);
      streams += results.length;
      failed.push(...results.flatMap((failure) => (failure === undefined ? [] : [`${vendor.name} ${failure}`])));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const kept = fake.openSockets;
  const open = router.snapshot().reduce((sum, engine) => sum + engine.open + engine.waiting, 0);
  await router.close();
  const atFake = await settled(() => fake.openSockets, settleMs);
  await fake.close();
  await brain.close();
  const name = [ear, voice].filter((engine) => engine !== undefined).join(' and ');
  return { name, streams, failed, open, kept, atFake };
}

async function answersOver(vendor: FakeVendor, engine: string, each: number): Promise<StreamsLeft> {
  const brain = createScriptedBrain(['A table for two is free at eight.']);
  const fake = await vendor.start({ port: 0, brain });
  const clock = createSystemClock();
  const accounts = accountsOf(z.object(providerSettings).partial().parse(fake.environment));
  const context = { clock, onError: () => {} };
  const model = createFallbackLanguageModel(
    [{ id: engine, model: createLanguageModel(engine, { model: 'gpt-4o-mini' }, accounts, context) }],
    context,
  );
  const failed: string[] = [];
  let next = 0;
  const work = async () => {
    while (next < each) {
      next += 1;
      const why = await answerOnce(model);
      if (why !== undefined) failed.push(why);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const kept = fake.openSockets;
  const atFake = await settled(() => fake.openSockets, settleMs);
  await fake.close();
  await brain.close();
  return { name: `${engine} (answers)`, streams: each, failed, open: 0, kept, atFake };
}

/** Sockets and timers that keep the process alive. */
function handles(): number {
  return process.getActiveResourcesInfo().filter((kind) => !/Immediate|TickObject/.test(kind)).length;
}

/** The number when it has become 0, or what it is then. */
async function settled(read: () => number, timeoutMs: number): Promise<number> {
  const fromMs = Date.now();
  while (read() > 0 && Date.now() - fromMs < timeoutMs) await pause();
  return read();
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

const vocabulary = { id: 'bench', phrases: ['book a table'], contexts: {} };
const tone: Pcm = Int16Array.from(
  { length: FRAME_SAMPLES },
  (_, n) => 8000 * Math.sin((2 * Math.PI * 400 * n) / 16_000),
);

function hearOnce(recognizer: Recognizer): Promise<string | undefined> {
  return new Promise((resolve) => {
    const call = new AbortController();
    const end = (failure?: string) => {
      call.abort();
      resolve(failure);
    };
    const stream = recognizer.open({ language: 'en-US', vocabularyId: vocabulary.id, signal: call.signal }, (event) => {
      if (event.type === 'final') end();
      if (event.type === 'failed') end(`${event.code}: ${event.message}`);
    });
    stream.utteranceStarted([tone]);
    for (let frame = 0; frame < 20; frame += 1) stream.write(tone);
    stream.utteranceEnded();
  });
}

function speakOnce(synthesizer: Synthesizer): Promise<string | undefined> {
  return new Promise((resolve) => {
    const call = new AbortController();
    const end = (failure?: string) => {
      call.abort();
      resolve(failure);
    };
    synthesizer.synthesize(
      {
        text: 'Good day.',
        language: 'en-US',
        voice: undefined,
        tone: 'neutral',
        ssml: undefined,
        passage: undefined,
        signal: call.signal,
      },
      { audio() {}, words() {}, done: () => end(), failed: (code, message) => end(`${code}: ${message}`) },
    );
  });
}

/** @returns why it failed */
async function answerOnce(model: LanguageModel): Promise<string | undefined> {
  try {
    const { stream } = await model.doStream({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'At eight?' }] }],
    });
    let words = '';
    for await (const part of stream) {
      if (part.type === 'error') throw part.error;
      if (part.type === 'text-delta') words += part.delta;
    }
    return words === '' ? 'It said nothing.' : undefined;
  } catch (error) {
    return String(error);
  }
}
