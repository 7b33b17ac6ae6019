import { randomFillSync } from 'node:crypto';

/**
 * Random bytes of the same source as `randomBytes`, drawn many at once: asking for a few costs a microsecond each time. For what need
 * not be secret once it is used, nonces and ids; each byte is given out once.
 * @param count at most 256
 */
export function fewRandomBytes(count: number): Buffer {
  if (count > mostAtOnce) throw new RangeError(`At most ${mostAtOnce} random bytes are drawn at once.`);
  if (next + count > blockBytes) {
    // A new one, never the old one filled again: what was given out before is still somebody's.
    block = Buffer.allocUnsafeSlow(blockBytes);
    randomFillSync(block);
    next = 0;
  }
  next += count;
  return block.subarray(next - count, next);
}

/** A few hundred nonces; what keeps one of them keeps no more memory than this. */
const blockBytes = 4096;
const mostAtOnce = 256;
let block = Buffer.alloc(0);
let next = blockBytes;
