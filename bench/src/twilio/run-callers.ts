import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { createRandom } from '@parley/engine/simulation/random.ts';
import { toLine } from '@parley/fakes/twilio/person.ts';
import type { Histogram } from '../load/histogram.ts';
import { createCallerSounds } from '../load/sounds.ts';
import { createFindings, type Findings } from './findings.ts';
import { type StreamCaller, startStreamCaller } from './stream-caller.ts';

export interface LoadOptions {
  readonly url: string;
  readonly publicUrl: string;
  readonly accountSid: string;
  readonly authToken: string;
  readonly to: string;
  readonly calls: number;
  readonly callsPerSecond: number;
  readonly measuredMs: number;
  /** All calls stand and were greeted: the measurement begins; then its end, with all calls still standing. */
  readonly onPhase: (phase: 'measuring' | 'measured') => void;
}

/** Longer than the slowest greeting; those that are not greeted by then are measured as they are. */
const greetedTimeoutMs = 30_000;

/** Brings up the calls one after the other, lets them talk, and hangs up. A call that ends is placed again. */
export async function runCallers(options: LoadOptions): Promise<LoadResult> {
  const { calls, callsPerSecond, measuredMs, onPhase } = options;
  const clock = createSystemClock();
  const findings = createFindings();
  const sounds = lineSounds();
  const callers = new Set<StreamCaller>();
  let isOver = false;
  let placed = 0;
  let again = 0;

  const place = () => {
    placed += 1;
    const seed = placed;
    const caller = startStreamCaller({
      ...options,
      // A number of its own each, since callers by one number are limited.
      from: `+353${860_000_000 + seed}`,
      clock,
      random: createRandom(seed),
      sounds,
      findings,
      onEnded: () => {
        callers.delete(caller);
        // Not at once: a server that refuses is not to be stormed.
        if (!isOver && placed < 3 * calls) {
          again += 1;
          clock.wakeAt(clock.nowMs() + 500, () => {
            if (!isOver) place();
          });
        }
      },
    });
    callers.add(caller);
  };
  const beganMs = clock.nowMs();
  for (let n = 0; n < calls; n += 1) {
    await until(clock, beganMs + (n * 1000) / callsPerSecond);
    place();
  }
  const giveUpMs = clock.nowMs() + greetedTimeoutMs;
  while (clock.nowMs() < giveUpMs && [...callers].filter(({ isGreeted }) => isGreeted).length < calls) {
    await until(clock, clock.nowMs() + 100);
  }
  const greeted = [...callers].filter(({ isGreeted }) => isGreeted).length;
  findings.measuring = true;
  onPhase('measuring');
  await until(clock, clock.nowMs() + measuredMs);
  findings.measuring = false;
  isOver = true;
  onPhase('measured');
  for (const caller of [...callers]) caller.hangUp();
  return { calls, greeted, placedAgain: again, measuredMs, ...resultOf(findings) };
}

export type LoadResult = ReturnType<typeof resultOf> & {
  readonly calls: number;
  readonly greeted: number;
  readonly placedAgain: number;
  readonly measuredMs: number;
};

function resultOf(findings: Findings) {
  return {
    webhookMs: summary(findings.webhook),
    firstSoundMs: summary(findings.firstSound),
    answerMs: summary(findings.answer),
    gapMs: summary(findings.gap),
    sentLateMs: summary(findings.sentLate),
    framesIn: findings.framesIn,
    framesOut: findings.framesOut,
    breaks: findings.breaks,
    holeShare: findings.holesMs / Math.max(1, findings.heardMs + findings.holesMs),
    turns: findings.turns,
    unanswered: findings.unanswered,
    clears: findings.clears,
    malformed: findings.malformed,
    failures: findings.failures,
  };
}

function summary(histogram: Histogram) {
  const { count, maxMs } = histogram;
  return { count, p50: histogram.percentile(0.5), p99: histogram.percentile(0.99), max: maxMs };
}

/** The sounds of callers as they are on a telephone line, in base64. */
function lineSounds(): { readonly voice: readonly string[]; readonly quiet: readonly string[] } {
  const { voice, quiet } = createCallerSounds(createRandom(1));
  const encode = (frames: readonly Int16Array[]) => {
    const whole = new Int16Array(frames.length * 320);
    for (const [n, frame] of frames.entries()) whole.set(frame, n * 320);
    const line = toLine(whole);
    return frames.map((_, n) => Buffer.from(line.subarray(n * 160, (n + 1) * 160)).toString('base64'));
  };
  return { voice: encode(voice), quiet: encode(quiet) };
}

function until(clock: ReturnType<typeof createSystemClock>, atMs: number): Promise<void> {
  return new Promise((resolve) => clock.wakeAt(atMs, resolve));
}
