/**
 * Asterisk's AudioSocket: messages of a kind (a byte), a length (two, the higher first) and so many bytes.
 * https://docs.asterisk.org/Configuration/Channel-Drivers/AudioSocket/
 */
export const audioSocketKinds = { hangUp: 0x00, uuid: 0x01, digit: 0x03, error: 0xff } as const;

/** Kinds of linear sound by their rate; newer Asterisks have more than the first. */
export const soundKindRatesHz: ReadonlyMap<number, number> = new Map([
  [0x10, 8_000],
  [0x11, 12_000],
  [0x12, 16_000],
  [0x13, 24_000],
  [0x14, 32_000],
  [0x15, 44_100],
  [0x16, 48_000],
  [0x17, 96_000],
  [0x18, 192_000],
]);

const headerBytes = 3;
const noBytes = new Uint8Array(0);

/** Puts messages together however TCP cut them. Keeps at most one message (64 KiB). */
export interface AudioSocketReader {
  /** `onMessage` is given views that are good for the call alone; it returns false when nothing more is wanted. */
  read(bytes: Uint8Array, onMessage: (kind: number, payload: Uint8Array) => boolean): void;
}

export function createAudioSocketReader(): AudioSocketReader {
  let rest: Uint8Array = noBytes;
  return {
    read(bytes, onMessage) {
      let all = bytes;
      if (rest.length > 0) {
        all = new Uint8Array(rest.length + bytes.length);
        all.set(rest);
        all.set(bytes, rest.length);
      }
      let at = 0;
      while (all.length - at >= headerBytes) {
        const length = ((all[at + 1] ?? 0) << 8) | (all[at + 2] ?? 0);
        if (all.length - at < headerBytes + length) break;
        const isWanted = onMessage(all[at] ?? 0, all.subarray(at + headerBytes, at + headerBytes + length));
        at += headerBytes + length;
        if (!isWanted) {
          rest = noBytes;
          return;
        }
      }
      rest = at === all.length ? noBytes : all.slice(at);
    },
  };
}

/** One message. @throws RangeError when there are more than 65,535 bytes in it */
export function audioSocketMessage(kind: number, payload: Uint8Array = noBytes): Uint8Array {
  if (payload.length > 0xff_ff) throw new RangeError('A message holds at most 65,535 bytes.');
  const message = new Uint8Array(headerBytes + payload.length);
  message[0] = kind;
  message[1] = payload.length >> 8;
  message[2] = payload.length & 0xff;
  message.set(payload, headerBytes);
  return message;
}

/** `40325ec2-5efd-4bd3-805f-53576e581d13` of 16 bytes; undefined of any other number. */
export function uuidText(bytes: Uint8Array): string | undefined {
  if (bytes.length !== 16) return undefined;
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
