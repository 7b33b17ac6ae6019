import { PerformanceObserver, performance } from 'node:perf_hooks';
import { queryObjects } from 'node:v8';
import { createLightVoiceDetector } from '@parley/engine/audio/light-voice-detector.ts';
import { LiveConversation } from '@parley/engine/driver/live-conversation.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { AudioInlet } from '@parley/engine/ports/audio.ts';
import { createRandom, type Random } from '@parley/engine/simulation/random.ts';
import { turnDefaults } from '@parley/engine/turn/options.ts';
import { type Caller, createCaller, createFindings } from './caller.ts';
import { collectGarbage } from './heap.ts';
import { createHistogram, type Histogram } from './histogram.ts';
import { type Line, startLines } from './lines.ts';
import { createHearer, createQuickRecorder, createSpeaker, createTalker } from './scripted-parts.ts';
import { createCallerSounds } from './sounds.ts';

/**
 * A process that holds so many conversations at once, on one thread as the server does, and prints what their callers found
 * out: `node host.ts CONVERSATIONS SECONDS`.
 */
const [conversations = 25, seconds = 20] = process.argv.slice(2).map(Number);
/** Greetings are over, code is compiled, and callers are at all places of their talk. */
const warmUpMs = 8000;
const clock = createSystemClock();
const sounds = createCallerSounds(createRandom('sounds'));
const voiceDetector = createLightVoiceDetector();
const errors = new Map<string, number>();

const generator = await measureGenerator();
collectGarbage();
const rssBefore = process.memoryUsage.rss();
const findings = createFindings();
const calls = Array.from({ length: conversations }, (_, index) => startCall(index));
const stopLines = startLines(
  calls.map(({ line }) => line),
  clock.nowMs,
);
await passed(warmUpMs);

const gcPauses = observeGc();
const cpu = process.cpuUsage();
const loop = performance.eventLoopUtilization();
const startedAtMs = clock.nowMs();
findings.measuring = true;
await passed(seconds * 1000);
findings.measuring = false;
const lastedMs = clock.nowMs() - startedAtMs;
const { user, system } = process.cpuUsage(cpu);
const { utilization } = performance.eventLoopUtilization(loop);
const rss = process.memoryUsage.rss();
const pauses = gcPauses();

stopLines();
await endCalls();
// The channels are closed a moment after the conversations.
await passed(1000);
const left = queryObjects(LiveConversation, { format: 'count' });

process.stdout.write(
  JSON.stringify({
    conversations,
    addedMs: summary(findings.added),
    pacingMs: summary(findings.pacing),
    bargeInMs: summary(findings.bargeIn),
    bargeInFromFirstSoundMs: summary(findings.bargeInFromSound),
    frameTakenUpLateMs: summary(findings.late),
    turns: findings.turns,
    unanswered: findings.unanswered,
    framesOutPerSecond: Math.round((findings.framesOut * 1000) / lastedMs),
    framesAstray: findings.framesAstray,
    /** Of one core, all threads of the process. */
    cpuCores: (user + system) / 1000 / lastedMs,
    cpuCoresOfGenerator: generator,
    mainThreadBusy: utilization,
    gcPausesMs: summary(pauses),
    gcShare: pauses.totalMs / lastedMs,
    rssKbPerConversation: (rss - rssBefore) / 1024 / conversations,
    conversationsLeft: left,
    handlesLeft: process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap').length,
    errors: Object.fromEntries(errors),
  }),
);

/** In a function of its own, which keeps none of them when it is over. */
async function endCalls(): Promise<void> {
  await Promise.all(
    calls.splice(0).map(({ hangUp, closed }) => {
      hangUp();
      return closed;
    }),
  );
}

function startCall(index: number): { line: Line; hangUp: () => void; closed: Promise<void> } {
  const random = createRandom(`caller ${index}`);
  const caller = createCaller(clock.nowMs, random.fork('caller'), sounds, findings);
  const conversation = converse(index, random, caller);
  const client = conversation.attachClient({ tell() {} });
  // People do not all call in the same second.
  const callsAtMs = clock.nowMs() + random.int(0, warmUpMs / 2);
  let inlet: AudioInlet | undefined;
  return {
    line: {
      phaseMs: random.next() * 20,
      frame(dueMs) {
        if (inlet === undefined && dueMs < callsAtMs) return;
        inlet ??= conversation.attachAudio(caller.outlet);
        inlet.push(caller.nextFrame(dueMs));
      },
    },
    hangUp: () => client.hangUp(),
    closed: conversation.closed,
  };
}

function converse(index: number, random: Random, caller: Caller): LiveConversation {
  return new LiveConversation(
    {
      agent: createTalker(clock, random.fork('agent'), caller.onAsked),
      voiceDetector,
      recognizer: createHearer(clock, caller.words, caller.onVoice),
      synthesizer: createSpeaker(clock),
      recorder: createQuickRecorder(clock),
      clock,
      onError: (error, context) => {
        const what = `${context}: ${String(error)}`;
        errors.set(what, (errors.get(what) ?? 0) + 1);
      },
    },
    {
      id: `call-${index}`,
      turn: turnDefaults,
      openedBy: 'voice',
      timeZone: 'UTC',
      vocabularyId: 'bench',
      resumption: undefined,
      recentTurns: [],
      onClosed() {},
      onAttachedChanged() {},
    },
  );
}

/** What the callers themselves cost, without conversations: cores. */
async function measureGenerator(): Promise<number> {
  const nobody = createFindings();
  const lines = Array.from({ length: conversations }, (_, index) => {
    const random = createRandom(`caller ${index}`);
    const caller = createCaller(clock.nowMs, random, sounds, nobody);
    return { phaseMs: random.next() * 20, frame: (dueMs: number) => void caller.nextFrame(dueMs) };
  });
  nobody.measuring = true;
  const stop = startLines(lines, clock.nowMs);
  await passed(1000);
  const before = process.cpuUsage();
  await passed(2000);
  const { user, system } = process.cpuUsage(before);
  stop();
  return (user + system) / 2_000_000;
}

/** @returns a function that gives the pauses since, and what they took in all */
function observeGc(): () => Histogram & { readonly totalMs: number } {
  const pauses = createHistogram();
  let totalMs = 0;
  const take = (durations: readonly number[]) => {
    for (const durationMs of durations) {
      pauses.add(durationMs);
      totalMs += durationMs;
    }
  };
  const observer = new PerformanceObserver((list) => take(list.getEntries().map((entry) => entry.duration)));
  observer.observe({ entryTypes: ['gc'] });
  return () => {
    take(observer.takeRecords().map((entry) => entry.duration));
    observer.disconnect();
    return Object.assign(pauses, { totalMs });
  };
}

function summary(histogram: Histogram) {
  const { count, maxMs } = histogram;
  return { count, p50: histogram.percentile(0.5), p99: histogram.percentile(0.99), max: maxMs };
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
