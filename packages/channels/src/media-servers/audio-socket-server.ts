import { createServer, type Server, type Socket } from 'node:net';
import { digits } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { PhoneLeg } from '../phone/phone-leg.ts';
import {
  audioSocketKinds,
  audioSocketMessage,
  createAudioSocketReader,
  soundKindRatesHz,
  uuidText,
} from './audio-socket-message.ts';
import { createSoundLeg, type SoundLeg } from './sound-leg.ts';

export interface AudioSocketServerOptions<Call extends CallDescription> {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly clock: Clock;
  /** Whose call this is: the connection tells a UUID and nothing else. Undefined: nobody's, and it is closed. Never rejects. */
  readonly describe: (uuid: string, remoteAddress: string) => Promise<Call | undefined>;
  /** The call is here and its sound flows. */
  readonly onCall: (leg: PhoneLeg, call: Call) => void;
  /** It was described, and gone before its sound came. */
  readonly onGone: (call: Call) => void;
}

export interface CallDescription {
  readonly from: string;
  readonly to: string;
}

export interface AudioSocketServer {
  readonly port: number;
  readonly connections: number;
  /** Hangs all calls up and closes. */
  close(): Promise<void>;
}

/** As many as calls of one process can be. */
const maxConnections = 1_000;
/** Asterisk says who it is at once; a scanner of ports says nothing, or something else. */
const helloTimeoutMs = 5_000;
/** A connection over which nothing goes any more, below the sound: found by the system. */
const keepAliveMs = 15_000;
/** A goodbye that the far side does not take is not waited for. */
const goodbyeMs = 2_000;

/**
 * Where Asterisk's `AudioSocket(uuid,host:port)` brings calls.
 * @throws the system's error when the port is taken
 */
export async function createAudioSocketServer<Call extends CallDescription>(
  options: AudioSocketServerOptions<Call>,
): Promise<AudioSocketServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    takeConnection(socket, options);
  });
  server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: portOf(server),
    get connections() {
      return sockets.size;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function takeConnection<Call extends CallDescription>(socket: Socket, options: AudioSocketServerOptions<Call>): void {
  const { clock } = options;
  const remoteAddress = socket.remoteAddress ?? '';
  const reader = createAudioSocketReader();
  let state: 'new' | 'asking' | 'calling' | 'closed' = 'new';
  let uuid = '';
  let description: Call | undefined;
  let rateHz: number | undefined;
  let call: SoundLeg | undefined;
  const cancelHello = clock.wakeAt(clock.nowMs() + helloTimeoutMs, () => {
    if (call === undefined) close();
  });

  const close = () => {
    if (state === 'closed') return;
    state = 'closed';
    cancelHello();
    if (description !== undefined && call === undefined) options.onGone(description);
    if (socket.destroyed) return;
    socket.end(audioSocketMessage(audioSocketKinds.hangUp));
    const cancel = clock.wakeAt(clock.nowMs() + goodbyeMs, () => socket.destroy());
    socket.once('close', cancel);
  };
  const over = (by: 'far' | 'network', reason: string) => {
    call?.gone({ by, reason });
    close();
  };

  const ask = async () => {
    state = 'asking';
    const described = await options.describe(uuid, remoteAddress);
    if (state !== 'asking') {
      if (described !== undefined) options.onGone(described);
      return;
    }
    if (described === undefined) return close();
    description = described;
    state = 'calling';
    if (rateHz !== undefined) start(rateHz);
  };

  /** The rate is known with the first sound. */
  const start = (callRateHz: number) => {
    if (description === undefined || call !== undefined) return;
    cancelHello();
    const kind = [...soundKindRatesHz].find(([, known]) => known === callRateHz)?.[0] ?? 0x10;
    call = createSoundLeg(
      {
        kind: 'audio-socket',
        callId: uuid,
        from: description.from,
        to: description.to,
        format: { encoding: 'linear', rateHz: callRateHz },
        // Asterisk plays what comes, when it comes.
        needsSilence: true,
      },
      {
        get waitingBytes() {
          return socket.writableLength;
        },
        send: (sound) => {
          if (socket.writable) socket.write(audioSocketMessage(kind, sound));
        },
        clear: () => {},
        pause: () => {},
        close,
      },
      clock,
    );
    options.onCall(call.leg, description);
  };

  const take = (kind: number, payload: Uint8Array): boolean => {
    if (state === 'closed') return false;
    if (state === 'new') {
      const text = kind === audioSocketKinds.uuid ? uuidText(payload) : undefined;
      if (text === undefined) close();
      else {
        uuid = text;
        void ask();
      }
      return text !== undefined;
    }
    const soundRateHz = soundKindRatesHz.get(kind);
    if (soundRateHz !== undefined) {
      rateHz ??= soundRateHz;
      if (state === 'calling') start(rateHz);
      if (soundRateHz === rateHz) call?.sound(payload);
      return true;
    }
    if (kind === audioSocketKinds.digit) {
      const text = String.fromCharCode(payload[0] ?? 0);
      const digit = digits.find((known) => known === text);
      if (digit !== undefined) call?.digit(digit);
      return true;
    }
    if (kind === audioSocketKinds.hangUp) over('far', 'hung up');
    else if (kind === audioSocketKinds.error) over('network', `Asterisk reported error ${payload[0] ?? 0}`);
    // What a later Asterisk adds is not for us.
    return kind !== audioSocketKinds.hangUp && kind !== audioSocketKinds.error;
  };

  socket.on('data', (bytes) => {
    if (typeof bytes !== 'string') reader.read(bytes, take);
  });
  socket.on('error', (error) => over('network', error.message));
  socket.on('end', () => over('far', 'hung up'));
  socket.on('close', () => over('network', 'the connection was closed'));
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
  return address.port;
}
