import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, isBound, type PeerProcess, peerFolder, startPeer, until } from './peer-process.ts';

const program = findProgram('sipp');

/** Whether SIPp (Debian's sip-tester) is on this machine. */
export const hasSipp = program !== undefined;

export interface SippOptions {
  /** XML of the scenario, see `sipp-scenarios.ts`. */
  readonly scenario: string;
  readonly address: string;
  readonly port: number;
  /** `127.0.0.1:5060`: whom a caller calls. Left out for one that is called. */
  readonly target?: string;
  /** One socket for all calls, over UDP or TCP. */
  readonly transport?: 'udp' | 'tcp';
  /** Calls in all, after which it ends by itself. */
  readonly calls?: number;
  readonly callsPerSecond?: number;
  readonly mostAtOnce?: number;
  /** How long calls last, where the scenario pauses without saying how long, in milliseconds. */
  readonly durationMs?: number;
  /** `[service]` of the scenario: the user who is called. */
  readonly service?: string;
  /** Keywords of the scenario. */
  readonly keys?: Readonly<Record<string, string>>;
  /** Credentials for `[authentication]`. */
  readonly account?: { readonly username: string; readonly password: string };
  /** Messages that are thrown away on each way, in percent. */
  readonly lostPercent?: number;
  readonly mediaPort?: number;
  /** How long the whole may take. */
  readonly timeoutMs?: number;
  /** Writes every message into its folder, for a person who looks for what went wrong. */
  readonly tracesMessages?: boolean;
  readonly more?: readonly string[];
}

/** One SIPp at work. */
export interface Sipp {
  readonly pid: number;
  readonly folder: string;
  /** Resolves when it ended, with what it counted. */
  readonly finished: Promise<SippResult>;
  /** What it counted up to the last second. */
  figures(): Promise<SippFigures>;
  /** No more new calls; those that are up go on to their end. */
  finish(): void;
  /** Errors that it wrote down: messages that were not expected, time-outs. */
  errors(): Promise<string>;
  stop(): Promise<void>;
}

export interface SippFigures {
  /** Calls that an `invited` step of the scenario counted; what SIPp takes for calls otherwise is every question too. */
  readonly invited: number;
  /** Calls that a `refused` step of the scenario counted; they are among the succeeded, for that is how their scenario ends. */
  readonly refused: number;
  readonly created: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly current: number;
  readonly retransmissions: number;
}

export interface SippResult extends SippFigures {
  /** 0: every call went as its scenario says. */
  readonly exitCode: number | null;
  /** One time for each call that the scenario measured with `start_rtd` and `rtd`, in milliseconds. */
  readonly responseTimesMs: readonly number[];
  readonly errors: string;
}

const defaultTimeoutMs = 60_000;

/** Starts SIPp; one that is called listens when this resolves. */
export async function startSipp(options: SippOptions): Promise<Sipp> {
  if (program === undefined) throw new Error('SIPp is not installed. Install the system package "sip-tester".');
  const folder = await peerFolder('sipp');
  await writeFile(join(folder, 'scenario.xml'), options.scenario);
  const transport = options.transport ?? 'udp';
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const peer = startPeer(program, sippParameters(options, transport, timeoutMs), { folder });
  const kill = setTimeout(() => peer.signal('SIGKILL'), timeoutMs + 5_000);
  const finished = peer.exited.then(async (exitCode) => {
    clearTimeout(kill);
    const figures = await readFigures(folder);
    return { ...figures, exitCode, responseTimesMs: await readTimes(folder), errors: await readErrors(folder, peer) };
  });
  finished.catch(() => undefined);
  const stop = async () => {
    clearTimeout(kill);
    // It counts and writes while it ends by itself; who stops it does not wait for that.
    peer.signal('SIGKILL');
    await peer.stop();
  };
  try {
    if (options.target === undefined) {
      await until(
        'SIPp listens',
        async () => !peer.isRunning() || (await isBound(transport, options.address, options.port)),
      );
      if (!peer.isRunning()) throw new Error(`SIPp ended at once:\n${await readErrors(folder, peer)}`);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pid: peer.pid,
    folder,
    finished,
    figures: () => readFigures(folder),
    finish: () => peer.signal('SIGUSR1'),
    errors: () => readErrors(folder, peer),
    stop,
  };
}

/** Runs SIPp to its end. */
export async function runSipp(options: SippOptions): Promise<SippResult> {
  const sipp = await startSipp(options);
  try {
    return await sipp.finished;
  } finally {
    await sipp.stop();
  }
}

function sippParameters(options: SippOptions, transport: 'udp' | 'tcp', timeoutMs: number): string[] {
  const pairs: (readonly [string, string | number | undefined])[] = [
    ['-sf', 'scenario.xml'],
    ['-i', options.address],
    ['-p', options.port],
    ['-t', transport === 'udp' ? 'u1' : 't1'],
    ['-m', options.calls],
    ['-r', options.callsPerSecond],
    ['-l', options.mostAtOnce],
    ['-d', options.durationMs],
    ['-s', options.service],
    ['-lost', options.lostPercent],
    ['-mi', options.mediaPort === undefined ? undefined : options.address],
    ['-mp', options.mediaPort],
    ['-au', options.account?.username],
    ['-ap', options.account?.password],
    ['-stf', 'figures.csv'],
    ['-fd', 1],
    ['-timeout', `${Math.ceil(timeoutMs / 1000)}s`],
    ['-error_file', 'errors.log'],
  ];
  return [
    ...(options.target === undefined ? [] : [options.target]),
    '-nostdin',
    '-trace_stat',
    '-trace_err',
    '-trace_rtt',
    '-rtt_freq',
    '1',
    '-timeout_error',
    ...(options.tracesMessages === true ? ['-trace_msg'] : []),
    ...pairs.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)])),
    ...Object.entries(options.keys ?? {}).flatMap(([name, value]) => ['-key', name, value]),
    ...(options.more ?? []),
  ];
}

/** The last line of its table; zeros before the first. */
async function readFigures(folder: string): Promise<SippFigures> {
  const text = await readFile(join(folder, 'figures.csv'), 'latin1').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  const names = (lines[0] ?? '').split(';');
  const values = (lines.length > 1 ? (lines.at(-1) ?? '') : '').split(';');
  const value = (name: string) => Number(values[names.indexOf(name)] ?? 0) || 0;
  const counted = (step: string) => value(names.find((name) => name.startsWith(step) && name.endsWith('(C)')) ?? '');
  return {
    invited: counted('invited'),
    refused: counted('refused'),
    created: value('TotalCallCreated'),
    succeeded: value('SuccessfulCall(C)'),
    failed: value('FailedCall(C)'),
    current: value('CurrentCall'),
    retransmissions: value('Retransmissions(C)'),
  };
}

async function readTimes(folder: string): Promise<readonly number[]> {
  const file = (await readdir(folder)).find((name) => name.endsWith('_rtt.csv'));
  if (file === undefined) return [];
  const [, ...lines] = (await readFile(join(folder, file), 'latin1')).split('\n');
  return lines.filter((line) => line.includes(';')).map((line) => Number(line.split(';')[1]));
}

async function readErrors(folder: string, peer: PeerProcess): Promise<string> {
  const written = await readFile(join(folder, 'errors.log'), 'latin1').catch(() => '');
  return written === '' ? lastWords(peer) : written.slice(0, 8_000);
}

/** Its screen is drawn again and again; only a line that tells of a failure is worth keeping. */
function lastWords(peer: PeerProcess): string {
  const lines = peer.output().split('\n');
  return lines
    .filter((line) => /error|fail|unable|can't|cannot|unknown/i.test(line))
    .slice(-5)
    .join('\n');
}
