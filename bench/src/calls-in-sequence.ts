import { queryObjects } from 'node:v8';
import { LiveConversation } from '@parley/engine/driver/live-conversation.ts';
import { randomCall } from '@parley/engine/simulation/random-call.ts';
import { simulateCall } from '@parley/engine/simulation/simulate-call.ts';
import { collectGarbage, keptBytes } from './load/heap.ts';
import { print, slopeWithConfidence } from './statistics.ts';

const calls = 10_000;
/** Memory and handles are read so often, after all that nobody needs was let go. */
const callsBetweenReadings = 100;

/**
 * Ten thousand calls one after the other in one process, in virtual time: the simulator's random calls with all faults,
 * through the whole driver. Whatever one call keeps shows as a slope. About a minute and a half.
 */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const rssKb: number[] = [];
  const keptKb: number[] = [];
  const handles: number[] = [];
  const left: number[] = [];
  const signals: number[] = [];
  let virtualMs = 0;
  let timersLeft = 0;
  for (let seed = 1; seed <= calls; seed += 1) {
    const log = await simulateCall(randomCall(seed));
    virtualMs += log.endMs;
    timersLeft += log.leftover?.timers ?? Number.NaN;
    if (seed % callsBetweenReadings !== 0) continue;
    keptKb.push(keptBytes() / 1024);
    rssKb.push(process.memoryUsage.rss() / 1024);
    handles.push(process.getActiveResourcesInfo().length);
    left.push(queryObjects(LiveConversation, { format: 'count' }));
    signals.push(queryObjects(AbortSignal, { format: 'count' }));
  }
  collectGarbage();
  // Until then code is compiled and the simulator's own sounds are made.
  const secondHalf = <Value>(values: readonly Value[]) => values.slice(values.length / 2);
  const perCall = (readings: readonly number[]) => slopeWithConfidence(secondHalf(readings), callsBetweenReadings);
  print(json, {
    calls,
    'virtual hours': virtualMs / 3_600_000,
    'resident memory when half were over, at the end (MB)': ends(rssKb.map((kb) => kb / 1024)),
    'its slope (kB a call)': inWords(perCall(rssKb)),
    'kept after collection, half and end (MB)': ends(keptKb.map((kb) => kb / 1024)),
    'its slope, kept (kB a call)': inWords(perCall(keptKb)),
    'open handles, half and end': ends(handles),
    'slope of handles (a call)': inWords(perCall(handles)),
    'timers left by all calls': timersLeft,
    'conversations still in memory at a reading, most': Math.max(...secondHalf(left)),
    'abort signals in memory, half and end': ends(signals),
  });

  function ends(readings: readonly number[]): string {
    return `${(secondHalf(readings)[0] ?? Number.NaN).toFixed(1)}, ${(readings.at(-1) ?? Number.NaN).toFixed(1)}`;
  }
}

function inWords({ slope, error }: { readonly slope: number; readonly error: number }): string {
  return `${slope.toFixed(4)} ± ${error.toFixed(4)}`;
}
