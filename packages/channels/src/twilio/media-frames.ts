/** µ-law bytes of a frame: 20 ms at 8 kHz. */
export const lineFrameBytes = 160;
/** In base64. */
const payloadBytes = Math.ceil(lineFrameBytes / 3) * 4;
/** Before a message of 126 to 65,535 bytes that is not masked, as servers send them. */
const headerBytes = 4;
const finalText = 0x81;
const lengthFollows = 126;

/** Sound of one stream as the bytes of WebSocket messages, one a frame. All are of one length, and alike but for the sound itself. */
export interface MediaFrames {
  /** Bytes that a frame takes, with the header that comes before each message. */
  readonly frameBytes: number;
  /** Bytes of the header. */
  readonly headerBytes: number;
  /** @param sound whole frames of µ-law @returns as many messages, one behind the other, in bytes that are the caller's own */
  encode(sound: Uint8Array): Buffer;
}

/** @param streamSid of letters, digits and underscores */
export function createMediaFrames(streamSid: string): MediaFrames {
  const before = Buffer.from(`{"event":"media","streamSid":"${streamSid}","media":{"payload":"`, 'latin1');
  const after = Buffer.from('"}}', 'latin1');
  const messageBytes = before.length + payloadBytes + after.length;
  const frameBytes = headerBytes + messageBytes;
  const frame = Buffer.alloc(frameBytes);
  frame[0] = finalText;
  frame[1] = lengthFollows;
  frame.writeUInt16BE(messageBytes, 2);
  frame.set(before, headerBytes);
  frame.set(after, frameBytes - after.length);
  const payloadAt = headerBytes + before.length;
  return {
    frameBytes,
    headerBytes,
    encode(sound) {
      const frames = Math.floor(sound.length / lineFrameBytes);
      const bytes = Buffer.allocUnsafe(frames * frameBytes);
      for (let n = 0; n < frames; n += 1) {
        bytes.set(frame, n * frameBytes);
        encodeBase64(bytes, n * frameBytes + payloadAt, sound, n * lineFrameBytes, (n + 1) * lineFrameBytes);
      }
      return bytes;
    },
  };
}

const letters = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 'latin1');
const equals = 0x3d;

/** By hand, straight to where it is to stand: a string made to be copied once is garbage, 50 times a second on each call. */
function encodeBase64(bytes: Uint8Array, at: number, sound: Uint8Array, from: number, to: number): void {
  let out = at;
  let n = from;
  for (; n + 3 <= to; n += 3) {
    const three = ((sound[n] ?? 0) << 16) | ((sound[n + 1] ?? 0) << 8) | (sound[n + 2] ?? 0);
    bytes[out] = letters[three >> 18] ?? 0;
    bytes[out + 1] = letters[(three >> 12) & 0x3f] ?? 0;
    bytes[out + 2] = letters[(three >> 6) & 0x3f] ?? 0;
    bytes[out + 3] = letters[three & 0x3f] ?? 0;
    out += 4;
  }
  // 160 is one more than a multiple of three.
  const last = (sound[n] ?? 0) << 16;
  bytes[out] = letters[last >> 18] ?? 0;
  bytes[out + 1] = letters[(last >> 12) & 0x3f] ?? 0;
  bytes[out + 2] = equals;
  bytes[out + 3] = equals;
}
