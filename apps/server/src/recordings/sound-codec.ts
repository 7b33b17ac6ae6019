/**
 * Sound without loss in about half of its bytes, and silence in next to none: each sample is foretold from those before it, and
 * the small differences are written as Rice codes (as FLAC and Shorten do). Every piece can be read by itself.
 */

/** Samples that share a predictor and a parameter. Long enough that the 7 bits of its header are nothing, short enough for a syllable. */
const blockSamples = 512;
/** Quotients from here on are written as they are: one loud click must not become a kilobyte of ones. */
const escapeQuotient = 24;
/** Third differences of 16-bit samples, folded to be positive. */
const rawBits = 20;
const orderBits = 2;
const parameterBits = 5;
/** A parameter that no block has: all its samples are 0. */
const silentParameter = (1 << parameterBits) - 1;

/** @param samples 16 bits, the channels by turns */
export function encodeSound(samples: Int16Array, channels: number): Buffer {
  const length = samples.length / channels;
  const bits = createBitWriter(samples.length * 2 + 64);
  const residuals = new Int32Array(blockSamples);
  for (let channel = 0; channel < channels; channel += 1) {
    const at = (n: number) => (n < 0 ? 0 : (samples[n * channels + channel] ?? 0));
    for (let from = 0; from < length; from += blockSamples) {
      const count = Math.min(blockSamples, length - from);
      const { order, sum, isSilent } = judge(at, from, count);
      bits.write(order, orderBits);
      if (isSilent) {
        bits.write(silentParameter, parameterBits);
        continue;
      }
      for (let n = 0; n < count; n += 1) residuals[n] = fold(at(from + n) - foretold(at, from + n, order));
      const parameter = parameterOf(sum, count);
      bits.write(parameter, parameterBits);
      for (let n = 0; n < count; n += 1) {
        const value = residuals[n] ?? 0;
        const quotient = value >>> parameter;
        if (quotient >= escapeQuotient) {
          bits.writeOnes(escapeQuotient);
          bits.write(value, rawBits);
        } else {
          bits.writeOnes(quotient);
          bits.write(0, 1);
          bits.write(value & ((1 << parameter) - 1), parameter);
        }
      }
    }
  }
  return bits.bytes();
}

/**
 * @param length samples of each channel
 * @throws RangeError when the bytes end too early
 */
export function decodeSound(bytes: Uint8Array, length: number, channels: number): Int16Array {
  const samples = new Int16Array(length * channels);
  const bits = createBitReader(bytes);
  for (let channel = 0; channel < channels; channel += 1) {
    const at = (n: number) => (n < 0 ? 0 : (samples[n * channels + channel] ?? 0));
    for (let from = 0; from < length; from += blockSamples) {
      const count = Math.min(blockSamples, length - from);
      const order = bits.read(orderBits);
      const parameter = bits.read(parameterBits);
      if (parameter === silentParameter) continue;
      for (let n = from; n < from + count; n += 1) {
        const quotient = bits.readOnes(escapeQuotient);
        const value = quotient === escapeQuotient ? bits.read(rawBits) : (quotient << parameter) | bits.read(parameter);
        samples[n * channels + channel] = foretold(at, n, order) + unfold(value);
      }
    }
  }
  return samples;
}

/** The order whose differences are smallest. */
function judge(at: (n: number) => number, from: number, count: number) {
  let [zero, one, two, three] = [0, 0, 0, 0];
  let [d0, d1, d2] = [at(from - 1), at(from - 1) - at(from - 2), at(from - 1) - 2 * at(from - 2) + at(from - 3)];
  for (let n = from; n < from + count; n += 1) {
    const x = at(n);
    const e1 = x - d0;
    const e2 = e1 - d1;
    const e3 = e2 - d2;
    zero += Math.abs(x);
    one += Math.abs(e1);
    two += Math.abs(e2);
    three += Math.abs(e3);
    d0 = x;
    d1 = e1;
    d2 = e2;
  }
  const sum = Math.min(zero, one, two, three);
  const order = [zero, one, two, three].indexOf(sum);
  return { order, sum, isSilent: zero === 0 };
}

function foretold(at: (n: number) => number, n: number, order: number): number {
  switch (order) {
    case 0:
      return 0;
    case 1:
      return at(n - 1);
    case 2:
      return 2 * at(n - 1) - at(n - 2);
    default:
      return 3 * (at(n - 1) - at(n - 2)) + at(n - 3);
  }
}

/** The bits of an average difference that are as good as random. */
function parameterOf(sum: number, count: number): number {
  const average = (2 * sum) / count;
  return Math.min(18, Math.max(0, Math.floor(Math.log2(average * 0.7 + 1))));
}

/** 0, -1, 1, -2 … as 0, 1, 2, 3 … */
function fold(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

function unfold(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function createBitWriter(expectedBytes: number) {
  let bytes = Buffer.alloc(expectedBytes);
  let length = 0;
  let held = 0;
  let heldBits = 0;
  const writer = {
    /** At most 24 bits. */
    write(value: number, count: number): void {
      held = (held << count) | value;
      heldBits += count;
      while (heldBits >= 8) {
        heldBits -= 8;
        if (length === bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(bytes.length)]);
        bytes[length] = (held >>> heldBits) & 255;
        length += 1;
      }
      held &= (1 << heldBits) - 1;
    },
    writeOnes(count: number): void {
      writer.write((1 << count) - 1, count);
    },
    bytes(): Buffer {
      if (heldBits > 0) writer.write(0, 8 - heldBits);
      return bytes.subarray(0, length);
    },
  };
  return writer;
}

function createBitReader(bytes: Uint8Array) {
  let next = 0;
  let held = 0;
  let heldBits = 0;
  const reader = {
    /** At most 24 bits. */
    read(count: number): number {
      while (heldBits < count) {
        if (next >= bytes.length) throw new RangeError('The sound ends in the middle of a piece.');
        held = (held << 8) | (bytes[next] ?? 0);
        next += 1;
        heldBits += 8;
      }
      heldBits -= count;
      const value = (held >>> heldBits) & ((1 << count) - 1);
      held &= (1 << heldBits) - 1;
      return value;
    },
    /** Ones up to a zero, which is taken too; at most so many, and then no zero. */
    readOnes(most: number): number {
      let ones = 0;
      while (ones < most && reader.read(1) === 1) ones += 1;
      return ones;
    },
  };
  return reader;
}
