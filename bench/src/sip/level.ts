import { setTimeout as delay } from 'node:timers/promises';
import { freePort, freePortRange } from '@parley/channels/testing/peers/free-ports.ts';
import { until } from '@parley/channels/testing/peers/peer-process.ts';
import { type Sipp, startSipp } from '@parley/channels/testing/peers/sipp.ts';
import { callerScenario, offer } from '@parley/channels/testing/peers/sipp-scenarios.ts';
import { machineBusyMs, mainThreadMs, processorMs } from '../load/processor-time.ts';
import { droppedAt, udpCounters } from '../load/udp-counters.ts';
import { percentile } from '../statistics.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { leftovers } from './leftovers.ts';
import { openRtpProbe } from './rtp-probe.ts';

/** What must hold for calls to be well served. */
const most = {
  lostShare: 0.001,
  // One packet is left out at the end of each thing that the agent says, of which there is one in six seconds here: 0.3 %.
  missingShare: 0.005,
  jitterP99Ms: 20,
  setUpP99Ms: 200,
} as const;

const callsPerSecond = 20;
const measuredMs = 20_000;
/** Calls whose sound is looked at packet by packet, and how many of each second's: not a divisor of 20, or all would come to the same server. */
const probedCalls = 20;
const probedPerSecond = 3;
/** After the last call began: greetings are spoken, code is compiled. */
const settleMs = 5_000;
/** Who is not answered within that time after the last call began will not be. */
const patienceMs = 15_000;
const packetsPerSecond = 50;

export const loadAddress = '127.0.0.2';
const probeAddress = '127.0.0.3';

/** Shares of packets are of those that should have come. */
export interface Level {
  readonly processes: number;
  readonly calls: number;
  /** Told 503: no server had time for them. */
  readonly refused: number;
  /** Not answered, or not until their end. */
  readonly failed: number;
  /** What the rest is measured with. */
  readonly up: number;
  /** Of each server, the calls that packets are looked at of. */
  readonly probed: readonly number[];
  readonly setUpP50Ms: number;
  readonly setUpP99Ms: number;
  /** Of the servers' packets, as they came. */
  readonly lostShare: number;
  /** Of the servers' packets, those that were never sent though one is due each 20 ms: a server that is late leaves them out. */
  readonly missingShare: number;
  readonly jitterP50Ms: number;
  readonly jitterP99Ms: number;
  /** Of the callers' packets, by their numbers, in the whole of their calls. */
  readonly callersLostShare: number;
  /** Callers' packets that found the buffer of a server's socket full, in the time measured. */
  readonly callersDropped: number;
  /** Packets a second that left any socket of the machine, of those that callers and servers have to send; below 1, somebody sends too few. */
  readonly sentShare: number;
  /** Processors that each server's process used, and the first thread of it. */
  readonly serverCores: readonly number[];
  readonly mainThreadCores: readonly number[];
  /** What SIPp used and this process, which hears the sample. */
  readonly loadCores: number;
  /** What Kamailio used. */
  readonly proxyCores: number;
  /** What anything on the machine used, a database of its own and the kernel's work for packets included. */
  readonly machineCores: number;
  readonly memoryKbPerCall: number;
  readonly portsLeft: number;
  readonly dialogsLeft: number;
  readonly holds: boolean;
}

export interface LevelOptions {
  readonly processes: number;
  readonly calls: number;
  /** For the scripts by which speech is understood, and the callers' sound. */
  readonly folder: string;
  readonly speechPath: string;
  readonly speech: Uint8Array;
}

/** That many calls at once, all of them up while it is measured but for those that were refused. About a minute and a half. */
export async function measureLevel(options: LevelOptions): Promise<Level> {
  const { calls, processes } = options;
  const fleet = await startFleet({
    processes,
    calls,
    scriptsFolder: options.folder,
    callers: [loadAddress, probeAddress],
  });
  const probe = await openRtpProbe(probeAddress, await freePort(probeAddress), options.speech);
  const started: Sipp[] = [];
  try {
    const memoryBeforeMb = await memoryMb(fleet);
    // The first calls are still there when the last one was answered and everything was measured.
    const lastsMs = (calls / callsPerSecond) * 1000 + patienceMs + settleMs + measuredMs;
    const begin = async (count: number, address: string, rate: number, sound: Parameters<typeof callerScenario>[0]) => {
      if (count <= 0) return;
      started.push(
        await startSipp({
          ...{ target: fleet.target, service: 'receptionist', calls: count, mostAtOnce: count, callsPerSecond: rate },
          scenario: callerScenario({ ...sound, mayBeRefused: true }),
          ...{ address, port: await freePort(address), mediaPort: await freePortRange(4, address) },
          durationMs: Math.round(lastsMs),
          timeoutMs: lastsMs + (calls / callsPerSecond) * 1000 + 60_000,
        }),
      );
    };
    const probed = Math.min(probedCalls, calls);
    await begin(calls - probed, loadAddress, callsPerSecond - probedPerSecond, { media: options.speechPath });
    const probeOffer = offer().map((text) => text.replace('[rtpstream_audio_port]', String(probe.port)));
    await begin(probed, probeAddress, probedPerSecond, { sdp: probeOffer });
    await allBegun(fleet, started, calls);
    await delay(settleMs);

    const before = await readings(fleet, started);
    probe.measure();
    const beganMs = performance.now();
    await delay(measuredMs);
    const { ports, packets, lost, missing, deviationsMs } = probe.figures;
    const after = await readings(fleet, started);
    const tookMs = performance.now() - beganMs;
    const up = total(await fleet.metric('parley_sip_dialogs'));
    const memoryKbPerCall = (((await memoryMb(fleet)) - memoryBeforeMb) * 1024) / Math.max(1, up);

    const results = await Promise.all(started.map((sipp) => sipp.finished));
    const left = await leftovers(fleet);
    const [lostSum, lostCount] = await Promise.all(
      ['sum', 'count'].map(async (part) => total(await fleet.metric(`parley_phone_lost_ratio_${part}`))),
    );
    const setUpMs = results.flatMap(({ responseTimesMs }) => responseTimesMs);
    const refused = results.reduce((sum, result) => sum + result.refused, 0);
    const cores = (part: 'serverMs' | 'mainThreadMs') =>
      fleet.servers.map((_, index) => ((after[part][index] ?? 0) - (before[part][index] ?? 0)) / tookMs);
    const level = {
      processes,
      calls,
      refused,
      failed: calls - results.reduce((sum, { succeeded }) => sum + succeeded, 0),
      up,
      probed: fleet.rtpPorts.map(({ from, to }) => ports.filter((port) => port >= from && port <= to).length),
      setUpP50Ms: percentile(setUpMs, 0.5),
      setUpP99Ms: percentile(setUpMs, 0.99),
      lostShare: lost / (lost + packets),
      missingShare: missing / (missing + lost + packets),
      jitterP50Ms: percentile(deviationsMs, 0.5),
      jitterP99Ms: percentile(deviationsMs, 0.99),
      callersLostShare: (lostSum ?? 0) / Math.max(1, lostCount ?? 0),
      callersDropped: after.dropped - before.dropped,
      sentShare: ((after.sent - before.sent) / tookMs) * (1000 / (2 * packetsPerSecond * Math.max(1, up))),
      serverCores: cores('serverMs'),
      mainThreadCores: cores('mainThreadMs'),
      loadCores: (after.loadMs - before.loadMs) / tookMs,
      proxyCores: (after.proxyMs - before.proxyMs) / tookMs,
      machineCores: (after.machineMs - before.machineMs) / tookMs,
      memoryKbPerCall,
      ...left,
    };
    return { ...level, holds: isHeld(level) };
  } finally {
    for (const sipp of started) await sipp.stop();
    probe.close();
    await fleet.stop();
  }
}

function isHeld(level: Omit<Level, 'holds'>): boolean {
  return (
    level.failed === 0 &&
    level.refused === 0 &&
    level.up === level.calls &&
    level.lostShare <= most.lostShare &&
    level.missingShare <= most.missingShare &&
    level.callersLostShare <= most.lostShare &&
    level.jitterP99Ms <= most.jitterP99Ms &&
    level.setUpP99Ms <= most.setUpP99Ms
  );
}

/** Every call is up, was refused or failed; or nothing more is to be hoped for. */
async function allBegun(fleet: Fleet, started: readonly Sipp[], calls: number): Promise<void> {
  const timeoutMs = (calls / callsPerSecond) * 1000 + patienceMs;
  await until(
    'every call has begun or ended',
    async () => {
      const up = total(await fleet.metric('parley_sip_dialogs'));
      const figures = await Promise.all(started.map((sipp) => sipp.figures()));
      return up + figures.reduce((sum, { refused, failed }) => sum + refused + failed, 0) >= calls;
    },
    { timeoutMs, everyMs: 500 },
  ).catch(() => undefined);
}

async function readings(fleet: Fleet, load: readonly Sipp[]) {
  const own = async (pid: number) => (await processorMs(pid)).own;
  const proxy = fleet.proxyPid === undefined ? undefined : await processorMs(fleet.proxyPid);
  // The probe is this process.
  const { user, system } = process.cpuUsage();
  const [serverMs, mainMs, loads, dropped] = await Promise.all([
    Promise.all(fleet.servers.map(({ pid }) => own(pid))),
    Promise.all(fleet.servers.map(({ pid }) => mainThreadMs(pid))),
    Promise.all(load.map(({ pid }) => own(pid))),
    Promise.all(fleet.rtpPorts.map(droppedAt)),
  ]);
  return {
    serverMs,
    mainThreadMs: mainMs,
    loadMs: total(loads) + (user + system) / 1000,
    proxyMs: proxy === undefined ? 0 : proxy.own + proxy.children,
    machineMs: await machineBusyMs(),
    sent: (await udpCounters()).sent,
    dropped: total(dropped),
  };
}

async function memoryMb(fleet: Fleet): Promise<number> {
  return total(await Promise.all(fleet.servers.map((server) => server.rssMb())));
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
