import { once } from 'node:events';
import { FRAME_SAMPLES } from '@parley/engine/ports/audio.ts';
import type { VoiceEvent } from '@parley/engine/ports/voice-detector.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmbeddedSynthesizer } from '../embedded/embedded-synthesizer.ts';
import type { WorkerHost } from '../embedded/worker-host.ts';
import { isOnnxInstalled } from '../onnx-installed.ts';
import { speak, withNoise } from '../testing/voice-loop.ts';
import type { SileroRequest } from './silero-messages.ts';
import { createSileroVoiceDetector, type SileroVoiceDetector, startSileroThread } from './silero-voice-detector.ts';

const name = isOnnxInstalled()
  ? 'voice detection by Silero'
  : 'voice detection by Silero (skipped: the optional package onnxruntime-node is not installed)';

describe.skipIf(!isOnnxInstalled())(name, { timeout: 20_000 }, () => {
  const errors: unknown[] = [];
  const synthesizer = createEmbeddedSynthesizer();
  let detector: SileroVoiceDetector;
  let thread: WorkerHost<SileroRequest> | undefined;
  /** Half a second of quiet, a sentence, a second of quiet, over a quiet room's noise. */
  let call: Int16Array;
  let sentenceMs = 0;

  beforeAll(async () => {
    detector = await createSileroVoiceDetector({
      onError: (error) => errors.push(error),
      startThread: (events) => {
        thread = startSileroThread(events);
        return thread;
      },
    });
    const { samples } = await speak(synthesizer, 'I would like a table for four people.');
    // What comes behind the last loud sample is the voice's own decay.
    sentenceMs = samples.findLastIndex((sample) => Math.abs(sample) > 300) / 16;
    call = new Int16Array(8000 + samples.length + 16_000);
    call.set(samples, 8000);
    call = withNoise(call, 30, 1);
  });
  afterAll(() => Promise.all([detector.close(), synthesizer.close()]));

  it('finds a spoken sentence: where it begins, and where it ended', async () => {
    const caller = listen(detector);
    await caller.hear(call);
    caller.hangUp();
    expect(caller.events.map(({ type }) => type)).toEqual(['started', 'stopped']);
    const [started, stopped] = caller.events;
    expect(msOf(started)).toBeGreaterThan(500);
    expect(msOf(started)).toBeLessThan(800);
    if (stopped?.type !== 'stopped') throw new Error('The voice did not stop.');
    expect(stopped.silentMs).toBeGreaterThanOrEqual(200);
    expect(Math.abs(msOf(stopped) - stopped.silentMs - (500 + sentenceMs))).toBeLessThan(100);
  });

  it('takes white noise, however loud, for no voice', async () => {
    for (const deviation of [100, 1000, 5000]) {
      const caller = listen(detector);
      await caller.hear(withNoise(new Int16Array(3 * 16_000), deviation, 7));
      caller.hangUp();
      expect(caller.events).toEqual([]);
    }
  });

  it('gives each of ten callers who speak at different times their own voice', async () => {
    const alone = listen(detector);
    await alone.hear(call);
    alone.hangUp();
    const callers = Array.from({ length: 10 }, () => listen(detector));
    await Promise.all(
      // Later by whole windows of 32 ms and whole frames of 20 ms, so that each hears the same windows.
      callers.map((caller, index) => caller.hear(delayed(call, index * 160))),
    );
    for (const [index, caller] of callers.entries()) {
      caller.hangUp();
      expect(caller.events.map(({ type }) => type)).toEqual(['started', 'stopped']);
      expect(Math.abs(msOf(caller.events[0]) - index * 160 - msOf(alone.events[0]))).toBeLessThanOrEqual(64);
    }
  });

  it('keeps nothing of callers who left, and tells them nothing more', async () => {
    const stays = listen(detector);
    const leaves = listen(detector);
    await Promise.all([stays.hear(call.subarray(0, 16_000)), leaves.hear(call.subarray(0, 16_000))]);
    expect(detector.streamsHeld).toBe(2);
    const told = leaves.events.length;
    leaves.hangUp();
    leaves.push(call.subarray(16_000, 16_000 + FRAME_SAMPLES));
    await stays.hear(call.subarray(16_000));
    expect(detector.streamsHeld).toBe(1);
    stays.hangUp();
    await until(() => detector.streamsHeld === 0);
    expect(leaves.events).toHaveLength(told);
  });

  it('is not deaf when its thread dies in the middle of a call, and has the model again for the next', async () => {
    const caller = listen(detector);
    await caller.hear(call.subarray(0, 6400));
    expect(errors).toEqual([]);
    thread?.kill();
    await until(() => errors.length > 0);
    expect(String(errors[0])).toMatch(/VOICE_DETECTOR=light/);
    for (const frame of framesOf(call.subarray(6400))) caller.push(frame);
    // The light detector answers from inside the call.
    expect(caller.events[0]?.type).toBe('started');
    expect(caller.events.at(-1)?.type).toBe('stopped');
    expect(msOf(caller.events[0])).toBeGreaterThan(500);
    expect(msOf(caller.events[0])).toBeLessThan(800);
    caller.hangUp();
    const next = listen(detector);
    await next.hear(call);
    expect(next.events.map(({ type }) => type)).toEqual(['started', 'stopped']);
    expect(detector.streamsHeld).toBe(1);
    next.hangUp();
    expect(errors).toHaveLength(1);
  });

  it('is not deaf when its thread hangs, nor for those who call meanwhile', async () => {
    const told: unknown[] = [];
    const stuck = await createSileroVoiceDetector({
      onError: (error) => told.push(error),
      startThread: (events) => hanging(startSileroThread(events)),
    });
    const caller = listen(stuck);
    for (const frame of framesOf(call.subarray(0, 16_000))) caller.push(frame);
    await until(() => told.length > 0);
    expect(String(told[0])).toMatch(/behind/);
    // Somebody was speaking when it took over.
    expect(caller.events.map(({ type }) => type)).toEqual(['started']);
    const meanwhile = listen(stuck);
    for (const frame of framesOf(call)) meanwhile.push(frame);
    expect(meanwhile.events.map(({ type }) => type)).toEqual(['started', 'stopped']);
    await stuck.close();
  });
});

/** A thread that takes what it is asked and does not answer. */
function hanging(host: WorkerHost<SileroRequest>): WorkerHost<SileroRequest> {
  return { post: () => true, kill: () => host.kill(), close: () => host.close() };
}

/** A caller whose audio is pushed as fast as it is judged. */
function listen(detector: SileroVoiceDetector) {
  const scope = new AbortController();
  const events: VoiceEvent[] = [];
  const stream = detector.open(scope.signal, (event) => events.push(event));
  return {
    events,
    push: (frame: Int16Array) => stream.push(frame),
    hangUp: () => scope.abort(),
    /** Settles when all of it was judged. */
    async hear(samples: Int16Array) {
      for (const [index, frame] of framesOf(samples).entries()) {
        stream.push(frame);
        // Ten windows at a time wait less than the sixteen beyond which they are dropped.
        if (index % 16 === 15) await detector.judged();
      }
      await detector.judged();
    },
  };
}

function framesOf(samples: Int16Array): Int16Array[] {
  return Array.from({ length: Math.floor(samples.length / FRAME_SAMPLES) }, (_, index) =>
    samples.slice(index * FRAME_SAMPLES, (index + 1) * FRAME_SAMPLES),
  );
}

function delayed(samples: Int16Array, byMs: number): Int16Array {
  const later = withNoise(new Int16Array(samples.length + byMs * 16), 30, 3);
  later.set(samples, byMs * 16);
  return later;
}

function msOf(event: VoiceEvent | undefined): number {
  return event === undefined ? Number.NaN : (event.frame + 1) * 20;
}

async function until(isSo: () => boolean): Promise<void> {
  const giveUp = AbortSignal.timeout(5000);
  while (!isSo()) {
    giveUp.throwIfAborted();
    await once(new EventTarget(), 'never', { signal: AbortSignal.timeout(5) }).catch(() => {});
  }
}
