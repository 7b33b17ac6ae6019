import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import type { FakeVendor, RunningFake } from '@parley/fakes/fake-vendor.ts';
import { withFault } from '@parley/fakes/faults.ts';
import { fakes } from '@parley/fakes/registry.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { accountsOf, listEngines, providerSettings } from '../registry.ts';
import { createSpeechRouter } from './speech-router.ts';

const clock = createSystemClock();
const brain = createToneBrain();
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

function engineOf(kind: 'recognizer' | 'synthesizer', { name }: FakeVendor): string | undefined {
  return listEngines(kind).find(({ provider }) => provider.name === name)?.name;
}

/** Each vendor, and another one that stands in for it. */
function pairs(kind: 'recognizer' | 'synthesizer') {
  const able = fakes.filter((fake) => engineOf(kind, fake) !== undefined);
  return able.map((vendor, index) => {
    const other = able[(index + 1) % able.length] ?? vendor;
    return { name: vendor.name, vendor, other };
  });
}

/** A conversation by the engines of two vendors' fakes, the first of which can be struck. */
async function converse(vendor: FakeVendor, other: FakeVendor, fault: string) {
  const started: RunningFake[] = [];
  for (const fake of [vendor, other]) {
    const running = await fake.start({ port: 0, brain });
    open.push(() => running.close());
    started.push(running);
  }
  const [first, second] = started;
  if (first === undefined || second === undefined) throw new Error('The fakes did not start.');
  const broken = Object.entries(first.environment).map(([name, value]) => [
    name,
    takesFaults(first) ? value.replace(first.url, withFault(first.url, fault)) : value,
  ]);
  const environment = { ...second.environment, ...Object.fromEntries(broken) };
  const settings = z.object(providerSettings).partial().parse(environment);
  const accounts = accountsOf(settings);
  const named = (kind: 'recognizer' | 'synthesizer') =>
    [vendor, other].map((fake) => engineOf(kind, fake) ?? 'scripted');
  const router = createSpeechRouter({
    clock,
    onError: () => {},
    server: { recognizers: named('recognizer'), voices: named('synthesizer'), accounts },
    isPersonal: () => false,
  });
  open.push(() => router.close());
  const used: string[] = [];
  const plan = router.plan({}, 'en-US', accounts);
  const scope = { organizationId: 'o', conversationId: 'c', agentId: 'a', accounts, plan };
  const parts = router.forConversation({ ...scope, onUsage: ({ engine }) => void used.push(engine) });
  return { ...parts, used, first };
}

const sentence = 'alpha bravo charlie delta echo foxtrot golf hotel india juliet';
const vocabulary = { id: 'v', phrases: [sentence], contexts: {} };

describe('a vendor’s connection breaks in the middle', () => {
  it.each(pairs('recognizer'))(
    'of an utterance that $name hears: every word is understood, once',
    async ({ vendor, other }) => {
      const { recognizer, used, first } = await converse(vendor, other, 'break-after:1');
      const call = new AbortController();
      await recognizer.prepare(vocabulary, call.signal);
      const frames = framesOf((await brain.speak(sentence, 'en-US', call.signal)).samples);
      const finals: string[] = [];
      const final = Promise.withResolvers<void>();
      const stream = recognizer.open({ language: 'en-US', vocabularyId: 'v', signal: call.signal }, (event) => {
        if (event.type === 'failed') final.reject(new Error(`${event.code}: ${event.message}`));
        if (event.type !== 'final') return;
        finals.push(event.text);
        final.resolve();
      });
      stream.utteranceStarted(frames.slice(0, 5));
      for (const [index, frame] of frames.slice(5).entries()) {
        // As it comes over a line, only quicker: what is heard meanwhile is told meanwhile.
        await new Promise((next) => setImmediate(next));
        if (index === frames.length >> 1 && !takesFaults(first)) first.strike('break');
        stream.write(frame);
      }
      stream.utteranceEnded();
      await final.promise;
      call.abort();
      expect(finals.map((text) => text.toLowerCase().replace(/[.,!?]/g, ''))).toEqual([sentence]);
      expect(new Set(used).size).toBe(2);
    },
  );

  it.each(pairs('synthesizer'))('of a sentence that $name speaks: it is said to its end', async ({ vendor, other }) => {
    const { synthesizer, used } = await converse(vendor, other, 'break-after:5');
    const call = new AbortController();
    const listener = brain.listen('en-US');
    const end = Promise.withResolvers<void>();
    // So that a part of it is under way: a short one comes at once.
    const text = Array.from({ length: 6 }, () => sentence).join(' ');
    synthesizer.synthesize(
      {
        text,
        language: 'en-US',
        voice: undefined,
        tone: 'neutral',
        ssml: undefined,
        passage: undefined,
        signal: call.signal,
      },
      {
        audio(samples) {
          listener.write(samples);
        },
        words() {},
        done: end.resolve,
        failed: (code, message) => end.reject(new Error(`${code}: ${message}`)),
      },
    );
    await end.promise;
    call.abort();
    const { text: heard } = await listener.end();
    const words = heard.split(' ');
    expect(words.at(-1)).toBe('juliet');
    // Broken off in a word: that one is heard in part, or said again; and a vendor may tell no times of words.
    expect(Math.abs(words.length - 60)).toBeLessThanOrEqual(1);
    expect(new Set(used).size).toBe(2);
  });
});

/** Addresses of gRPC have no path for them. */
function takesFaults({ url }: RunningFake): boolean {
  return /^https?:/.test(url);
}

function framesOf(samples: Int16Array): Pcm[] {
  return Array.from({ length: Math.ceil(samples.length / FRAME_SAMPLES) }, (_, n) => {
    const frame = new Int16Array(FRAME_SAMPLES);
    frame.set(samples.subarray(n * FRAME_SAMPLES, (n + 1) * FRAME_SAMPLES));
    return frame;
  });
}
