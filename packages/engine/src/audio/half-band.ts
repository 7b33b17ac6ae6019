/**
 * The sample between each two of a line of 8 kHz, as a half-band filter finds it. Eight products are reckoned at once, which JavaScript
 * has no words for and WebAssembly has: of all that is done for a frame of a telephone call it was the greatest part, and takes a sixth
 * of the time so. Whole numbers, exact, the same on every machine.
 */

/** Samples of the line on either side of one that is put between: as clean as 16-bit speech can show, 2 ms of delay. */
export const reach = 16;
/** Samples that are worked on at once: 20 ms of a line. */
export const blockLength = 160;

/** In 16,384ths. */
const tapBits = 14;
/** Where things lie in the memory of the filter, in bytes: the taps, the samples that come in, those that go out. */
const place = { taps: 0, input: 64, output: 512 } as const;

const { memory, find } = openFilter();
const input = new Int16Array(memory.buffer, place.input, blockLength + 2 * reach);
/** What the latest call found; each use is over before the next begins. */
export const between = new Int16Array(memory.buffer, place.output, blockLength);
const taps = halfBandTaps();
new Int16Array(memory.buffer, place.taps, 2 * reach).set([...taps.toReversed(), ...taps]);

/**
 * Puts into `between` the sample between the one at `at` and the next, which is `step` further, and so on. Reads `reach` samples on
 * either side, and up to three more at the end.
 *
 * @param count of samples to find, `blockLength` at most
 */
export function findBetween(samples: Int16Array, at: number, step: 1 | 2, count: number): void {
  const fours = (count + 3) >> 2;
  const length = 4 * fours + 2 * reach - 1;
  let from = at - (reach - 1) * step;
  for (let n = 0; n < length; n += 1) {
    input[n] = samples[from] ?? 0;
    from += step;
  }
  find(fours);
}

/** They add up to one half exactly, so that a steady level stays what it is. Kaiser window, shape 8. */
function halfBandTaps(): Int16Array {
  const exact = Float64Array.from({ length: reach }, (_, k) => {
    const distance = k + 0.5;
    const window = besselI0(8 * Math.sqrt(1 - (distance / (reach + 0.5)) ** 2)) / besselI0(8);
    return (Math.sin(Math.PI * distance) / (Math.PI * distance)) * window;
  });
  const scale = 2 ** (tapBits - 1) / exact.reduce((sum, tap) => sum + tap, 0);
  const whole = Int16Array.from(exact, (tap) => Math.round(tap * scale));
  const missing = 2 ** (tapBits - 1) - whole.reduce((sum, tap) => sum + tap, 0);
  whole[0] = (whole[0] ?? 0) + missing;
  return whole;
}

/** Modified Bessel function of the first kind, order 0, by its series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 50; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** @returns `find` finds four times so many samples from the input's beginning on */
function openFilter(): { readonly memory: WebAssembly.Memory; readonly find: (fours: number) => void } {
  const { memory, find } = new WebAssembly.Instance(new WebAssembly.Module(filterCode()), {}).exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof find !== 'function')
    throw new Error('The filter exports both.');
  return { memory, find: (fours) => void find(fours) };
}

/**
 * The program of the filter, byte by byte as the WebAssembly specification (2.0, chapter 5) numbers them:
 *
 *     find(fours):                      local 0; local 1: where the samples are; local 2: where they go
 *       t0…t3 = the 32 taps             locals 3…6
 *       each four: sums of 32 products for each of four places that are a sample apart (locals 7…10),
 *         added up across, rounded, brought back to 16 bits with what is too loud cut off, stored
 */
function filterCode(): Uint8Array<ArrayBuffer> {
  const get = (local: number) => [0x20, local];
  const set = (local: number) => [0x21, local];
  const tee = (local: number) => [0x22, local];
  const constant = (value: number) => [0x41, ...signed(value)];
  const add = [0x6a];
  /** Eight samples from an address, `offset` further; the address need not be a multiple of anything. */
  const load = (offset: number) => [0xfd, 0x00, 0x00, ...unsigned(offset)];
  const products = [0xfd, 0xba, 0x01];
  const addFour = [0xfd, 0xae, 0x01];
  /** Four of the eight numbers of two fours. */
  const pick = (...numbers: number[]) => [
    0xfd,
    0x0d,
    ...numbers.flatMap((n) => [4 * n, 4 * n + 1, 4 * n + 2, 4 * n + 3]),
  ];
  const shiftRight = [0xfd, 0xac, 0x01];
  const narrow = [0xfd, 0x85, 0x01];
  const splat = [0xfd, 0x11];
  const storeHalf = [0xfd, 0x5b, 0x00, 0x00, 0x00];

  const sumAt = (sample: number) => [
    ...[0, 1, 2, 3].flatMap((n) => [
      ...[...get(1), ...load(2 * sample + 16 * n), ...get(3 + n), ...products],
      ...(n === 0 ? [] : addFour),
    ]),
    ...set(7 + sample),
  ];
  /** The halves of two sums added, so that two numbers are left of each. */
  const halves = (one: number, other: number) => [
    ...[...get(one), ...get(other), ...pick(0, 1, 4, 5), ...get(one), ...get(other), ...pick(2, 3, 6, 7), ...addFour],
  ];
  const code = [
    ...[...constant(place.input), ...set(1), ...constant(place.output), ...set(2)],
    ...[0, 1, 2, 3].flatMap((n) => [...constant(place.taps), ...load(16 * n), ...set(3 + n)]),
    ...[0x03, 0x40],
    ...[0, 1, 2, 3].flatMap(sumAt),
    ...[...halves(7, 8), ...set(7), ...halves(9, 10), ...set(8)],
    ...get(2),
    ...[...get(7), ...get(8), ...pick(0, 2, 4, 6), ...get(7), ...get(8), ...pick(1, 3, 5, 7), ...addFour],
    ...[
      ...constant(1 << (tapBits - 1)),
      ...splat,
      ...addFour,
      ...constant(tapBits),
      ...shiftRight,
      ...tee(7),
      ...get(7),
    ],
    ...[...narrow, ...storeHalf],
    ...[...get(1), ...constant(8), ...add, ...set(1), ...get(2), ...constant(8), ...add, ...set(2)],
    // Once more while fours are left.
    ...[...get(0), ...constant(-1), ...add, ...tee(0), 0x0d, 0x00, 0x0b, 0x0b],
  ];
  const i32 = 0x7f;
  const v128 = 0x7b;
  const body = [0x02, 0x02, i32, 0x08, v128, ...code];
  const name = (text: string) => [text.length, ...Buffer.from(text)];
  const section = (id: number, bytes: readonly number[]) => [id, ...unsigned(bytes.length), ...bytes];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 1, i32, 0]),
    ...section(3, [1, 0]),
    // One page of memory, and no more.
    ...section(5, [1, 0x01, 1, 1]),
    ...section(7, [2, ...name('memory'), 0x02, 0, ...name('find'), 0x00, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  const isLast = value >= -64 && value < 64;
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
