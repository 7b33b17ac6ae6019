import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findProgram, type PeerProcess, peerFolder, startPeer } from './peer-process.ts';

const program = findProgram('kamailio');
const control = findProgram('kamcmd');

/** Whether Kamailio is on this machine. */
export const hasKamailio = program !== undefined && control !== undefined;

/** The configuration that is deployed, and tested. */
const configFile = fileURLToPath(new URL('../../../../../deploy/kamailio/kamailio.cfg', import.meta.url));

export interface KamailioOptions {
  /** Where it listens, as `udp:127.0.0.40:5060`. */
  readonly listen: readonly string[];
  /** `sip:127.0.0.41:5060;transport=udp`. */
  readonly replicas: readonly string[];
  /** Addresses that are never taken for a flood. */
  readonly trunks?: readonly string[];
  /** PEM files with which it answers TLS. */
  readonly tls?: { readonly keyFile: string; readonly certificateFile: string };
  /** Values of the configuration's `#!trydef`s. */
  readonly settings?: Readonly<Record<string, number>>;
}

/** A real Kamailio with the configuration of `deploy/kamailio`. */
export interface Kamailio {
  readonly pid: number;
  /** `kamcmd`, such as `dispatcher.list`; what it printed. @throws what it complained of */
  command(...words: readonly string[]): Promise<string>;
  /** Each replica's state as dispatcher writes it: `AP` takes calls, `IP` does not, both are asked. */
  replicaStates(): Promise<ReadonlyMap<string, string>>;
  output(): string;
  stop(): Promise<void>;
}

const commandTimeoutMs = 5_000;
const startTimeoutMs = 20_000;
const run = promisify(execFile);

export async function startKamailio(options: KamailioOptions): Promise<Kamailio> {
  if (program === undefined || control === undefined) {
    throw new Error('Kamailio is not installed. Install the system packages "kamailio" and "kamailio-tls-modules".');
  }
  const folder = await peerFolder('kamailio');
  const file = async (name: string, lines: readonly string[]) => {
    await writeFile(join(folder, name), `${lines.join('\n')}\n`);
    return join(folder, name);
  };
  const socket = join(folder, 'ctl');
  const replicas = options.replicas.map((replica) => `1 ${replica} 0 0`);
  const trunks = (options.trunks ?? []).map((address) => `1 ${address} 32 0`);
  const texts = {
    DISPATCHER_LIST: await file('dispatcher.list', replicas),
    TRUNKS_LIST: await file('trunks.list', trunks),
    CTL_SOCKET: `unixs:${socket}`,
    ...(options.tls === undefined ? {} : { TLS_CONFIG: await file('tls.cfg', tlsLines(options.tls)) }),
  };
  const defines = [
    ...Object.entries(texts).map(([name, text]) => `${name}="${text}"`),
    ...Object.entries(options.settings ?? {}).map(([name, value]) => `${name}=${value}`),
    ...(options.tls === undefined ? [] : ['WITH_TLS']),
  ];
  const parameters = [
    ...['-f', configFile, '-DD', '-E', '-Y', folder, '-P', join(folder, 'pid'), '-m', '32', '-M', '8'],
    ...options.listen.flatMap((address) => ['-l', address]),
    ...defines.flatMap((define) => ['-A', define]),
  ];
  const peer = startPeer(program, parameters, { folder, ownGroup: true });
  const command = async (...words: readonly string[]) => {
    const { stdout } = await run(control, ['-s', `unix:${socket}`, ...words], { timeout: commandTimeoutMs });
    return stdout;
  };
  try {
    await listening(peer, command);
  } catch (error) {
    await peer.stop();
    throw error;
  }
  return {
    pid: peer.pid,
    command,
    async replicaStates() {
      const text = await command('dispatcher.list');
      const pairs = [...text.matchAll(/URI:\s*(\S+)[\s\S]*?FLAGS:\s*(\S+)/g)];
      return new Map(pairs.map(([, uri = '', flags = '']) => [uri, flags]));
    },
    output: () => peer.output(),
    stop: () => peer.stop(),
  };
}

/** It forks its workers one after another; when commands are answered, all of them are there. */
async function listening(peer: PeerProcess, command: (...words: string[]) => Promise<string>): Promise<void> {
  const endMs = performance.now() + startTimeoutMs;
  while ((await command('core.uptime').catch(() => undefined)) === undefined) {
    if (!peer.isRunning() || performance.now() > endMs) {
      throw new Error(`Kamailio did not start:\n${peer.output().slice(-4_000)}`);
    }
  }
}

function tlsLines(tls: { readonly keyFile: string; readonly certificateFile: string }): readonly string[] {
  return [
    '[server:default]',
    'method = TLSv1.2+',
    'verify_certificate = no',
    'require_certificate = no',
    `private_key = ${tls.keyFile}`,
    `certificate = ${tls.certificateFile}`,
    '[client:default]',
    'method = TLSv1.2+',
    'verify_certificate = no',
    'require_certificate = no',
  ];
}
