import { freePort, freePortRange } from '@parley/channels/testing/peers/free-ports.ts';
import { runSipp, type SippResult } from '@parley/channels/testing/peers/sipp.ts';
import { callerScenario } from '@parley/channels/testing/peers/sipp-scenarios.ts';
import { percentile } from '../statistics.ts';
import { startFleet } from './fleet.ts';
import { leftovers } from './leftovers.ts';
import { loadAddress } from './level.ts';

export interface ShortCallsOptions {
  readonly calls: number;
  readonly callsPerSecond: number;
  readonly scriptsFolder: string;
}

/** How long a caller stays: not long enough to be greeted. */
const staysMs = 300;
/** The first ones are for the process to get warm, and for its heap to grow as far as it does. */
const warmShare = 0.2;
/** Calls that take long to answer are up together. */
const mostSeconds = 10;

/** Many short calls to one server, and what of them is still there afterwards; memory once warm, in the middle and at the end. */
export async function measureShortCalls({ calls, callsPerSecond, scriptsFolder }: ShortCallsOptions) {
  const fleet = await startFleet({
    ...{ processes: 1, scriptsFolder, callers: [loadAddress] },
    calls: callsPerSecond * mostSeconds,
  });
  const [server] = fleet.servers;
  try {
    if (server === undefined) throw new Error('One server was asked for.');
    const batch = async (count: number): Promise<SippResult> =>
      await runSipp({
        ...{ scenario: callerScenario({ mayBeRefused: true }), target: fleet.target, service: 'receptionist' },
        ...{ address: loadAddress, port: await freePort(loadAddress), mediaPort: await freePortRange(4, loadAddress) },
        ...{ calls: count, callsPerSecond, mostAtOnce: callsPerSecond * mostSeconds, durationMs: staysMs },
        timeoutMs: (count / callsPerSecond) * 2_000 + 60_000,
      });
    const warm = await batch(Math.ceil(calls * warmShare));
    await leftovers(fleet);
    const memoryBeforeMb = await server.rssMb();
    const filesBefore = await server.openFiles();
    const count = calls - Math.ceil(calls * warmShare);
    const half = await batch(Math.ceil(count / 2));
    await leftovers(fleet);
    const memoryHalfMb = await server.rssMb();
    const rest = await batch(Math.floor(count / 2));
    const left = await leftovers(fleet);
    const memoryAfterMb = await server.rssMb();
    return {
      calls,
      refused: warm.refused + half.refused + rest.refused,
      failed: warm.failed + half.failed + rest.failed,
      setUpP50Ms: percentile(rest.responseTimesMs, 0.5),
      setUpP99Ms: percentile(rest.responseTimesMs, 0.99),
      ...left,
      filesLeft: (await server.openFiles()) - filesBefore,
      memoryBeforeMb,
      memoryHalfMb,
      memoryAfterMb,
    };
  } finally {
    await fleet.stop();
  }
}
