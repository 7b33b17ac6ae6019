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
  let send: { readonly keys: SrtpKeys; readonly stream: SrtpSender } | undefined;
  let receive: { readonly keys: SrtpKeys; readonly stream: SrtpReceiver } | undefined;
  return {
    configure(keys) {
      if (keys === undefined) {
        send = undefined;
        receive = undefined;
        return;
      }
      if (!isSame(send?.keys, keys.send)) send = { keys: keys.send, stream: createSrtpSender(keys.send) };
      if (!isSame(receive?.keys, keys.receive)) {
        receive = { keys: keys.receive, stream: createSrtpReceiver(keys.receive) };
      }
    },
    get isOn() {
      return receive !== undefined;
    },
    protectRtp: (packet) => send?.stream.protectRtp(packet) ?? packet,
    protectRtcp: (packet) => send?.stream.protectRtcp(packet) ?? packet,
    unprotectRtp: (packet) => (receive === undefined ? packet : receive.stream.unprotectRtp(packet)),
    unprotectRtcp: (packet) => (receive === undefined ? packet : receive.stream.unprotectRtcp(packet)),
  };
}

function isSame(a: SrtpKeys | undefined, b: SrtpKeys): boolean {
  return a?.suite === b.suite && Buffer.compare(a.key, b.key) === 0 && Buffer.compare(a.salt, b.salt) === 0;
}
