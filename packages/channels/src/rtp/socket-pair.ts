import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { MediaError } from './media-session.ts';

/** The two sockets of a call. */
export interface SocketPair {
  readonly rtpPort: number;
  readonly rtcpPort: number;
  readonly rtp: Socket;
  readonly rtcp: Socket;
  /** The ports are free when it resolves. Idempotent. */
  close(): Promise<void>;
}

export interface SocketPairOptions {
  /** Undefined: all addresses of the machine. */
  readonly bindAddress: string | undefined;
  readonly family: 'udp4' | 'udp6';
  readonly onRtp: (bytes: Buffer, from: RemoteInfo) => void;
  readonly onRtcp: (bytes: Buffer, from: RemoteInfo) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * The system doubles it and counts a packet of speech as 768 bytes: about 340 packets. Somebody who floods the port with ten times what a
 * call sends fills it in 600 ms, which is longer than this process is ever away; a flood of all ports of 500 calls keeps 128 MB.
 */
const receiveBufferBytes = 128 * 1024;
/** Undefined when another program has one of the ports. @param port the even one @throws MediaError `no_port` */
export async function openSocketPair(port: number, options: SocketPairOptions): Promise<SocketPair | undefined> {
  const rtp = await bind(port, options, options.onRtp);
  if (rtp === undefined) return undefined;
  let rtcp: Socket | undefined;
  try {
    rtcp = await bind(port + 1, options, options.onRtcp);
  } finally {
    if (rtcp === undefined) await closeSocket(rtp);
  }
  if (rtcp === undefined) return undefined;
  let closing: Promise<void> | undefined;
  const close = async () => {
    await Promise.all([closeSocket(rtp), closeSocket(rtcp)]);
  };
  return { rtpPort: port, rtcpPort: port + 1, rtp, rtcp, close: () => (closing ??= close()) };
}

/** Undefined when somebody has the port. */
async function bind(
  port: number,
  { bindAddress, family, onError }: SocketPairOptions,
  onMessage: (bytes: Buffer, from: RemoteInfo) => void,
): Promise<Socket | undefined> {
  const socket = createSocket({
    type: family,
    // By default `udp6` takes IPv4 too, and with it the port of another socket.
    ipv6Only: family === 'udp6',
    recvBufferSize: receiveBufferBytes,
    // Only addresses are ever sent to. The default looks each one up, and ends a turn of the loop later.
    lookup: (address, _options, callback) => callback(null, address, family === 'udp6' ? 6 : 4),
  });
  try {
    const isListening = once(socket, 'listening');
    socket.bind({ port, exclusive: true, ...(bindAddress === undefined ? {} : { address: bindAddress }) });
    await isListening;
  } catch (error) {
    socket.close();
    if (isTaken(error)) return undefined;
    throw new MediaError('no_port', `RTP port ${port} cannot be opened at ${bindAddress ?? 'any address'}.`, {
      cause: error,
    });
  }
  socket.on('error', onError);
  socket.on('message', (bytes, from) => {
    try {
      onMessage(bytes, from);
    } catch (error) {
      // Thrown here it would end the process, and all calls with it.
      onError(error);
    }
  });
  return socket;
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

async function closeSocket(socket: Socket): Promise<void> {
  const isClosed = once(socket, 'close');
  socket.close();
  await isClosed;
}
