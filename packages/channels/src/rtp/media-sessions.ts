import { isIP, isIPv6 } from 'node:net';
import type { Clock } from '@parley/engine/ports/clock.ts';
import { type CodecName, codecOrderDefault } from './codecs.ts';
import { createLinesInPlace } from './lines-in-place.ts';
import { MediaError, type MediaSession, type MediaSessions } from './media-session.ts';
import { createOwnAddresses } from './own-address.ts';
import { createPortPool, type PortRange } from './port-pool.ts';
import { createRtpSession } from './rtp-session.ts';
import { createLinesInThreads } from './thread/lines-in-threads.ts';

export interface MediaSessionsOptions {
  readonly clock: Clock;
  /** Told of what goes wrong without ending a call: a listener that throws, a socket's trouble. */
  readonly onError: (error: unknown) => void;
  /** From which pairs are taken, an even one and the next. */
  readonly ports?: PortRange;
  /** Undefined: all addresses of the machine. */
  readonly bindAddress?: string;
  /** In the order of our offers; in answers the order is theirs. */
  readonly codecs?: readonly CodecName[];
  /** In how many threads of their own the sound of calls runs; 0, the default: in this one. */
  readonly threads?: number;
  /** After how long without a packet, and each so long again, a session says that it is silent. */
  readonly silentAfterMs?: number;
}

/** 5,000 calls; a firewall's rule for it is one line. */
const portsDefault: PortRange = { from: 20_000, to: 29_999 };
/** Longer than any pause in which a telephone sends nothing: those that suppress silence send noise every few seconds. */
const silentAfterMsDefault = 20_000;

/** Media of all calls of a process. @throws RangeError when the range has no pair, or an address is none */
export function createMediaSessions(options: MediaSessionsOptions): MediaSessions {
  const { clock, bindAddress, onError, threads = 0 } = options;
  if (bindAddress !== undefined && isIP(bindAddress) === 0) {
    throw new RangeError(`RTP cannot be bound to "${bindAddress}": give an IP address.`);
  }
  const pool = createPortPool(options.ports ?? portsDefault);
  const lines =
    threads === 0 ? createLinesInPlace(clock, pool) : createLinesInThreads(pool, threads, clock.nowMs, onError);
  const ownAddresses = createOwnAddresses(clock.nowMs);
  const sessions = new Set<MediaSession>();
  const freeing = new Set<Promise<void>>();
  let isClosed = false;

  const ownAddress = async (remoteAddress: string): Promise<string> => {
    if (bindAddress !== undefined && !isAny(bindAddress)) return bindAddress;
    return await ownAddresses.towards(remoteAddress);
  };

  return {
    async open(session) {
      if (isClosed) throw new MediaError('ended', 'The server is shutting down; no media can be opened.');
      if (isIP(session.remoteAddress) === 0) {
        throw new MediaError('malformed', `"${session.remoteAddress}" is no IP address to open media towards.`);
      }
      const remoteAddress = withoutMapping(session.remoteAddress);
      const address = session.publicAddress ?? (await ownAddress(remoteAddress));
      const opened = await createRtpSession(
        {
          ...session,
          remoteAddress,
          lines,
          onError,
          address,
          // Bound for the family that the far side signals by; a public address of another is for a NAT between to translate.
          family: isIPv6(remoteAddress) ? 'udp6' : 'udp4',
          bindAddress: bindAddress === undefined || isAny(bindAddress) ? undefined : bindAddress,
          codecs: options.codecs ?? codecOrderDefault,
          silentAfterMs: options.silentAfterMs ?? silentAfterMsDefault,
        },
        (freed) => {
          sessions.delete(opened);
          freeing.add(freed);
          freed.catch(onError).finally(() => freeing.delete(freed));
        },
      );
      sessions.add(opened);
      if (isClosed) opened.close();
      return opened;
    },
    get inUse() {
      return pool.inUse;
    },
    async close() {
      isClosed = true;
      for (const session of sessions) session.close();
      await Promise.allSettled(freeing);
      await lines.close();
    },
  };
}

function isAny(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** A socket that takes both families writes IPv4 as IPv6. */
function withoutMapping(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? address;
}
