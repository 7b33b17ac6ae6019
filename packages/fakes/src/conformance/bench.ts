import { createServer } from 'node:net';
import type { EngineContext } from '@parley/speech/provider/provider.ts';
import { expect } from 'vitest';
import type { Brain } from '../brain.ts';
import { createToneBrain } from '../brains/tone-brain.ts';
import type { FakeVendor, RunningFake } from '../fake-vendor.ts';
import { withFault } from '../faults.ts';
import { createSteerableClock, type SteerableClock } from './steerable-clock.ts';

/** One case of a suite: a fake with a fault, an engine over it, and a clock. */
export interface Bench<Part> {
  readonly part: Part;
  /** Undefined for engines without a network. */
  readonly fake: RunningFake | undefined;
  readonly brain: Brain;
  readonly clock: SteerableClock;
  /** What the engine got over. */
  readonly errors: readonly unknown[];
  readonly context: EngineContext;
}

interface Closable {
  close?(): Promise<void>;
}

/** Holds one case on a bench of its own and clears it away; nothing may be left open at its fake. */
export async function onBench<Part>(
  { fake: vendor, create }: { fake?: FakeVendor; create(url: string, context: EngineContext): Part & Closable },
  fault: string,
  hold: (bench: Bench<Part>) => Promise<void>,
): Promise<void> {
  const brain = createToneBrain();
  const fake = await vendor?.start({ port: 0, brain });
  const clock = createSteerableClock();
  const errors: unknown[] = [];
  try {
    const context: EngineContext = { clock, onError: (error) => errors.push(error) };
    const part = create(fake === undefined ? '' : withFault(fake.url, fault), context);
    try {
      await hold({ part, fake, brain, clock, errors, context });
    } finally {
      await part.close?.();
    }
    if (fake !== undefined) await until(() => fake.openSockets === 0, 'every connection to be closed with the engine');
  } finally {
    clock.close();
    await fake?.close();
    await brain.close();
  }
}

/** The longest that anything may take in real time; what takes this long fails. */
const patienceMs = 5000;

/** Looks after each turn of the event loop whether it is so. Rejects in words after 5 s. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const startedAtMs = performance.now();
  while (!isSo()) {
    if (performance.now() - startedAtMs > patienceMs) throw new Error(`Waited ${patienceMs} ms for ${what}.`);
    await new Promise<void>((next) => setTimeout(next, 1));
  }
}

/**
 * As `until`, and when it is not so after a while time begins to pass a hundred times as fast: what goes by the clock comes soon, and so do
 * time-outs by real timers.
 * @param realMs how long nothing is hurried, so that on a busy machine no time-out comes before the answer; 0 to wait for a time-out
 */
export async function untilInTime(
  clock: SteerableClock,
  isSo: () => boolean,
  what: string,
  realMs = 1000,
): Promise<void> {
  const startedAtMs = performance.now();
  while (!isSo()) {
    const waitedMs = performance.now() - startedAtMs;
    if (waitedMs > patienceMs) throw new Error(`Waited ${patienceMs} ms for ${what}.`);
    if (waitedMs >= realMs) await clock.pass(100);
    await new Promise<void>((next) => setTimeout(next, 1));
  }
}

/** Milliseconds from now until the fake has no connection in use any more. */
export async function msUntilFree(fake: RunningFake): Promise<number> {
  const startedAtMs = performance.now();
  await until(() => fake.openSockets === 0, 'the connections to be closed');
  return performance.now() - startedAtMs;
}

/** On a machine that is busy with others one measurement says little: the best of three counts. */
export async function withinMs(limitMs: number, measure: () => Promise<number>): Promise<void> {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3 && best > limitMs; attempt += 1) best = Math.min(best, await measure());
  expect(best, 'milliseconds until everything was free').toBeLessThanOrEqual(limitMs);
}

/** An address on this machine where nobody listens. */
export async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise<void>((closed) => server.close(() => closed()));
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return `http://127.0.0.1:${address.port}`;
}
