import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@parley/channels/testing/peers/free-ports.ts';
import { hasKamailio, type Kamailio, startKamailio } from '@parley/channels/testing/peers/kamailio.ts';
import { until } from '@parley/channels/testing/peers/peer-process.ts';
import { createTestDatabaseUrl } from '@parley/server/testing/databases.ts';
import { type RedisServer, startRedisServer } from '@parley/server/testing/redis-server.ts';
import { metricOf, metricsEnv } from '@parley/server/testing/server-metrics.ts';
import { type ServerProcess, startServerProcess } from '@parley/server/testing/server-process.ts';

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export interface FleetOptions {
  /** Server processes; where there are several, a Kamailio stands before them. */
  readonly processes: number;
  /** Calls at once that all together may take. */
  readonly calls: number;
  /** Of the scripts by which speech is understood. */
  readonly scriptsFolder: string;
  /** Addresses from which many calls come: no flood to the proxy. */
  readonly callers: readonly string[];
}

/** Servers that take calls at one address, each a process with sound, and a database of its own unless they share one. */
export interface Fleet {
  readonly servers: readonly ServerProcess[];
  /** By which UDP ports each of them hears callers. */
  readonly rtpPorts: readonly PortRange[];
  /** `address:port`, whom callers call. */
  readonly target: string;
  /** The process of Kamailio that began its workers. */
  readonly proxyPid: number | undefined;
  /** Of each server, in order. */
  metric(name: string): Promise<readonly number[]>;
  stop(): Promise<void>;
}

/** Where each server takes calls; sound comes to any address of the machine, so that ports tell servers apart. */
const serverAddresses = ['127.0.0.1', '127.0.0.11', '127.0.0.12', '127.0.0.13', '127.0.0.14', '127.0.0.15'];
/** Below those that the system gives to others. */
const rtpPorts: PortRange = { from: 20_000, to: 31_999 };
const proxyAddress = '127.0.0.10';
/** For a proxy or a balance of calls that is not quite even. */
const spareCalls = 100;
/** How long a server may be too busy to tell its metrics, and how often it is asked. */
const patienceMs = 30_000;
const askAgainMs = 500;
/** `VOICE_DETECTOR` of the servers. */
export const detector = process.env.SIP_DETECTOR ?? 'light';

export const mostProcesses = serverAddresses.length;

/**
 * With `TEST_DATABASE_URL` all servers share a fresh database there, and where they are several a Redis, as replicas do; otherwise each
 * has its embedded one, which costs the same but is no way to run several.
 */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { processes } = options;
  const owned: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const release of owned.splice(0).reverse()) await release();
  };
  try {
    const shared = await sharedParts(processes, owned);
    const addresses = serverAddresses.slice(0, processes);
    const each = Math.floor((rtpPorts.to + 1 - rtpPorts.from) / processes / 2) * 2;
    const ranges = addresses.map((_, index): PortRange => {
      const from = rtpPorts.from + index * each;
      return { from, to: from + each - 1 };
    });
    const servers = await Promise.all(
      addresses.map(async (address, index) => {
        const server = await startServer(address, ranges[index] ?? rtpPorts, options, shared);
        owned.push(() => server.stop());
        return { ...server, url: server.url.replace('localhost', address) };
      }),
    );
    const targets = servers.map(({ sipPort }, index) => `${addresses[index]}:${sipPort}`);
    const proxy = processes === 1 ? undefined : await startProxy(targets, options.callers);
    if (proxy !== undefined) owned.push(() => proxy.kamailio.stop());
    return {
      servers,
      rtpPorts: ranges,
      target: proxy?.target ?? targets[0] ?? '',
      proxyPid: proxy?.kamailio.pid,
      metric: (name) => Promise.all(servers.map(({ url }) => patiently(() => metricOf(url, name)))),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function sharedParts(processes: number, owned: (() => Promise<unknown>)[]): Promise<Record<string, string>> {
  if (process.env.TEST_DATABASE_URL === undefined) return {};
  const database = await createTestDatabaseUrl();
  owned.push(() => database.remove());
  const redis: RedisServer | undefined = processes === 1 ? undefined : await startRedisServer();
  if (redis !== undefined) owned.push(() => redis.stop());
  return {
    DATABASE_URL: database.url,
    PARLEY_MASTER_KEY: randomBytes(32).toString('base64'),
    ...(redis !== undefined && { REDIS_URL: redis.url }),
  };
}

async function startServer(
  address: string,
  ports: PortRange,
  { calls, scriptsFolder }: FleetOptions,
  shared: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  return await startServerProcess({
    env: {
      SPEECH: 'scripted?script=hours',
      SCRIPTED_FOLDER: scriptsFolder,
      ...metricsEnv,
      ...shared,
      HOST: address,
      SIP_PORT: '0',
      SIP_TRUSTED_PROXIES: proxyAddress,
      VOICE_DETECTOR: detector,
      LOG_LEVEL: 'fatal',
      RTP_PORTS: `${ports.from}-${ports.to}`,
      MAX_CONVERSATIONS: String(2 * calls + spareCalls),
      MAX_CALLS_PER_ORGANIZATION: String(2 * calls + spareCalls),
    },
  });
}

/** The Kamailio that is deployed, which calls are taken through once it knows that every server takes them. */
async function startProxy(targets: readonly string[], callers: readonly string[]) {
  if (!hasKamailio) {
    throw new Error(
      'Several processes need Kamailio: install the system packages "kamailio" and "kamailio-tls-modules".',
    );
  }
  const uris = targets.map((target) => `sip:${target};transport=udp`);
  const target = `${proxyAddress}:${await freePort(proxyAddress)}`;
  const kamailio: Kamailio = await startKamailio({ listen: [`udp:${target}`], replicas: uris, trunks: callers });
  await asUrgentAsWe(kamailio.pid);
  try {
    await until('all servers take calls', async () => {
      const states = await kamailio.replicaStates();
      return uris.every((uri) => states.get(uri) === 'AP');
    });
  } catch (error) {
    await kamailio.stop();
    throw error;
  }
  return { target, kamailio };
}

/** A server that has more calls than it can carry answers late, or refuses to. */
async function patiently<Value>(ask: () => Promise<Value>): Promise<Value> {
  const endMs = performance.now() + patienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > endMs) throw error;
      await delay(askAgainMs);
    }
  }
}

/** Linux shares the processors out among sessions: one that has a session of its own, as Kamailio has, is given what ours was given. */
async function asUrgentAsWe(pid: number): Promise<void> {
  const ours = /nice (-?\d+)/.exec(await readFile('/proc/self/autogroup', 'utf8').catch(() => ''))?.[1];
  // Where it cannot be, the measurement is of a proxy that others get in the way of.
  if (ours !== undefined && ours !== '0') await writeFile(`/proc/${pid}/autogroup`, ours).catch(() => undefined);
}
