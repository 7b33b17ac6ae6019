import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, freePortRange } from '@parley/channels/testing/peers/free-ports.ts';
import { until } from '@parley/channels/testing/peers/peer-process.ts';
import { runSipp, type Sipp, type SippResult, startSipp } from '@parley/channels/testing/peers/sipp.ts';
import { callerScenario, offer } from '@parley/channels/testing/peers/sipp-scenarios.ts';
import { metricOf, metricsEnv } from '@parley/server/testing/server-metrics.ts';
import { type ServerProcess, startServerProcess } from '@parley/server/testing/server-process.ts';
import { processorMs } from './load/processor-time.ts';
import { callerSpeech } from './sip/caller-speech.ts';
import { openRtpProbe } from './sip/rtp-probe.ts';
import { percentile, print } from './statistics.ts';

/** Calls at once, unless `SIP_CALLS` says otherwise, such as `SIP_CALLS=50,500`; each level has a server of its own. */
const levels = (process.env.SIP_CALLS ?? '100,300,500').split(',').map(Number);
/** Calls one after another, of a third of a second each, after which nothing may be left; `SIP_SHORT_CALLS=10000` is the long form. */
const shortCalls = Number(process.env.SIP_SHORT_CALLS ?? 500);
const callsPerSecond = 20;
const measuredMs = 20_000;
/** Calls whose sound is looked at packet by packet. */
const probedCalls = 20;
/** After the last call began: greetings are spoken, code is compiled. */
const settleMs = 5_000;

/** What must hold for calls to be well served. */
const most = { lostShare: 0.001, jitterP99Ms: 20, setUpP99Ms: 200 } as const;

const serverAddress = '127.0.0.1';
const loadAddress = '127.0.0.2';
const probeAddress = '127.0.0.3';

interface Level {
  readonly calls: number;
  readonly failed: number;
  readonly setUpP50Ms: number;
  readonly setUpP99Ms: number;
  /** Of the server's packets, as they came. */
  readonly lostShare: number;
  readonly jitterP50Ms: number;
  readonly jitterP99Ms: number;
  /** Share of one processor that the server's process used, and the load's. */
  readonly serverCores: number;
  readonly loadCores: number;
  readonly memoryKbPerCall: number;
  readonly portsLeft: number;
  readonly dialogsLeft: number;
  readonly holds: boolean;
}

/**
 * Telephone calls by SIP with G.711 both ways: SIPp calls a server of its own with scripted speech and the light voice detector, and a
 * sample of the calls is heard packet by packet. About a minute a level, all of it on one machine.
 */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-sip-'));
  const speechPath = join(folder, 'speech.ulaw');
  const speech = callerSpeech();
  await writeFile(speechPath, speech);
  // A question that can be asked for ever: callers stay until they are told to hang up.
  await writeFile(join(folder, 'hours.txt'), 'what are your opening hours\n');
  try {
    const results: Level[] = [];
    for (const calls of levels) results.push(await measure(calls, folder, speech));
    const left = await shortCallsLeave(shortCalls, folder);
    const greatest = Math.max(0, ...results.filter(({ holds }) => holds).map(({ calls }) => calls));
    if (json) return print(true, { levels: results, greatestThatHolds: greatest, afterShortCalls: left });
    for (const { calls, ...figures } of results) {
      process.stdout.write(`\n${calls} calls\n`);
      print(false, Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, rounded(value)])));
    }
    process.stdout.write(`\nthe greatest level that holds: ${greatest}\n\nafter ${shortCalls} short calls\n`);
    print(false, Object.fromEntries(Object.entries(left).map(([name, value]) => [name, rounded(value)])));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(calls: number, folder: string, speech: Uint8Array): Promise<Level> {
  const server = await startServer(calls, folder);
  const probe = await openRtpProbe(probeAddress, await freePort(probeAddress), speech);
  const sample = Math.min(probedCalls, calls);
  const started: Sipp[] = [];
  try {
    // The first calls are still there when the last one was answered, however slow that is, and everything was measured.
    const lastsMs = (calls / callsPerSecond) * 2_000 + 30_000 + settleMs + measuredMs;
    const common = {
      target: `${serverAddress}:${server.sipPort}`,
      service: 'receptionist',
      timeoutMs: lastsMs + 60_000,
    };
    const memoryBeforeMb = await server.rssMb();
    const begin = async (count: number, address: string, scenario: string, rate: number) => {
      if (count <= 0) return;
      const mediaPort = await freePortRange(4, address);
      const port = await freePort(address);
      const durationMs = Math.round(lastsMs);
      started.push(
        await startSipp({
          ...{ ...common, scenario, address, port, mediaPort, durationMs, calls: count, callsPerSecond: rate },
          mostAtOnce: count,
        }),
      );
    };
    const loadShare = (calls - sample) / calls;
    await begin(
      calls - sample,
      loadAddress,
      callerScenario({ media: join(folder, 'speech.ulaw') }),
      Math.max(1, Math.round(callsPerSecond * loadShare)),
    );
    const probeOffer = offer().map((text) => text.replace('[rtpstream_audio_port]', String(probe.port)));
    await begin(
      sample,
      probeAddress,
      callerScenario({ sdp: probeOffer }),
      Math.max(1, callsPerSecond - Math.round(callsPerSecond * loadShare)),
    );
    const up = () => metricOf(server.url, 'parley_sip_dialogs');
    await until(`${calls} calls are up`, async () => (await up()) >= calls, {
      timeoutMs: (calls / callsPerSecond) * 2_000 + 30_000,
      everyMs: 250,
    }).catch(async (error: unknown) => {
      const figures = await Promise.all(started.map((sipp) => sipp.figures()));
      const errors = await Promise.all(started.map((sipp) => sipp.errors()));
      const told = `${await up()} are up. ${JSON.stringify(figures)} ${errors.join(' ').slice(0, 2_000)}`;
      throw new Error(`Not all calls were answered: ${told}`, { cause: error });
    });
    await delay(settleMs);

    const before = await processorTimes(server, started);
    probe.measure();
    await delay(measuredMs);
    const { packets, lost, deviationsMs } = probe.figures;
    const after = await processorTimes(server, started);
    const memoryKbPerCall = (((await server.rssMb()) - memoryBeforeMb) * 1024) / calls;

    const results = await Promise.all(started.map((sipp) => sipp.finished));
    const left = await leftovers(server);
    const setUpMs = results.flatMap(({ responseTimesMs }) => responseTimesMs);
    const level = {
      calls,
      failed: calls - results.reduce((sum, { succeeded }) => sum + succeeded, 0),
      setUpP50Ms: percentile(setUpMs, 0.5),
      setUpP99Ms: percentile(setUpMs, 0.99),
      lostShare: lost / (lost + packets),
      jitterP50Ms: percentile(deviationsMs, 0.5),
      jitterP99Ms: percentile(deviationsMs, 0.99),
      serverCores: (after.serverMs - before.serverMs) / measuredMs,
      loadCores: (after.loadMs - before.loadMs) / measuredMs,
      memoryKbPerCall,
      ...left,
    };
    return { ...level, holds: isHeld(level) };
  } finally {
    for (const sipp of started) await sipp.stop();
    probe.close();
    await server.stop();
  }
}

function isHeld(level: Omit<Level, 'holds'>): boolean {
  return (
    level.failed === 0 &&
    level.lostShare <= most.lostShare &&
    level.jitterP99Ms <= most.jitterP99Ms &&
    level.setUpP99Ms <= most.setUpP99Ms
  );
}

/** Many short calls, and what of them is still there afterwards. */
async function shortCallsLeave(calls: number, folder: string) {
  const server = await startServer(calls, folder);
  try {
    const batch = async (count: number): Promise<SippResult> =>
      await runSipp({
        ...{ scenario: callerScenario(), target: `${serverAddress}:${server.sipPort}`, service: 'receptionist' },
        ...{ address: loadAddress, port: await freePort(loadAddress), mediaPort: await freePortRange(4, loadAddress) },
        ...{ calls: count, callsPerSecond, durationMs: 300, timeoutMs: (count / callsPerSecond) * 2_000 + 60_000 },
      });
    // The first ones are for the process to get warm.
    const warm = await batch(Math.ceil(calls / 5));
    await leftovers(server);
    const memoryBeforeMb = await server.rssMb();
    const filesBefore = await server.openFiles();
    const rest = await batch(calls - Math.ceil(calls / 5));
    const left = await leftovers(server);
    return {
      failed: warm.failed + rest.failed,
      ...left,
      filesLeft: (await server.openFiles()) - filesBefore,
      memoryKbPerCall: (((await server.rssMb()) - memoryBeforeMb) * 1024) / calls,
    };
  } finally {
    await server.stop();
  }
}

async function startServer(calls: number, folder: string): Promise<ServerProcess> {
  return await startServerProcess({
    env: {
      SPEECH: 'scripted?script=hours',
      SCRIPTED_FOLDER: folder,
      ...metricsEnv,
      HOST: serverAddress,
      SIP_PORT: '0',
      VOICE_DETECTOR: 'light',
      LOG_LEVEL: 'fatal',
      RTP_PORTS: '20000-27999',
      MAX_CONVERSATIONS: String(2 * calls + 100),
      MAX_CALLS_PER_ORGANIZATION: String(2 * calls + 100),
    },
  });
}

/** What is still there once there was time to let it go. */
async function leftovers(server: ServerProcess): Promise<{ readonly portsLeft: number; readonly dialogsLeft: number }> {
  const read = async () => ({
    portsLeft: await metricOf(server.url, 'parley_rtp_port_pairs'),
    dialogsLeft: await metricOf(server.url, 'parley_sip_dialogs'),
  });
  await until('all is let go', async () => Object.values(await read()).every((count) => count === 0), {
    timeoutMs: 40_000,
    everyMs: 500,
  }).catch(() => undefined);
  return await read();
}

async function processorTimes(server: ServerProcess, load: readonly Sipp[]) {
  const loads = await Promise.all(load.map(async ({ pid }) => (await processorMs(pid)).own));
  // The probe is this process.
  const { user, system } = process.cpuUsage();
  return {
    serverMs: (await processorMs(server.pid)).own,
    loadMs: loads.reduce((sum, ms) => sum + ms, 0) + (user + system) / 1000,
  };
}

function rounded(value: number | boolean): number | string {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : Math.round(value * 10_000) / 10_000;
}
