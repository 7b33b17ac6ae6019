import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callerSpeech } from './sip/caller-speech.ts';
import { detector, mostProcesses } from './sip/fleet.ts';
import { type Level, measureLevel } from './sip/level.ts';
import { measureShortCalls } from './sip/short-calls.ts';
import { print } from './statistics.ts';

/** Calls at once, unless `SIP_CALLS` says otherwise, such as `SIP_CALLS=50,500`; each level has servers of its own. 0: none of this. */
const levels = numbers('SIP_CALLS', '100,300,500', 10_000, 0).filter((calls) => calls > 0);
/** Server processes that share them, such as `SIP_PROCESSES=1,2`: several stand behind Kamailio. */
const processes = numbers('SIP_PROCESSES', '1', mostProcesses);
/** Calls one after another, of a third of a second each, after which nothing may be left; 10000 is the long form, 0 leaves them out. */
const [shortCalls = 0] = numbers('SIP_SHORT_CALLS', '500', 1_000_000, 0);
const [shortCallsPerSecond = 0] = numbers('SIP_SHORT_RATE', '20', 1_000);

/**
 * Telephone calls by SIP with G.711 both ways: SIPp calls servers of its own with scripted speech and the light voice detector
 * (`SIP_DETECTOR=silero`: that one), and a sample of the calls is heard packet by packet. About two minutes a level, all of it on one
 * machine.
 */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-sip-'));
  const speechPath = join(folder, 'speech.ulaw');
  const speech = await callerSpeech(detector !== 'light');
  await writeFile(speechPath, speech);
  // A question that can be asked for ever: callers stay until they hang up.
  await writeFile(join(folder, 'hours.txt'), 'what are your opening hours\n');
  try {
    const results: Level[] = [];
    for (const count of processes) {
      for (const calls of levels) {
        const level = await measureLevel({ processes: count, calls, folder, speechPath, speech });
        results.push(level);
        if (!json) printPart(`${calls} calls, ${count} ${count === 1 ? 'process' : 'processes'}`, level);
      }
    }
    const greatest = Object.fromEntries(processes.map((count) => [count, greatestThatHolds(results, count)]));
    if (!json && results.length > 0) printPart('the most that holds, by processes', greatest);
    const short =
      shortCalls === 0
        ? undefined
        : await measureShortCalls({ calls: shortCalls, callsPerSecond: shortCallsPerSecond, scriptsFolder: folder });
    if (!json && short !== undefined) printPart('after short calls', short);
    if (json) print(true, { levels: results, greatestThatHolds: greatest, ...(short && { afterShortCalls: short }) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function greatestThatHolds(results: readonly Level[], count: number): number {
  return Math.max(0, ...results.filter((level) => level.holds && level.processes === count).map(({ calls }) => calls));
}

function printPart(title: string, figures: object): void {
  process.stdout.write(`\n${title}\n`);
  print(false, Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, written(value)])));
}

/** Shares need more places than the usual one. */
function written(value: unknown): string {
  if (Array.isArray(value)) return value.map(written).join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? String(Math.round(value * 10_000) / 10_000) : String(value);
}

function numbers(name: string, byDefault: string, highest: number, lowest = 1): readonly number[] {
  const found = (process.env[name] ?? byDefault).split(',').map(Number);
  if (found.every((count) => Number.isInteger(count) && count >= lowest && count <= highest)) return found;
  throw new Error(`${name} must be whole numbers from ${lowest} to ${highest}, separated by commas.`);
}
