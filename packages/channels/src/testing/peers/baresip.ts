import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeWav } from '@parley/engine/audio/wav.ts';
import type { Pcm } from '@parley/engine/ports/audio.ts';
import { z } from 'zod';
import { freePort, freePortRange } from './free-ports.ts';
import { findProgram, isBound, type PeerProcess, peerFolder, startPeer, until } from './peer-process.ts';

const program = findProgram('baresip');
const modulesFolder = '/usr/lib/baresip/modules';

/** Whether the telephone is on this machine. */
export const hasBaresip = program !== undefined;

export interface BaresipOptions {
  /** Its own address, such as `127.0.0.61`. */
  readonly address: string;
  /** What it says once a call is up, 16-bit at 8 kHz; silence follows for as long as a test may last. */
  readonly microphone: Pcm;
  readonly codec: 'PCMU' | 'PCMA' | 'G722' | 'opus';
  readonly transport?: 'udp' | 'tcp' | 'tls';
  /** Encrypted sound by keys in the SDP, and nothing else. */
  readonly srtp?: boolean;
  /** The user of its address, whom others see. Default `test`, or the account's. */
  readonly user?: string;
  readonly account?: { readonly username: string; readonly password: string };
  /** `sip:127.0.0.40:5061;transport=tls;lr`: through whom it calls. */
  readonly outboundProxy?: string;
  /** `rtp`: RFC 4733. */
  readonly keys?: 'rtp' | 'info';
  /** Answers whoever calls it. */
  readonly answers?: boolean;
  /** Writes every SIP message into its output, for a person who looks for what went wrong. */
  readonly tracesMessages?: boolean;
}

/** A real telephone, run by hand from here. */
export interface Baresip {
  readonly pid: number;
  /** `sip:test@127.0.0.61:41000`, at which it is called. */
  readonly uri: string;
  /** Calls; resolves when they have answered. @throws what it said when they have not */
  dial(uri: string, timeoutMs?: number): Promise<void>;
  hangUp(): Promise<void>;
  press(key: string): Promise<void>;
  /** Says this from now on, 16-bit at 8 kHz, and then nothing. */
  speak(samples: Pcm): Promise<void>;
  hold(): Promise<void>;
  resume(): Promise<void>;
  /** REFER: asks the far side to call somebody else. */
  transfer(uri: string): Promise<void>;
  /** Resolves with the event's parameter when it comes, or has come since the start; each event is given once. */
  event(type: BaresipEventType, timeoutMs?: number): Promise<string>;
  /** All that happened to it so far. */
  readonly events: readonly BaresipEvent[];
  /** Bytes of the WAV of what it heard, and of what it said; complete once the call has ended. */
  heard(): Promise<Buffer>;
  said(): Promise<Buffer>;
  output(): string;
  stop(): Promise<void>;
}

export type BaresipEventType =
  | 'CALL_INCOMING'
  | 'CALL_RINGING'
  | 'CALL_PROGRESS'
  | 'CALL_ESTABLISHED'
  | 'CALL_CLOSED'
  | 'CALL_TRANSFER'
  | 'CALL_TRANSFER_FAILED'
  | 'CALL_REMOTE_SDP'
  | 'CALL_RTPESTAB'
  | 'CALL_RTCP';

export interface BaresipEvent {
  readonly type: string;
  readonly param: string;
}

const messageSchema = z.union([
  z.object({ event: z.literal(true), type: z.string(), param: z.string().optional() }),
  z.object({ response: z.literal(true), ok: z.boolean(), data: z.string().optional(), token: z.string().optional() }),
]);

const lineRateHz = 8_000;
/** The call ends with the microphone's file, so it is longer than any test. */
const silenceAfterSeconds = 300;
const timeoutMsDefault = 20_000;

/** Ports are only free at the moment at which they are looked for: another program may have taken one before baresip does. */
const mostStarts = 5;

export async function startBaresip(options: BaresipOptions): Promise<Baresip> {
  if (program === undefined) throw new Error('baresip is not installed. Install the system package "baresip-core".');
  for (let n = 0; n < mostStarts; n += 1) {
    const started = await startOnFreePorts(program, options);
    if (started !== 'port taken') return started;
  }
  throw new Error(`In ${mostStarts} starts of baresip another program had one of its ports.`);
}

async function startOnFreePorts(program: string, options: BaresipOptions): Promise<Baresip | 'port taken'> {
  const { address } = options;
  const folder = await peerFolder('baresip');
  const sipPort = await freePort(address);
  const controlPort = await freePort(address);
  const firstRtpPort = await freePortRange(10, address);
  let sounds = 0;
  const soundFile = async (samples: Pcm): Promise<string> => {
    const padded = new Int16Array(samples.length + silenceAfterSeconds * lineRateHz);
    padded.set(samples);
    sounds += 1;
    const path = join(folder, `microphone-${sounds}.wav`);
    await writeFile(path, encodeWav([padded], lineRateHz));
    return path;
  };
  const microphonePath = await soundFile(options.microphone);
  await writeFile(
    join(folder, 'config'),
    configuration({ options, folder, microphonePath, sipPort, controlPort, firstRtpPort }),
  );
  await writeFile(join(folder, 'accounts'), `${accountLine(options, sipPort)}\n`);
  await writeFile(join(folder, 'contacts'), '');

  const peer = startPeer(program, ['-f', folder, ...(options.tracesMessages === true ? ['-s'] : [])], { folder });
  let socket: Socket | undefined;
  const stop = async () => {
    socket?.destroy();
    await peer.stop();
  };
  try {
    await until('baresip listens', async () => !peer.isRunning() || (await isBound('tcp', address, controlPort)));
    if (!peer.isRunning()) throw new Error(`baresip ended at once:\n${peer.output()}`);
    socket = connect({ host: address, port: controlPort, noDelay: true });
    await once(socket, 'connect', { signal: AbortSignal.timeout(timeoutMsDefault) });
    if (isPortTaken(peer)) throw new Error('Whoever listens there is not baresip.');
  } catch (error) {
    await stop();
    if (isPortTaken(peer)) return 'port taken';
    throw error;
  }
  const line = controlLine(socket, peer);
  const dump = async (which: 'dec' | 'enc') => {
    const names = (await readdir(folder)).filter((name) => name.endsWith(`-${which}.wav`)).toSorted();
    const name = names.at(-1);
    if (name === undefined) throw new Error(`baresip wrote no sound. It said:\n${peer.output()}`);
    return await readFile(join(folder, name));
  };

  /** Until the far side has answered the change. */
  const changed = async (command: 'hold' | 'resume') => {
    await line.command(command);
    await line.event(['CALL_REMOTE_SDP'], timeoutMsDefault);
  };

  return {
    pid: peer.pid,
    uri: `sip:${options.user ?? options.account?.username ?? 'test'}@${address}:${sipPort}`,
    async dial(uri, timeoutMs = timeoutMsDefault) {
      await line.command('dial', uri);
      const outcome = await line.event(['CALL_ESTABLISHED', 'CALL_CLOSED'], timeoutMs);
      line.forget('CALL_REMOTE_SDP');
      if (outcome.type === 'CALL_CLOSED') throw new Error(`The call was not answered: ${outcome.param}`);
    },
    hangUp: () => line.command('hangup'),
    press: (key) => line.command('sndcode', key),
    speak: async (samples) => await line.command('ausrc', `aufile,${await soundFile(samples)}`),
    hold: () => changed('hold'),
    resume: () => changed('resume'),
    transfer: (uri) => line.command('transfer', uri),
    event: async (type, timeoutMs = timeoutMsDefault) => (await line.event([type], timeoutMs)).param,
    events: line.events,
    heard: () => dump('dec'),
    said: () => dump('enc'),
    output: () => peer.output(),
    stop,
  };
}

function isPortTaken(peer: PeerProcess): boolean {
  return peer.output().includes('Address already in use');
}

/** Commands and events of its control socket: JSON in netstrings (`12:{"a":"b"...},`). */
function controlLine(socket: Socket, peer: PeerProcess) {
  const events: BaresipEvent[] = [];
  const unseen: BaresipEvent[] = [];
  const watchers = new Set<() => void>();
  const answers = new Map<string, (message: { readonly ok: boolean; readonly data?: string | undefined }) => void>();
  let pending = Buffer.alloc(0);
  let commandNumber = 0;

  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const colon = pending.indexOf(':');
      const length = colon < 0 ? Number.NaN : Number(pending.subarray(0, colon).toString('latin1'));
      if (Number.isNaN(length) || pending.length < colon + length + 2) return;
      take(pending.subarray(colon + 1, colon + 1 + length).toString());
      pending = pending.subarray(colon + length + 2);
    }
  });
  const take = (text: string) => {
    const parsed = messageSchema.safeParse(JSON.parse(text));
    if (!parsed.success) return;
    if ('event' in parsed.data) {
      const event = { type: parsed.data.type, param: parsed.data.param ?? '' };
      events.push(event);
      unseen.push(event);
      for (const watcher of watchers) watcher();
      return;
    }
    answers.get(parsed.data.token ?? '')?.(parsed.data);
  };

  return {
    events,
    /** Those that have come so far are not waited for. */
    forget(type: BaresipEventType): void {
      for (let at = unseen.length - 1; at >= 0; at -= 1) if (unseen[at]?.type === type) unseen.splice(at, 1);
    },
    async command(command: string, params?: string): Promise<void> {
      commandNumber += 1;
      const token = String(commandNumber);
      const text = JSON.stringify({ command, token, ...(params === undefined ? {} : { params }) });
      const answered = new Promise<{ readonly ok: boolean; readonly data?: string | undefined }>((resolve) => {
        answers.set(token, resolve);
      });
      socket.write(`${Buffer.byteLength(text)}:${text},`);
      const answer = await Promise.race([answered, delay(timeoutMsDefault, undefined, { ref: false })]);
      answers.delete(token);
      if (answer === undefined) throw new Error(`baresip did not answer "${command}". It wrote:\n${peer.output()}`);
      if (!answer.ok) throw new Error(`baresip refused "${command}": ${answer.data ?? ''}`);
    },
    event(types: readonly BaresipEventType[], timeoutMs: number): Promise<BaresipEvent> {
      return new Promise((resolve, reject) => {
        const check = () => {
          const index = unseen.findIndex((event) => types.some((type) => type === event.type));
          const [event] = index < 0 ? [] : unseen.splice(index, 1);
          if (event === undefined) return;
          finish();
          resolve(event);
        };
        const timer = setTimeout(() => {
          finish();
          const names = events.map((event) => `${event.type} ${event.param}`).join('\n');
          reject(
            new Error(
              `No ${types.join(', ')} within ${timeoutMs / 1000} s. There were:\n${names}\n${peer.output().slice(-2_000)}`,
            ),
          );
        }, timeoutMs);
        const finish = () => {
          clearTimeout(timer);
          watchers.delete(check);
        };
        watchers.add(check);
        check();
      });
    },
  };
}

function configuration(place: {
  readonly options: BaresipOptions;
  readonly folder: string;
  readonly microphonePath: string;
  readonly sipPort: number;
  readonly controlPort: number;
  readonly firstRtpPort: number;
}): string {
  const { options, folder, microphonePath, sipPort, controlPort, firstRtpPort } = place;
  const lines = [
    `sip_listen ${options.address}:${sipPort}`,
    'call_local_timeout 120',
    'call_max_calls 4',
    `audio_source aufile,${microphonePath}`,
    // It hears through what it writes down; there is no loudspeaker.
    'audio_player aubridge,null',
    'audio_alert aubridge,null',
    'ausrc_srate 8000',
    'auplay_srate 8000',
    'ausrc_channels 1',
    'auplay_channels 1',
    'audio_level no',
    'ausrc_format s16',
    'auplay_format s16',
    'rtp_tos 0',
    `rtp_ports ${firstRtpPort}-${firstRtpPort + 9}`,
    'rtp_stats yes',
    'rtcp_mux no',
    // Room for a busy machine: what comes later is not written down.
    'jitter_buffer_delay 5-10',
    `net_interface ${options.address}`,
    `module_path ${modulesFolder}`,
    'module g711.so',
    ...(options.codec === 'G722' ? ['module g722.so'] : []),
    ...(options.codec === 'opus' ? ['module opus.so'] : []),
    'module aufile.so',
    'module aubridge.so',
    'module sndfile.so',
    `snd_path ${folder}`,
    ...(options.srtp === true ? ['module srtp.so'] : []),
    'module_tmp account.so',
    'module_app menu.so',
    'module_app ctrl_tcp.so',
    `ctrl_tcp_listen ${options.address}:${controlPort}`,
  ];
  return `${lines.join('\n')}\n`;
}

function accountLine(options: BaresipOptions, sipPort: number): string {
  const { address, transport = 'udp', account, outboundProxy } = options;
  const user = options.user ?? account?.username ?? 'test';
  const parameters = [
    'regint=0',
    'ptime=20',
    `audio_codecs=${codecNames[options.codec]}`,
    ...(account === undefined ? [] : [`auth_user=${account.username}`, `auth_pass=${account.password}`]),
    ...(outboundProxy === undefined ? [] : [`outbound="${outboundProxy}"`]),
    ...(options.srtp === true ? ['mediaenc=srtp-mand'] : []),
    ...(options.keys === 'info' ? ['dtmfmode=info'] : []),
    `answermode=${options.answers === true ? 'auto' : 'manual'}`,
  ];
  return `<sip:${user}@${address}:${sipPort};transport=${transport}>;${parameters.join(';')}`;
}

const codecNames = { PCMU: 'PCMU/8000', PCMA: 'PCMA/8000', G722: 'G722/16000', opus: 'opus/48000/2' } as const;
