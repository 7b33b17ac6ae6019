import type { MediaSession } from '@parley/channels/rtp/media-session.ts';
import { createMediaSessions } from '@parley/channels/rtp/media-sessions.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { FRAME_MS, FRAME_SAMPLES, type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import { percentile } from './statistics.ts';

const sizes = [100, 300, 500, 800];
/** Until the code is compiled and the jitter buffers know the network. */
const warmUpMs = 3000;
const measuredMs = 8000;
/** As the server has by default; `SOUND_THREADS=0` measures all in one thread. */
const threads = Number(process.env.SOUND_THREADS ?? 1);
/** A call set up each so often, as they come in life; their frames then fall all over the 20 ms. */
const setUpEveryMs = 3;

interface Result {
  readonly sessions: number;
  readonly srtp: boolean;
  /** Threads of the sound's own; 0: all is in the main thread. */
  readonly threads: number;
  readonly cpuPercent: number;
  /** Of it, what the main thread used: it gives and takes frames. */
  readonly mainPercent: number;
  readonly microsecondsAPacket: number;
  readonly lostPercent: number;
  readonly latePercent: number;
  readonly frameLatenessP50Ms: number;
  readonly frameLatenessP99Ms: number;
  readonly jitterP99Ms: number;
  readonly heapKilobytesASession: number;
}

/**
 * Calls of G.711 in one process, in pairs over loopback: both ends of each talk and listen without a pause, which is twice what people
 * do. A session takes and gives 50 packets a second. About a minute; `BENCH_SESSIONS=500` measures that number alone.
 */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const results: Result[] = [];
  const add = (result: Result) => {
    results.push(result);
    if (!json) console.log(report(result));
  };
  const chosen = process.env.BENCH_SESSIONS?.split(',').map(Number) ?? sizes;
  for (const count of chosen) add(await measure(count, false));
  const middle = chosen[Math.min(1, chosen.length - 1)];
  if (middle !== undefined) add(await measure(middle, true));
  if (json) console.log(JSON.stringify({ results }));
}

async function measure(count: number, isSecure: boolean): Promise<Result> {
  const clock = createSystemClock();
  const media = createMediaSessions({
    clock,
    onError: (error) => {
      throw error;
    },
    bindAddress: '127.0.0.1',
    ports: { from: 40_000, to: 49_999 },
    threads,
  });
  const options = { srtp: isSecure ? 'required' : 'off', remoteAddress: '127.0.0.1', onEvent: () => {} } as const;
  const heapBefore = usedBytes();
  const sessions: MediaSession[] = [];
  for (let n = 0; n < count / 2; n += 1) {
    const caller = await media.open(options);
    const callee = await media.open(options);
    sessions.push(caller, callee);
  }
  const heapKilobytesASession = (usedBytes() - heapBefore) / count / 1024;
  const lateness: number[] = [];
  const stops: (() => void)[] = [];
  const frames = Array.from({ length: 16 }, (_, n) => tone(200 + 40 * n));
  for (let n = 0; n < sessions.length; n += 2) {
    const caller = sessions[n];
    const callee = sessions[n + 1];
    if (caller === undefined || callee === undefined) continue;
    caller.takeAnswer(callee.answerOffer(caller.createOffer()));
    for (const session of [caller, callee]) {
      let at = n;
      session.listen({ frame() {}, digit() {} });
      stops.push(
        clock.everyFrame((dueMs) => {
          lateness.push(clock.nowMs() - dueMs);
          at += 1;
          session.write(frames[at % frames.length] ?? new Int16Array(FRAME_SAMPLES));
        }),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, setUpEveryMs));
  }
  await new Promise((resolve) => setTimeout(resolve, warmUpMs));
  lateness.length = 0;
  const before = total(sessions);
  const cpuBefore = process.cpuUsage();
  const mainBefore = process.threadCpuUsage();
  const startedMs = performance.now();
  await new Promise((resolve) => setTimeout(resolve, measuredMs));
  const cpu = process.cpuUsage(cpuBefore);
  const main = process.threadCpuUsage(mainBefore);
  const wallMs = performance.now() - startedMs;
  const after = total(sessions);
  const jitters = sessions.map((session) => session.figures().jitterMs ?? 0);
  for (const stop of stops) stop();
  await media.close();
  const received = after.received - before.received;
  const sent = after.sent - before.sent;
  const cpuMicroseconds = cpu.user + cpu.system;
  return {
    sessions: count,
    srtp: isSecure,
    threads,
    cpuPercent: cpuMicroseconds / 10 / wallMs,
    mainPercent: (main.user + main.system) / 10 / wallMs,
    microsecondsAPacket: cpuMicroseconds / (received + sent),
    lostPercent: (100 * (after.lost - before.lost)) / sent,
    latePercent: (100 * (after.late - before.late)) / sent,
    frameLatenessP50Ms: percentile(lateness, 0.5),
    frameLatenessP99Ms: percentile(lateness, 0.99),
    jitterP99Ms: percentile(jitters, 0.99),
    heapKilobytesASession,
  };
}

function total(sessions: readonly MediaSession[]) {
  const sum = { received: 0, sent: 0, lost: 0, late: 0 };
  for (const session of sessions) {
    const figures = session.figures();
    sum.received += figures.packetsReceived;
    sum.sent += figures.packetsSent;
    sum.lost += figures.packetsLost;
    sum.late += figures.packetsLate;
  }
  return sum;
}

function usedBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function tone(hz: number): Pcm {
  const length = (SAMPLE_RATE_HZ * FRAME_MS) / 1000;
  return Int16Array.from({ length }, (_, n) => 8000 * Math.sin((2 * Math.PI * hz * n) / SAMPLE_RATE_HZ));
}

function report(result: Result): string {
  return (
    `${String(result.sessions).padStart(5)} sessions${result.srtp ? ' SRTP' : '     '}  ` +
    `CPU ${result.cpuPercent.toFixed(0)} % (main thread ${result.mainPercent.toFixed(0)} %)  ${result.microsecondsAPacket.toFixed(1)} µs a packet  ` +
    `lost ${result.lostPercent.toFixed(3)} %  late ${result.latePercent.toFixed(3)} %  ` +
    `frames late p50 ${result.frameLatenessP50Ms.toFixed(1)} p99 ${result.frameLatenessP99Ms.toFixed(1)} ms  ` +
    `jitter p99 ${result.jitterP99Ms.toFixed(1)} ms  heap ${result.heapKilobytesASession.toFixed(1)} kB a session`
  );
}
