import { setTimeout as delay } from 'node:timers/promises';
import type { Pcm } from '@parley/engine/ports/audio.ts';
import type { CallerSide } from './caller-side.ts';

/** What the caller said in answer to the agent, in samples of their mouth. */
export interface Said {
  readonly fromSample: number;
  readonly toSample: number;
  /** On the caller's clock. */
  readonly atMs: number;
}

/** So long the agent is quiet before the caller answers; its sentences follow each other faster. */
const quietMs = 900;
/** An agent that says nothing for so long will not. */
const replyTimeoutMs = 20_000;
const lookEveryMs = 25;

/** Answers the agent each time that it has spoken, until the time is over. @throws when the call ends by itself, or the agent is silent */
export async function holdCall(caller: CallerSide, forMs: number): Promise<Said[]> {
  const startedMs = caller.nowMs();
  const said: Said[] = [];
  let sinceMs = 0;
  for (;;) {
    await agentSpoke(caller, sinceMs);
    if (caller.nowMs() - startedMs > forMs) return said;
    const { fromSample, toSample } = await caller.say(sweep(said.length));
    sinceMs = caller.nowMs();
    said.push({ fromSample, toSample, atMs: caller.mouthAtMs(fromSample) });
  }
}

async function agentSpoke(caller: CallerSide, sinceMs: number): Promise<void> {
  const waitedFromMs = caller.nowMs();
  while (caller.lastHeardMs() <= sinceMs || caller.nowMs() - caller.lastHeardMs() < quietMs) {
    if (caller.hasEnded()) throw new Error('The call ended in the middle.');
    if (caller.nowMs() - waitedFromMs > replyTimeoutMs + 10_000) throw new Error('The agent has not answered.');
    await delay(lookEveryMs);
  }
}

/**
 * A second that is a voice to whoever listens for one, and like itself at one place only: the pitch of a buzz rises through it, from
 * elsewhere each time, and swells four times.
 */
function sweep(number: number): Pcm {
  const fromHz = 110 + (number % 5) * 12;
  let phase = 0;
  return Int16Array.from({ length: 16_000 }, (_, n) => {
    const seconds = n / 16_000;
    phase += (2 * Math.PI * (fromHz + 90 * seconds)) / 16_000;
    let buzz = 0;
    for (let harmonic = 1; harmonic <= 8; harmonic += 1) buzz += Math.sin(phase * harmonic) / harmonic;
    const fade = Math.min(1, n / 80, (16_000 - n) / 80);
    return Math.round(6_000 * fade * (0.65 - 0.35 * Math.cos(2 * Math.PI * 4 * seconds)) * buzz);
  });
}
