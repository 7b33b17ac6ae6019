import { FRAME_SAMPLES, type Pcm } from '../ports/audio.ts';
import { SILENCE_DBFS } from './level.ts';

/**
 * How much sound is in a frame of 20 ms: above 150 Hz, where voices are, and of that in each of three bands. Filters of one pole are
 * blunt, and enough to tell that two sounds are not one. Four samples at once, by WebAssembly: a third of the time that JavaScript takes,
 * and every frame of every call passes here.
 */

/** Bands of a frame's sound: where voices hum, where vowels differ, and where consonants hiss. */
export const BANDS = 3;

/** Numbers that the filters keep from frame to frame. */
export const FILTER_STATE = 4;

/** Where things lie in the memory of the filters, in bytes: the samples, eight numbers that were found, the filters' constants. */
const place = { samples: 0, found: 2 * FRAME_SAMPLES, constants: 2 * FRAME_SAMPLES + 64 } as const;

// At 16 kHz: a high pass at 150 Hz, 1 − 2π·150/16000, and low passes, e^(−2π·f/16000).
const withoutHum = 0.941;
const below600Hz = 0.79;
const below2000Hz = 0.456;

const { memory, measure, findVoice } = openFilters();
const samples = new Int16Array(memory.buffer, place.samples, FRAME_SAMPLES);
const found = new Float32Array(memory.buffer, place.found, FILTER_STATE + 1 + BANDS);
new Float32Array(memory.buffer, place.constants, 4 * 11).set([
  ...[withoutHum, below600Hz, below2000Hz].flatMap((a) => [...four(a), ...four(a ** 2), a, a ** 2, a ** 3, a ** 4]),
  ...[...four(1 - below600Hz), ...four(1 - below2000Hz)],
]);
/** Of the latest frame measured, the squares added up: above 150 Hz, then band by band. Each use is over before the next begins. */
export const energies = new Float32Array(memory.buffer, place.found + 4 * FILTER_STATE, 1 + BANDS);

/**
 * Measures the next frame of a stream into `energies`.
 *
 * @param state what the stream's filters keep, `FILTER_STATE` numbers from `at` on; all 0 at the beginning
 */
export function measureFrame(frame: Pcm, state: Float64Array, at: number): void {
  putIn(frame);
  measure(state[at] ?? 0, state[at + 1] ?? 0, state[at + 2] ?? 0, state[at + 3] ?? 0);
  keepState(state, at);
}

/** As `measureFrame`, for those who need to know no more than how much there is above 150 Hz: the bands are 0. Takes half of the time. */
export function measureVoice(frame: Pcm, state: Float64Array, at: number): void {
  putIn(frame);
  findVoice(state[at] ?? 0, state[at + 1] ?? 0, state[at + 2] ?? 0, state[at + 3] ?? 0);
  keepState(state, at);
}

function putIn(frame: Pcm): void {
  if (frame.length === FRAME_SAMPLES) samples.set(frame);
  else {
    samples.fill(0);
    samples.set(frame.subarray(0, FRAME_SAMPLES));
  }
}

function keepState(state: Float64Array, at: number): void {
  state[at] = found[0] ?? 0;
  state[at + 1] = settled(found[1] ?? 0);
  state[at + 2] = settled(found[2] ?? 0);
  state[at + 3] = settled(found[3] ?? 0);
}

/** What the filter against hum still gives of the frames before when the next one begins. */
export function humFilterRest(state: Float64Array, at: number): number {
  return withoutHum * (state[at + 1] ?? 0) - (state[at] ?? 0);
}

/** In silence it would die away into numbers so small that processors reckon with them a hundred times slower. */
function settled(state: number): number {
  return Math.abs(state) < 1e-6 ? 0 : state;
}

/** Of a frame's energy, in dB of full scale; −100 for silence. */
export function energyDbfs(energy: number): number {
  return energy <= silenceEnergy ? SILENCE_DBFS : 10 * Math.log10(energy / fullScaleEnergy);
}

/** The level that voices are told by, in dB of full scale; −120 for silence. */
export function voiceDbfs(energy: number): number {
  return 20 * Math.log10(Math.sqrt(energy / fullScaleEnergy) + 1e-6);
}

const fullScaleEnergy = FRAME_SAMPLES * 32_768 ** 2;
/** Anything softer counts as this. */
export const silenceEnergy: number = fullScaleEnergy * 10 ** (SILENCE_DBFS / 10);

/** Energy above 150 Hz of a jump by one, as the filter against hum lets it die away. */
export const clickEnergy: number = 1 / (1 - withoutHum ** 2);

function openFilters() {
  const { memory, measure, findVoice } = new WebAssembly.Instance(new WebAssembly.Module(filterCode()), {}).exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof measure !== 'function' || typeof findVoice !== 'function') {
    throw new Error('The filters export all three.');
  }
  return {
    memory,
    measure: (last: number, clean: number, low: number, mid: number): void => void measure(last, clean, low, mid),
    findVoice: (last: number, clean: number, low: number, mid: number): void => void findVoice(last, clean, low, mid),
  };
}

/**
 * The program of the filters, byte by byte as the WebAssembly specification (2.0, chapter 5) numbers them:
 *
 *     measure(last, clean, low, mid):        what the filters kept; the same, and then the energies, are stored at the end
 *       each four samples x:
 *         clean[n] = x[n] − x[n−1] + 0.941 clean[n−1]
 *         low[n]   = 0.21 clean[n] + 0.79 low[n−1]
 *         mid[n]   = 0.544 clean[n] + 0.456 mid[n−1]
 *         energies += clean², low², (mid − low)², (clean − mid)²
 *
 * `findVoice` does no more than the first line of it and the first of the energies.
 *
 * Of y[n] = u[n] + a·y[n−1] four at once: what was is added to what is, a step back, then two (s = u + a·u₁, s + a²·s₂), and then what
 * the four before have left of themselves, a…a⁴ times the last of them.
 */
function filterCode(): Uint8Array<ArrayBuffer> {
  const get = (local: number) => [0x20, local];
  const set = (local: number) => [0x21, local];
  const tee = (local: number) => [0x22, local];
  const plus = [0xfd, 0xe4, 0x01];
  const minus = [0xfd, 0xe5, 0x01];
  const times = [0xfd, 0xe6, 0x01];
  /** Four of the eight numbers of two fours. */
  const pick = (...numbers: number[]) => [
    ...[0xfd, 0x0d],
    ...numbers.flatMap((n) => [4 * n, 4 * n + 1, 4 * n + 2, 4 * n + 3]),
  ];
  const splatLast = (local: number) => [...get(local), ...get(local), ...pick(3, 3, 3, 3)];
  const lane = (local: number, n: number) => [...get(local), 0xfd, 0x1f, n];

  const at = 4;
  const [x, kept, clean, low, mid, work] = [5, 6, 7, 8, 9, 10];
  const sums = [11, 12, 13, 14];
  const zero = 15;
  /** Eleven fours: a, a² and a…a⁴ of each filter, and what the low passes let in. */
  const constants = [16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26];
  const firstConstant = 16;

  /** On the stack lies u; afterwards y is in `state`, which holds the four before. */
  const recursion = (state: number, filter: number) => [
    ...tee(work),
    ...[...get(zero), ...get(work), ...pick(3, 4, 5, 6), ...get(filter), ...times, ...plus, ...tee(work)],
    ...[...get(zero), ...get(work), ...pick(2, 3, 4, 5), ...get(filter + 1), ...times, ...plus],
    ...[...splatLast(state), ...get(filter + 2), ...times, ...plus, ...set(state)],
  ];
  /** On the stack lies what is squared. */
  const addSquare = (sum: number) => [...tee(work), ...get(work), ...times, ...get(sum), ...plus, ...set(sum)];
  const store = (index: number, number: number[]) => [
    ...[0x41, 0x00, ...number, 0x38, 0x02],
    ...unsigned(place.found + 4 * index),
  ];
  const sumOf = (local: number) => [
    ...[...lane(local, 0), ...lane(local, 1), 0x92, ...lane(local, 2), ...lane(local, 3), 0x92, 0x92],
  ];
  const bands = [
    ...[...get(clean), ...get(25), ...times, ...recursion(low, firstConstant + 3)],
    ...[...get(clean), ...get(26), ...times, ...recursion(mid, firstConstant + 6)],
    ...[...get(low), ...addSquare(12), ...get(mid), ...get(low), ...minus, ...addSquare(13)],
    ...[...get(clean), ...get(mid), ...minus, ...addSquare(14)],
  ];
  const code = (hasBands: boolean) => [
    ...[kept, clean, low, mid].flatMap((state, parameter) => [...get(parameter), 0xfd, 0x13, ...set(state)]),
    ...constants.flatMap((local, n) => [
      ...[0x41, 0x00, 0xfd, 0x00, 0x04],
      ...[...unsigned(place.constants + 16 * n), ...set(local)],
    ]),
    ...[0x03, 0x40],
    // Four samples of 16 bits, as numbers.
    ...[...get(at), 0xfd, 0x03, 0x01, ...unsigned(place.samples), 0xfd, 0xfa, 0x01, ...set(x)],
    ...[...get(x), ...get(kept), ...get(x), ...pick(3, 4, 5, 6), ...minus, ...get(x), ...set(kept)],
    ...recursion(clean, firstConstant),
    ...[...get(clean), ...addSquare(11)],
    ...(hasBands ? bands : []),
    // Once more while samples are left.
    ...[...get(at), 0x41, 0x08, 0x6a, ...tee(at), 0x41, ...signed(2 * FRAME_SAMPLES), 0x48, 0x0d, 0x00, 0x0b],
    ...[kept, clean, low, mid].flatMap((state, index) => store(index, lane(state, 3))),
    ...sums.flatMap((sum, index) => store(FILTER_STATE + index, sumOf(sum))),
    0x0b,
  ];
  const [i32, f32, v128] = [0x7f, 0x7d, 0x7b];
  const body = (hasBands: boolean) => {
    const bytes = [0x02, 0x01, i32, 0x16, v128, ...code(hasBands)];
    return [...unsigned(bytes.length), ...bytes];
  };
  const name = (text: string) => [text.length, ...Buffer.from(text)];
  const section = (id: number, bytes: readonly number[]) => [id, ...unsigned(bytes.length), ...bytes];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 4, f32, f32, f32, f32, 0]),
    ...section(3, [2, 0, 0]),
    // One page of memory, and no more.
    ...section(5, [1, 0x01, 1, 1]),
    ...section(7, [3, ...name('memory'), 0x02, 0, ...name('measure'), 0x00, 0, ...name('findVoice'), 0x00, 1]),
    ...section(10, [2, ...body(true), ...body(false)]),
  ]);
}

function four(value: number): number[] {
  return [value, value, value, value];
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  const isLast = value >= -64 && value < 64;
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
