/**
 * G.722 (ITU-T, 09/2012) at 64 kbit/s: sound of 7 kHz in the place of a telephone's 3.4. Two bands, each told by its difference from
 * what is expected: 6 bits for the lower, 2 for the upper. A byte is two samples of 16 kHz.
 */
export interface G722Encoder {
  /** An even number of samples of 16 kHz. */
  encode(samples: Int16Array): Uint8Array<ArrayBuffer>;
}

export interface G722Decoder {
  decode(bytes: Uint8Array): Int16Array;
}

export function createG722Encoder(): G722Encoder {
  const low = createBand(lowBand);
  const high = createBand(highBand);
  const mirror = createMirror();
  return {
    encode(samples) {
      const bytes = new Uint8Array(samples.length >> 1);
      for (let n = 0; n < bytes.length; n += 1) {
        mirror.push(samples[2 * n] ?? 0, samples[2 * n + 1] ?? 0);
        const even = mirror.second();
        const odd = mirror.first();
        const lowCode = lowCodeOf(clamp16(((even + odd) >> 14) - low.expected()), low.step());
        const highCode = highCodeOf(clamp16(((even - odd) >> 14) - high.expected()), high.step());
        low.adapt(lowCode >> 2);
        high.adapt(highCode);
        bytes[n] = (highCode << 6) | lowCode;
      }
      return bytes;
    },
  };
}

export function createG722Decoder(): G722Decoder {
  const low = createBand(lowBand);
  const high = createBand(highBand);
  const mirror = createMirror();
  return {
    decode(bytes) {
      const samples = new Int16Array(bytes.length * 2);
      for (let n = 0; n < bytes.length; n += 1) {
        const byte = bytes[n] ?? 0;
        const lowCode = byte & 0x3f;
        const highCode = byte >> 6;
        // The lower band is heard in all 64 levels, and adapts by the upper four bits, as it does where a byte has fewer.
        const lowSample = clamp15(low.expected() + ((low.step() * (fineLevels[lowCode] ?? 0)) >> 15));
        const highSample = clamp15(high.expected() + high.difference(highCode));
        low.adapt(lowCode >> 2);
        high.adapt(highCode);
        mirror.push(lowSample + highSample, lowSample - highSample);
        samples[2 * n] = clamp16(mirror.second() >> 11);
        samples[2 * n + 1] = clamp16(mirror.first() >> 11);
      }
      return samples;
    },
  };
}

/** What differs between the bands (§3.3 to §3.6). */
interface BandForm {
  /** By code, in 32,768ths of the step. */
  readonly levels: readonly number[];
  /** By code: how the logarithm of the step grows. */
  readonly growth: readonly number[];
  readonly mostLogStep: number;
  /** How far the step's table is moved. */
  readonly shift: number;
  readonly firstStep: number;
}

/** Table 15: of the sixteen codes of four bits, seven are below zero, seven above, and two are none. */
const coarse = [1200, 2584, 4240, 6288, 8968, 12_896, 20_456];
const lowGrowth = [-30, 58, 172, 334, 538, 1198, 3042];

const lowBand: BandForm = {
  levels: [0, ...coarse.map((level) => -level).reverse(), ...[...coarse].reverse(), 0],
  growth: [-60, ...[...lowGrowth].reverse(), ...[...lowGrowth].reverse(), -60],
  mostLogStep: 18_432,
  shift: 8,
  firstStep: 32,
};

const highBand: BandForm = {
  levels: [-7408, -1616, 7408, 1616],
  growth: [798, -214, 798, -214],
  mostLogStep: 22_528,
  shift: 10,
  firstStep: 8,
};

/** Table 14: where one of the 30 magnitudes of the lower band ends and the next begins, in 4,096ths of the step. */
const bounds = Int16Array.from([
  35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219, 1339, 1458,
  1612, 1765, 1980, 2195, 2557, 2919,
]);
/** And where in each of them the sample is put, in 32,768ths. */
const magnitudes = [
  136, 432, 728, 1040, 1360, 1688, 2032, 2400, 2776, 3168, 3576, 4008, 4464, 4944, 5456, 6000, 6576, 7192, 7856, 8576,
  9360, 10_232, 11_192, 12_280, 13_512, 14_984, 16_704, 19_008, 21_904, 24_808,
];
/** The upper band has two magnitudes. */
const highBound = 564;

/** By the lower band's code of six bits. 0 to 3 are never sent, for a byte without ones must not be. */
const fineLevels = Int16Array.from({ length: 64 }, (_, code) => {
  if (code >= 62) return -(magnitudes[63 - code] ?? 0);
  if (code >= 32) return magnitudes[61 - code] ?? 0;
  return -(magnitudes[code < 4 ? 0 : 33 - code] ?? 0);
});

/** Two to the power of so many 32nds, in 2,048ths. */
const steps = Int16Array.from({ length: 32 }, (_, n) => Math.round(2048 * 2 ** (n / 32)));

function lowCodeOf(difference: number, step: number): number {
  const size = difference < 0 ? ~difference : difference;
  let magnitude = 0;
  let most = bounds.length;
  while (magnitude < most) {
    const middle = (magnitude + most) >> 1;
    if (size >= ((bounds[middle] ?? 0) * step) >> 12) magnitude = middle + 1;
    else most = middle;
  }
  if (difference >= 0) return 61 - magnitude;
  return magnitude < 2 ? 63 - magnitude : 33 - magnitude;
}

function highCodeOf(difference: number, step: number): number {
  const isLarge = (difference < 0 ? ~difference : difference) >= (highBound * step) >> 12;
  if (difference < 0) return isLarge ? 0 : 1;
  return isLarge ? 2 : 3;
}

interface Band {
  /** What the next sample is expected to be. */
  expected(): number;
  /** In what units the difference from it is told. */
  step(): number;
  difference(code: number): number;
  /** Both ends learn from the code alone, and so stay alike. */
  adapt(code: number): void;
}

/** Zeros of the predictor. */
const zeroCount = 6;

function createBand(form: BandForm): Band {
  const levels = Int16Array.from(form.levels);
  const growth = Int16Array.from(form.growth);
  let logStep = 0;
  let step = form.firstStep;
  let expected = 0;
  let fromZeros = 0;
  let pole1 = 0;
  let pole2 = 0;
  let previous = 0;
  let partial1 = 0;
  let partial2 = 0;
  const zeros = new Int32Array(zeroCount);
  const differences = new Int32Array(zeroCount);

  /** §3.6.4 to §3.6.7: what the poles and zeros weigh, and what they say of the next sample. */
  const predict = (difference: number) => {
    const sample = clamp16(expected + difference);
    const partial = clamp16(fromZeros + difference);
    const isLike1 = (partial ^ partial1) >= 0;
    const isLike2 = (partial ^ partial2) >= 0;
    const lean = clamp16(pole1 * 4);
    const turned = isLike1 ? Math.min(32_767, -lean) : lean;
    const next2 = (isLike2 ? 128 : -128) + (turned >> 7) + ((pole2 * 32_512) >> 15);
    pole2 = Math.max(-12_288, Math.min(12_288, next2));
    const next1 = clamp16((isLike1 ? 192 : -192) + ((pole1 * 32_640) >> 15));
    // Beyond this the filter would ring for ever.
    const most = 15_360 - pole2;
    pole1 = Math.max(-most, Math.min(most, next1));
    const fromPoles = clamp16(((pole1 * clamp16(2 * sample)) >> 15) + ((pole2 * clamp16(2 * previous)) >> 15));
    previous = sample;
    partial2 = partial1;
    partial1 = partial;

    const weight = difference === 0 ? 0 : 128;
    let sum = 0;
    for (let n = zeroCount - 1; n >= 0; n -= 1) {
      const isLike = ((differences[n] ?? 0) ^ difference) >= 0;
      const zero = clamp16((isLike ? weight : -weight) + (((zeros[n] ?? 0) * 32_640) >> 15));
      const newer = n === 0 ? difference : (differences[n - 1] ?? 0);
      zeros[n] = zero;
      differences[n] = newer;
      sum += (zero * clamp16(2 * newer)) >> 15;
    }
    fromZeros = clamp16(sum);
    expected = clamp16(fromPoles + fromZeros);
  };

  const difference = (code: number) => (step * (levels[code] ?? 0)) >> 15;
  return {
    expected: () => expected,
    step: () => step,
    difference,
    adapt(code) {
      const told = difference(code);
      logStep = Math.max(0, Math.min(form.mostLogStep, ((logStep * 127) >> 7) + (growth[code] ?? 0)));
      const exponent = form.shift - (logStep >> 11);
      const mantissa = steps[(logStep >> 6) & 31] ?? 0;
      step = (exponent < 0 ? mantissa << -exponent : mantissa >> exponent) << 2;
      predict(told);
    },
  };
}

/** Half of the 24 taps of the mirror filter (table 11), in 8,192ths; the other half is the same backwards. */
const taps = Int16Array.of(3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11);

/** Splits the bands of a stream, and joins them (§3.1, §4.4). */
interface Mirror {
  push(first: number, second: number): void;
  first(): number;
  second(): number;
}

function createMirror(): Mirror {
  const length = taps.length;
  // Twice in a row each, so that the latest twelve are always one stretch.
  const firsts = new Int32Array(2 * length);
  const seconds = new Int32Array(2 * length);
  let place = 0;
  return {
    push(first, second) {
      firsts[place] = first;
      firsts[place + length] = first;
      seconds[place] = second;
      seconds[place + length] = second;
      place = (place + 1) % length;
    },
    first() {
      let sum = 0;
      for (let n = 0; n < length; n += 1) sum += (firsts[place + n] ?? 0) * (taps[n] ?? 0);
      return sum;
    },
    second() {
      let sum = 0;
      for (let n = 0; n < length; n += 1) sum += (seconds[place + n] ?? 0) * (taps[length - 1 - n] ?? 0);
      return sum;
    },
  };
}

function clamp16(value: number): number {
  return Math.max(-32_768, Math.min(32_767, value));
}

function clamp15(value: number): number {
  return Math.max(-16_384, Math.min(16_383, value));
}
