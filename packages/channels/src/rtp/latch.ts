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
  return new PatientLatch(signallingAddress);
}

/** A class: objects with getters that a function puts together are kept as tables, and each look at one costs a search. */
class PatientLatch implements Latch {
  readonly #signallingAddress: string;
  #remote: Remote | undefined;
  #found: Source | undefined;
  #target: Source | undefined;
  #isLocked = false;
  /** A source that was not told, heard once: the next packet in its row makes it the one. */
  #candidate: (Source & PacketMark) | undefined;

  constructor(signallingAddress: string) {
    this.#signallingAddress = signallingAddress;
  }

  open(next: Remote | undefined): void {
    const isSame = next !== undefined && next.address === this.#remote?.address && next.port === this.#remote?.port;
    this.#remote = next;
    // A refresh that moves nothing must not send us back to an address that never was reachable.
    if (!isSame) {
      this.#found = undefined;
      this.#target = next?.address === undefined ? undefined : { address: next.address, port: next.port };
    }
    this.#isLocked = false;
    this.#candidate = undefined;
  }

  mayBe(source: Source): boolean {
    return this.#remote !== undefined && (!this.#isLocked || this.#isFound(source));
  }

  judge(source: Source, packet: PacketMark, isProven: boolean): boolean {
    const remote = this.#remote;
    if (remote === undefined) return false;
    if (this.#isLocked) return this.#isFound(source);
    const isTold = source.address === remote.address && source.port === remote.port;
    if (isProven || isTold || this.#isFound(source)) return this.#lock(source);
    if (source.address !== remote.address && source.address !== this.#signallingAddress) return false;
    const candidate = this.#candidate;
    const follows =
      candidate !== undefined &&
      candidate.port === source.port &&
      candidate.address === source.address &&
      candidate.ssrc === packet.ssrc &&
      ((packet.sequence - candidate.sequence) & 0xff_ff) <= 2;
    if (follows) return this.#lock(source);
    const { ssrc, sequence } = packet;
    this.#candidate = { ssrc, sequence, address: source.address, port: source.port };
    return false;
  }

  get target(): Source | undefined {
    return this.#target;
  }

  #isFound(source: Source): boolean {
    return source.port === this.#found?.port && source.address === this.#found.address;
  }

  #lock(source: Source): boolean {
    if (!this.#isFound(source)) this.#found = { address: source.address, port: source.port };
    this.#target = this.#found;
    this.#isLocked = true;
    this.#candidate = undefined;
    return true;
  }
}
