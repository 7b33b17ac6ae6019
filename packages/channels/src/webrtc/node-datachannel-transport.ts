import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { WireError } from '@parley/contract/errors.ts';
import {
  Audio,
  type DataChannel,
  PeerConnection,
  type RtcConfig,
  RtcpReceivingSession,
  type Track,
} from 'node-datachannel';
import { answererServerUrls, callerServerUrls } from './ice-servers.ts';
import { addHostCandidates, readOffer } from './sdp.ts';
import type { IceServer, OfferingPeer, Peer, PeerEvents, PeerState, Transport } from './transport.ts';

/** Largest message taken from the far side; far above what is valid, so that a client is told rather than cut off. */
const MAX_MESSAGE_BYTES = 64 * 1024;
/** Unsent bytes at which a client that does not read gets no more messages: some 60 of the longest. */
const MAX_BUFFERED_BYTES = 256 * 1024;
/** A STUN or TURN server that does not answer must not hold the call up: what was found by then is offered. */
const GATHERING_TIMEOUT_MS = 2000;
/** What our own offers call Opus; the number that browsers use. */
const OPUS_PAYLOAD_TYPE = 111;
/** Forward error correction as the encoder makes it; 20 ms a packet; Chromium sends stereo only when it is asked to. */
const OPUS_FORMAT = 'minptime=10;useinbandfec=1';

export interface NodeDataChannelOptions {
  /** UDP port of all peers; 0 takes a free one. */
  readonly port: number;
  /** Address to listen at; undefined is all of them. */
  readonly bindAddress?: string | undefined;
  /** STUN and TURN servers that callers are told. None: no server is contacted, and none is needed on a reachable port. */
  readonly iceServers?: readonly IceServer[];
  /** The address by which browsers reach the port through a NAT that maps it one to one. */
  readonly publicIp?: string | undefined;
}

/** WebRTC by libdatachannel. One thread of a process may use it: a second one aborts the process. */
export function createNodeDataChannelTransport(options: NodeDataChannelOptions): Transport {
  const peers = new Set<Peer>();
  let port: Promise<number> | undefined;
  let isClosed = false;

  return {
    async answer(offerSdp, events, signal) {
      const offered = readOffer(offerSdp);
      signal.throwIfAborted();
      port ??= options.port > 0 ? Promise.resolve(options.port) : freeUdpPort(options.bindAddress);
      const muxPort = await port;
      if (isClosed) throw new WireError('shutting_down');
      const pc = new PeerConnection('parley', {
        ...rtcConfig(answererServerUrls(options.iceServers ?? [], options.publicIp), options.bindAddress),
        enableIceUdpMux: true,
        portRangeBegin: muxPort,
        portRangeEnd: muxPort,
      });
      const peer = wrap(pc, offered.mid, offered.opusPayloadType, events, () => peers.delete(peer));
      peers.add(peer);
      try {
        const gathered = gatheringComplete(pc, signal);
        pc.onDataChannel((channel) => peer.useChannel(channel));
        try {
          pc.setRemoteDescription(offerSdp, 'offer');
          pc.setLocalDescription('answer');
        } catch (error) {
          gathered.catch(() => {});
          throw new WireError('invalid_sdp', { reason: String(error).slice(0, 200) });
        }
        await gathered;
        const description = pc.localDescription();
        if (description === null) throw new WireError('invalid_sdp', { reason: 'no answer could be made' });
        const extra = [
          ...reachableLoopback(options.bindAddress),
          ...(options.publicIp === undefined ? [] : [options.publicIp]),
        ];
        return { peer, answerSdp: addHostCandidates(description.sdp, extra, muxPort) };
      } catch (error) {
        peer.close();
        throw error;
      }
    },
    close() {
      isClosed = true;
      for (const peer of peers) peer.close();
    },
  };
}

/** The calling side: an offer with all its candidates. */
export async function offerNodeDataChannel(
  options: { readonly iceServers?: readonly IceServer[]; readonly bindAddress?: string | undefined },
  events: PeerEvents,
  signal: AbortSignal,
): Promise<OfferingPeer> {
  signal.throwIfAborted();
  const pc = new PeerConnection('caller', rtcConfig(callerServerUrls(options.iceServers ?? []), options.bindAddress));
  const peer = wrap(pc, 'audio', OPUS_PAYLOAD_TYPE, events, () => {});
  try {
    const gathered = gatheringComplete(pc, signal);
    peer.useChannel(pc.createDataChannel('app'));
    pc.setLocalDescription('offer');
    await gathered;
    const description = pc.localDescription();
    if (description === null) throw new Error('The WebRTC library made no offer.');
    const offerSdp = withoutHostCandidates(description.sdp);
    return { ...peer, offerSdp, acceptAnswer: (sdp) => pc.setRemoteDescription(sdp, 'answer') };
  } catch (error) {
    peer.close();
    throw error;
  }
}

/**
 * An offer that does not say at which addresses of this machine the caller is. Whoever answers then waits for the caller's first
 * packet instead of sending one at once. libdatachannel hands an answer to its connectivity checks before it knows the answer's
 * fingerprint: on a fast network and a busy machine the handshake is over in between, and refused.
 */
function withoutHostCandidates(sdp: string): string {
  return sdp.replace(/^a=candidate:.* typ host\b.*\r\n/gm, '');
}

interface WrappedPeer extends Peer {
  useChannel(channel: DataChannel): void;
}

function wrap(
  pc: PeerConnection,
  mid: string,
  payloadType: number,
  events: PeerEvents,
  onClosed: () => void,
): WrappedPeer {
  const ssrc = randomInt(1, 0x1_00_00_00_00);
  const audio = new Audio(mid, 'SendRecv');
  audio.addOpusCodec(payloadType, OPUS_FORMAT);
  // Browsers put the track into a stream by a=msid, and match packets to it by a=ssrc.
  audio.addSSRC(ssrc, 'parley', 'parley', 'parley-audio');
  const track: Track = pc.addTrack(audio);
  // Answers the sender's reports: without them Chromium has no round-trip time and does not adapt.
  track.setMediaHandler(new RtcpReceivingSession());
  let channel: DataChannel | undefined;
  let isClosed = false;

  const state = (next: PeerState) => {
    if (isClosed) return;
    events.onState(next);
    if (next === 'closed') close();
  };
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    channel?.close();
    track.close();
    pc.close();
    onClosed();
  };

  track.onMessage((bytes) => {
    if (!isClosed) events.onAudioPacket(bytes);
  });
  pc.onStateChange((next) => {
    if (next === 'connected' || next === 'connecting' || next === 'disconnected') state(next);
    if (next === 'failed' || next === 'closed') state('closed');
  });

  return {
    payloadType,
    ssrc,
    useChannel(opened) {
      // The first one is the app's; others are refused, each would be memory of ours at the far side's will.
      if (channel !== undefined || isClosed) return opened.close();
      channel = opened;
      opened.onMessage((data) => {
        if (!isClosed) events.onMessage(data);
      });
      opened.onOpen(() => {
        if (!isClosed) events.onMessagesOpen();
      });
      // A page that left closes the channel at once, long before ICE notices.
      opened.onClosed(() => state('closed'));
      opened.onError(() => state('closed'));
    },
    sendAudioPacket(bytes) {
      if (isClosed || !track.isOpen()) return;
      attempt(() => track.sendMessageBinary(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
    },
    sendMessage(text) {
      if (isClosed || channel === undefined || !channel.isOpen()) return false;
      const opened = channel;
      if (opened.bufferedAmount() > MAX_BUFFERED_BYTES) return false;
      return attempt(() => opened.sendMessage(text));
    },
    close,
  };
}

/** The far side may close between the check and the call; the library then throws, and its state callback follows. */
function attempt(send: () => boolean): boolean {
  try {
    return send();
  } catch {
    return false;
  }
}

/** Resolves when all candidates are there, or after two seconds with those that are. */
function gatheringComplete(pc: PeerConnection, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const onAbort = () => finish(() => reject(signal.reason));
    const timer = setTimeout(() => finish(resolve), GATHERING_TIMEOUT_MS);
    signal.addEventListener('abort', onAbort, { once: true });
    pc.onGatheringStateChange((state) => {
      if (state === 'complete') finish(resolve);
    });
  });
}

function rtcConfig(iceServers: string[], bindAddress: string | undefined): RtcConfig {
  return {
    iceServers,
    disableAutoNegotiation: true,
    maxMessageSize: MAX_MESSAGE_BYTES,
    ...(bindAddress === undefined ? {} : { bindAddress }),
  };
}

/** A socket on all interfaces also hears loopback, which candidate gathering leaves out; a laptop without a network has no other. */
function reachableLoopback(bindAddress: string | undefined): string[] {
  return bindAddress === undefined || bindAddress === '0.0.0.0' ? ['127.0.0.1'] : [];
}

async function freeUdpPort(bindAddress: string | undefined): Promise<number> {
  const socket = createSocket(bindAddress?.includes(':') === true ? 'udp6' : 'udp4');
  socket.bind(0, bindAddress);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
