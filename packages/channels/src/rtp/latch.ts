import type { Remote } from './sdp/remote.ts';

/**
 * Where the far side's packets come from. That may be another address than it told, for it may sit behind a NAT and not know; but not
 * any address, for then whoever guesses a port could speak in its place. Once found it is kept until something is negotiated anew.
 */
export interface Latch {
  /** Something was negotiated: it is looked for again. Undefined: nothing is taken. */
  open(remote: Remote | undefined): void;
  /** False for a source that was not chosen, without looking at its packets. */
  mayBe(source: Source): boolean;
  /**
   * Is this packet the far side's?
   * @param isProven its signature was right: only the far side has the key
   */
  judge(source: Source, packet: PacketMark, isProven: boolean): boolean;
  /** Where to send; undefined while nobody knows. */
  readonly target: Source | undefined;
}

export interface Source {
  readonly address: string;
  readonly port: number;
}

export interface PacketMark {
  readonly ssrc: number;
  readonly sequence: number;
}

/** @param signallingAddress from which the far side signals; where a NAT hides it, its media come from there too */
export function createLatch(signallingAddress: string): Latch {
  let remote: Remote | undefined;
  let found: Source | undefined;
  let target: Source | undefined;
  let isLocked = false;
  /** A source that was not told, heard once: the next packet in its row makes it the one. */
  let candidate: (Source & PacketMark) | undefined;

  const isFound = (source: Source) => source.port === found?.port && source.address === found.address;

  const lock = (source: Source): boolean => {
    if (!isFound(source)) found = { address: source.address, port: source.port };
    target = found;
    isLocked = true;
    candidate = undefined;
    return true;
  };

  return {
    open(next) {
      const isSame = next !== undefined && next.address === remote?.address && next.port === remote?.port;
      remote = next;
      // A refresh that moves nothing must not send us back to an address that never was reachable.
      if (!isSame) {
        found = undefined;
        target = next?.address === undefined ? undefined : { address: next.address, port: next.port };
      }
      isLocked = false;
      candidate = undefined;
    },
    mayBe: (source) => remote !== undefined && (!isLocked || isFound(source)),
    judge(source, packet, isProven) {
      if (remote === undefined) return false;
      if (isLocked) return isFound(source);
      if (isFound(source) || (source.address === remote.address && source.port === remote.port)) return lock(source);
      if (isProven) return lock(source);
      if (source.address !== remote.address && source.address !== signallingAddress) return false;
      const follows =
        candidate !== undefined &&
        candidate.port === source.port &&
        candidate.address === source.address &&
        candidate.ssrc === packet.ssrc &&
        ((packet.sequence - candidate.sequence) & 0xff_ff) <= 2;
      if (follows) return lock(source);
      const { ssrc, sequence } = packet;
      candidate = { ssrc, sequence, address: source.address, port: source.port };
      return false;
    },
    get target() {
      return target;
    },
  };
}
