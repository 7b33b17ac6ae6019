import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { createScriptedBrain } from '@parley/fakes/brains/scripted-brain.ts';
import type { FakeVendor, RunningFake } from '@parley/fakes/fake-vendor.ts';
import { fakes } from '@parley/fakes/registry.ts';
import { accountsOf, listEngines, providerSettings } from '@parley/speech/registry.ts';
import { createSpeechRouter } from '@parley/speech/router/speech-router.ts';
import { z } from 'zod';

const atOnce = 20;
/** For a kind of which the vendor has none: a plan has both. */
const unused = 'scripted';
/** Idle connections are kept by the pool of `fetch` for some seconds. */
const settleMs = 15_000;

/** Utterances and sentences through the router over every fake that hears or speaks, in equal parts, and what they leave. */
export async function streamsOverFakes(total: number): Promise<Readonly<Record<string, unknown>>> {
  const engineOf = (kind: 'recognizer' | 'synthesizer', { name }: FakeVendor) =>
    listEngines(kind).find(({ provider }) => provider.name === name)?.name;
  const uses = fakes.map((fake) => ({ fake, ear: engineOf('recognizer', fake), voice: engineOf('synthesizer', fake) }));
  const kinds = uses.flatMap(({ ear, voice }) => [ear, voice]).filter((name) => name !== undefined).length;
  const each = Math.ceil(total / kinds);
  const left: Record<string, unknown> = {};
  const failed: string[] = [];
  let streams = 0;
  for (const { fake, ear, voice } of uses) {
    if (ear === undefined && voice === undefined) continue;
    const result = await streamsOver(fake, ear, voice, each);
    failed.push(...result.failed);
    streams += result.streams;
    left[`left by ${result.streams} streams over ${fake.name}`] = result.left;
  }
  return {
    'streams over fakes': streams,
    'of these failed': failed.length,
    ...(failed.length > 0 && { 'failures, the first ten': failed.slice(0, 10).join('; ') }),
    ...left,
  };
}

async function streamsOver(vendor: FakeVendor, ear: string | undefined, voice: string | undefined, each: number) {
  const brain = createScriptedBrain(['I would like to book a table.']);
  const fake = await vendor.start({ port: 0, brain });
  const handlesBefore = handles();
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
  const { sockets, atFake } = await settled(fake, handlesBefore);
  await fake.close();
  await brain.close();
  return {
    failed,
    streams,
    left: `${open} streams open, ${kept} connections kept; when closed ${atFake} connections, ${sockets} handles`,
  };
}

/** Sockets and timers that keep the process alive. */
function handles(): number {
  return process.getActiveResourcesInfo().filter((kind) => !/Immediate|TickObject/.test(kind)).length;
}

async function settled(fake: RunningFake, before: number) {
  const fromMs = Date.now();
  const read = () => ({ sockets: Math.max(0, handles() - before), atFake: fake.openSockets });
  for (let now = read(); Date.now() - fromMs < settleMs; now = read()) {
    if (now.sockets === 0 && now.atFake === 0) return now;
    await pause();
  }
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
