import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import type { Clock } from '@parley/engine/ports/clock.ts';
import { createResponse } from '../message/create-response.ts';
import { header } from '../message/headers.ts';
import type { MalformedSip } from '../message/malformed.ts';
import { parseSipMessage } from '../message/parse-message.ts';
import { parseCSeq } from '../message/sequence.ts';
import type { SipMessage, SipPeer, SipRequest } from '../message/sip-message.ts';
import type { FramedSip } from '../message/stream-framer.ts';
import { noteSource, parseVia, type Via, writeVia } from '../message/via.ts';
import { writeSipMessage } from '../message/write-message.ts';
import { createConnectionPool, type TlsTrust } from './connection-pool.ts';
import { createConnectionQuota } from './connection-quota.ts';
import { createGate, type GateOptions } from './gate.ts';
import { createListeners } from './listeners.ts';
import { responseTarget } from './response-target.ts';
import { type SipListen, type SipTransport, SipTransportError, type SipTransportFigures } from './sip-transport.ts';
import { STREAM_LIMITS, type StreamConnection, type StreamLimits } from './stream-connection.ts';
import type { TlsIdentity } from './stream-listener.ts';
import { answerStun, looksLikeStun } from './stun.ts';
import { createTokenBucket, dropOldest } from './token-buckets.ts';

export interface SipTransportOptions extends GateOptions {
  readonly listen: readonly SipListen[];
  readonly clock: Clock;
  /** Whole messages; `received` and `rport` stand in a request's top Via by then. */
  readonly onMessage: (message: SipMessage, peer: SipPeer) => void;
  /** Told when `onMessage` throws; the transport goes on. */
  readonly onError: (error: unknown) => void;
  /** Needed to listen for TLS. */
  readonly tls?: TlsIdentity;
  /** For connections that we open by TLS; left out: the certificates that Node trusts. */
  readonly tlsTrust?: Partial<TlsTrust>;
  readonly streams?: Partial<StreamLimits>;
  readonly connections?: Partial<ConnectionLimits>;
}

/** A transport of sockets, whose certificate may be renewed while it listens. */
export interface SipSockets extends SipTransport {
  /** Shown to those who connect by TLS from now on; who is connected stays. @throws Error of Node where the two do not fit */
  renewTls(identity: TlsIdentity): void;
}

export interface ConnectionLimits {
  /** Of TCP and TLS together, each about 20 kB. Beyond, the oldest on which no call and no registration stands makes room. */
  readonly max: number;
  /** From one address: more than the telephones of an office behind one address. Trusted ones have no limit of their own. */
  readonly maxPerAddress: number;
  /** How long a connection may take to open: less than the 32 s that a request waits. */
  readonly connectTimeoutMs: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = { max: 2_000, maxPerAddress: 200, connectTimeoutMs: 5_000 };

/**
 * Opens the sockets and begins to listen.
 * @throws RangeError for an address that cannot be read, Error of Node where one cannot be had
 */
export async function createSipTransport(options: SipTransportOptions): Promise<SipSockets> {
  const { clock } = options;
  const limits = { ...CONNECTION_LIMITS, ...options.connections };
  const gate = createGate(options);
  const quota = createConnectionQuota(limits.max, limits.maxPerAddress);
  const answers = createTokenBucket(MALFORMED_ANSWERS);
  const withoutTcp = new Map<string, number>();
  const tag = randomBytes(6).toString('hex');
  const figures = { received: 0, sent: 0, malformed: 0, refusedByAddress: 0, throttled: 0 };
  let isReady = false;
  let closing: Promise<void> | undefined;

  const admit = (address: string): boolean => {
    // While some sockets stand and others do not yet, nobody is answered.
    if (!isReady) return false;
    if (!gate.allows(address)) figures.refusedByAddress += 1;
    else if (!gate.take(address, clock.nowMs())) figures.throttled += 1;
    else return closing === undefined;
    return false;
  };

  const receive = (bytes: Uint8Array, peer: SipPeer) => {
    const parsed = parseSipMessage(bytes);
    if (parsed.type === 'malformed') return refuse(parsed, peer);
    figures.received += 1;
    const { message } = parsed;
    try {
      options.onMessage(message.kind === 'request' ? withSource(message, peer) : message, peer);
    } catch (error) {
      options.onError(error);
    }
  };

  /** Never for answers, and not for all of a flood: whoever forges addresses must not use us to reach others. */
  const refuse = ({ request, status, detail }: MalformedSip, peer: SipPeer) => {
    figures.malformed += 1;
    if (request === undefined || !answers.take(clock.nowMs())) return;
    const response = createResponse(withSource(request, peer), status, { reason: detail, toTag: tag });
    transport.send(response, peer).catch(ignore);
  };

  const receivePacket = (bytes: Buffer, address: string, port: number, answer: (bytes: Buffer) => void) => {
    if (!admit(address)) return;
    if (isKeepAlive(bytes)) return;
    if (!looksLikeStun(bytes)) return receive(bytes, { protocol: 'udp', address, port });
    const found = answerStun(bytes, address, port);
    if (found !== undefined) answer(found);
  };

  const pool = createConnectionPool({
    clock,
    limits: { ...STREAM_LIMITS, ...options.streams },
    max: limits.max,
    trust: { ca: options.tlsTrust?.ca, verify: options.tlsTrust?.verify ?? true },
    connectTimeoutMs: limits.connectTimeoutMs,
    onFramed: (framed, connection) => receiveFramed(framed, connection),
  });

  const receiveFramed = (framed: Extract<FramedSip, { type: 'message' | 'broken' }>, from: StreamConnection) => {
    // On a stream nothing can be left out without harm, so that the whole connection goes.
    if (!admit(from.peer.address)) return from.destroy();
    if (framed.type === 'message') return receive(framed.bytes, from.peer);
    const parsed = parseSipMessage(framed.head);
    const { message } = parsed.type === 'message' ? parsed : { message: parsed.request };
    const request = message?.kind === 'request' && message.method !== 'ACK' ? message : undefined;
    refuse({ type: 'malformed', ...framed.fault, request }, from.peer);
    from.end();
  };

  const listeners = await createListeners({
    listen: options.listen,
    tls: options.tls,
    clock,
    onPacket: receivePacket,
    admits(address) {
      if (!admit(address)) return false;
      // When all places are taken, those on which nothing stands go first: whoever fills them with idle connections keeps nobody away.
      const hasRoom = () => !quota.isFull(pool.size) || pool.makeRoom();
      if (quota.hasShare(address, gate.isTrusted(address)) && hasRoom()) return true;
      figures.throttled += 1;
      return false;
    },
    onTaken: (socket, address) => quota.count(socket, address),
    onReady: (socket, peer) => void pool.adopt(socket, peer),
  });

  const sendByStream = (message: SipMessage, connection: StreamConnection): SipPeer => {
    if (!connection.send(writeSipMessage(message))) {
      throw new SipTransportError('closed', `The connection to ${connection.peer.address} is closed`);
    }
    if (makesKnown(message)) connection.keep();
    return connection.peer;
  };

  const sendByUdp = async (message: SipMessage, peer: SipPeer): Promise<SipPeer> => {
    const bytes = writeSipMessage(message);
    if (message.kind === 'request' && bytes.length > UDP_MAX_REQUEST_BYTES && listeners.has('tcp')) {
      const larger = await sendLarge(message, peer);
      if (larger !== undefined) return larger;
    }
    await listeners.udpFor(peer).send(bytes, peer.address, peer.port);
    return peer;
  };

  /** RFC 3261 §18.1.1: by TCP, where the peer takes it; who does not is not asked again for a while. */
  const sendLarge = async (request: SipRequest, peer: SipPeer): Promise<SipPeer | undefined> => {
    const key = `${peer.address} ${peer.port}`;
    const refusedAtMs = withoutTcp.get(key);
    if (refusedAtMs !== undefined && clock.nowMs() - refusedAtMs < WITHOUT_TCP_MS) return undefined;
    const target: SipPeer = { protocol: 'tcp', address: peer.address, port: peer.port };
    try {
      const connection = await pool.reach(target, TCP_TRIAL_MS);
      return sendByStream(
        withTopVia(request, (via) => ({ ...via, ...listeners.viaFor(target) })),
        connection,
      );
    } catch {
      if (withoutTcp.size >= WITHOUT_TCP_MAX) dropOldest(withoutTcp);
      withoutTcp.set(key, clock.nowMs());
      return undefined;
    }
  };

  const transport: SipSockets = {
    listening: listeners.listening,
    async send(message, peer) {
      if (closing !== undefined) throw new SipTransportError('closed', 'The transport is closed');
      if (isIP(peer.address) === 0) throw new SipTransportError('unreachable', `"${peer.address}" is no address`);
      if (makesKnown(message)) gate.know(peer.address, clock.nowMs());
      figures.sent += 1;
      if (peer.protocol === 'udp') return sendByUdp(message, peer);
      const standing = pool.byId(peer);
      if (standing !== undefined) return sendByStream(message, standing);
      const target = message.kind === 'response' ? (responseTarget(message) ?? peer) : peer;
      return sendByStream(message, await pool.reach(target));
    },
    viaFor: (peer) => ({ ...listeners.viaFor(peer), params: [] }),
    addressFor: listeners.addressFor,
    renewTls: listeners.renewTls,
    figures: (): SipTransportFigures => ({ ...figures, connections: pool.size, timers: pool.timers }),
    close() {
      closing ??= (async () => {
        const closed = [listeners.close(), pool.close()];
        quota.close();
        await Promise.all(closed);
      })();
      return closing;
    },
  };
  isReady = true;
  return transport;
}

/** In all, whoever asks: enough to help somebody who tries things out, useless as a loudspeaker. */
const MALFORMED_ANSWERS = { burst: 50, perSecond: 20 };
/** RFC 3261 §18.1.1: within what every network carries in one piece. */
const UDP_MAX_REQUEST_BYTES = 1_300;
/** On top of a call's set-up; a peer without TCP refuses within one round trip, a firewall says nothing. */
const TCP_TRIAL_MS = 1_000;
const WITHOUT_TCP_MS = 10 * 60_000;
const WITHOUT_TCP_MAX = 1_000;

const ignore = () => undefined;

/** Line ends or a zero, by which telephones keep their way through a NAT open. */
function isKeepAlive(bytes: Uint8Array): boolean {
  return bytes.length <= 4 && bytes.every((byte) => byte === 0x0d || byte === 0x0a || byte === 0);
}

/** A request of ours, or our consent to one of theirs; saying that we are there (OPTIONS) is no dealing. */
function makesKnown(message: SipMessage): boolean {
  if (message.kind === 'request') return true;
  if (message.status < 200 || message.status > 299) return false;
  return parseCSeq(header(message.headers, 'CSeq') ?? '')?.method !== 'OPTIONS';
}

function withSource(request: SipRequest, { address, port }: SipPeer): SipRequest {
  return withTopVia(request, (via) => noteSource(via, address, port));
}

function withTopVia(request: SipRequest, change: (via: Via) => Via): SipRequest {
  const at = request.headers.findIndex(({ name }) => name === 'Via');
  const via = parseVia(request.headers[at]?.value ?? '');
  if (via === undefined) return request;
  const changed = change(via);
  if (changed === via) return request;
  return { ...request, headers: request.headers.with(at, { name: 'Via', value: writeVia(changed) }) };
}
