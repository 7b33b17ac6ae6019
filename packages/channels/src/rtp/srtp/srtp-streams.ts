import type { SrtpKeys } from '../sdp/crypto-lines.ts';
import { createSrtpReceiver, createSrtpSender, type SrtpReceiver, type SrtpSender } from './srtp.ts';

/** The encryption of a call, both ways; without keys packets pass as they are. */
export interface SrtpStreams {
  /** Keys that stay the same keep their counters. */
  configure(keys: { readonly send: SrtpKeys; readonly receive: SrtpKeys } | undefined): void;
  readonly isOn: boolean;
  protectRtp(packet: Uint8Array): Uint8Array;
  protectRtcp(packet: Uint8Array): Uint8Array;
  /** Undefined: not what the far side sent. */
  unprotectRtp(packet: Uint8Array): Uint8Array | undefined;
  unprotectRtcp(packet: Uint8Array): Uint8Array | undefined;
}

export function createSrtpStreams(): SrtpStreams {
  return new KeyedStreams();
}

class KeyedStreams implements SrtpStreams {
  #send: { readonly keys: SrtpKeys; readonly stream: SrtpSender } | undefined;
  #receive: { readonly keys: SrtpKeys; readonly stream: SrtpReceiver } | undefined;

  configure(keys: { readonly send: SrtpKeys; readonly receive: SrtpKeys } | undefined): void {
    if (keys === undefined) {
      this.#send = undefined;
      this.#receive = undefined;
      return;
    }
    if (!isSame(this.#send?.keys, keys.send)) this.#send = { keys: keys.send, stream: createSrtpSender(keys.send) };
    if (!isSame(this.#receive?.keys, keys.receive)) {
      this.#receive = { keys: keys.receive, stream: createSrtpReceiver(keys.receive) };
    }
  }

  get isOn(): boolean {
    return this.#receive !== undefined;
  }

  protectRtp(packet: Uint8Array): Uint8Array {
    return this.#send === undefined ? packet : this.#send.stream.protectRtp(packet);
  }

  protectRtcp(packet: Uint8Array): Uint8Array {
    return this.#send === undefined ? packet : this.#send.stream.protectRtcp(packet);
  }

  unprotectRtp(packet: Uint8Array): Uint8Array | undefined {
    return this.#receive === undefined ? packet : this.#receive.stream.unprotectRtp(packet);
  }

  unprotectRtcp(packet: Uint8Array): Uint8Array | undefined {
    return this.#receive === undefined ? packet : this.#receive.stream.unprotectRtcp(packet);
  }
}

function isSame(a: SrtpKeys | undefined, b: SrtpKeys): boolean {
  return a?.suite === b.suite && Buffer.compare(a.key, b.key) === 0 && Buffer.compare(a.salt, b.salt) === 0;
}
