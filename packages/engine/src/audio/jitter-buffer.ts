import { createSortedWindow } from './sorted-window.ts';

/** Times of a 16-bit sequence number and a 32-bit timestamp wrap; differences are taken around the circle. */
const SEQUENCE_CIRCLE = 0x1_00_00;
const TIMESTAMP_CIRCLE = 0x1_00_00_00_00;

export interface JitterBufferOptions {
  /** Timestamp ticks a millisecond: 48 for Opus, 8 for G.711. */
  readonly ticksPerMs: number;
  /** Least delay held on purpose. One frame: on a quiet network reordering is rare and each frame held is heard as delay. */
  readonly minDelayMs: number;
  /** Most delay held on purpose: above this people begin to talk over one another, and a lost frame hurts less. */
  readonly maxDelayMs: number;
  /** Packets kept at most (a second of 20 ms frames): more means that nobody takes, or a flood. */
  readonly maxPackets: number;
  /** Lost in a row that are concealed; a concealment longer than 60 ms is a drone, silence is kinder. */
  readonly maxConcealedInRow: number;
}

export const jitterBufferDefaults: JitterBufferOptions = {
  ticksPerMs: 48,
  minDelayMs: 20,
  maxDelayMs: 200,
  maxPackets: 50,
  maxConcealedInRow: 3,
};

/** @typeParam Payload what is kept of a packet: its bytes, or whatever its receiver reads from it */
export interface BufferedPacket<Payload = Uint8Array> {
  /** 16 bits. */
  readonly sequence: number;
  /** 32 bits, in ticks of the media clock. */
  readonly timestamp: number;
  /** How much audio is inside, in the same ticks; 0 for what only takes a number among the packets, such as a key pressed. */
  readonly durationTicks: number;
  readonly payload: Payload;
  /** The sender said that it is silent from here on: what does not come is not missed. */
  readonly isPause?: boolean;
}

export type PutResult = 'stored' | 'duplicate' | 'late' | 'restarted';

export type TakeResult<Payload = Uint8Array> =
  | { readonly type: 'packet'; readonly payload: Payload; readonly durationTicks: number }
  /** Nothing came for this place: conceal this much. */
  | { readonly type: 'lost'; readonly durationTicks: number }
  /** The sender is silent, or nothing is known yet: play silence. */
  | { readonly type: 'silence'; readonly durationTicks: number };

export interface JitterBuffer<Payload = Uint8Array> {
  put(packet: BufferedPacket<Payload>, arrivedMs: number): PutResult;
  /** The next stretch to play. Call whenever the player runs short, in real time. */
  take(nowMs: number): TakeResult<Payload>;
  readonly depthMs: number;
  /** The delay now aimed for. */
  readonly targetMs: number;
  readonly lateCount: number;
  readonly lostCount: number;
}

/** How many recent arrivals say what the network is like: four seconds of 20 ms packets. */
const JITTER_WINDOW = 200;
/** Held beyond what is aimed for without harm: two frames of unevenness. */
const SURPLUS_MS = 40;
/**
 * Takes (two seconds) through which that much must last before a frame of it is dropped: bursts pass, clock drift does not. Twice as
 * much lasts half as long: what a stall of this machine left would otherwise delay the talk for half a minute.
 */
const SURPLUS_TAKES = 100;
/** A jump of the sender's sequence or clock beyond this (2 s) is a new stream, not a gap. */
const RESTART_MS = 2000;

interface Stored<Payload> {
  readonly durationTicks: number;
  readonly payload: Payload;
  readonly isPause: boolean;
  /** Sequence and timestamp with the wraps counted in. */
  readonly index: number;
  readonly at: number;
  readonly arrivedMs: number;
}

/** Puts packets back into order and evens out their arrival. Without I/O: time comes in as an argument. */
export function createJitterBuffer<Payload = Uint8Array>(
  overrides: Partial<JitterBufferOptions> = {},
): JitterBuffer<Payload> {
  return new OrderedBuffer({ ...jitterBufferDefaults, ...overrides });
}

/** A class: objects with getters that a function puts together are kept as tables, and each look at one costs a search. */
class OrderedBuffer<Payload> implements JitterBuffer<Payload> {
  targetMs: number;
  lateCount = 0;
  lostCount = 0;
  readonly #options: JitterBufferOptions;
  readonly #ticksPerMs: number;
  readonly #silence: TakeResult<Payload>;
  #packets: Stored<Payload>[] = [];
  /** Of what is in store. */
  #spanTicks = 0;
  #newestIndex = 0;
  #newestAt = 0;
  #hasNewest = false;
  /** Where playing has got to; not a number while filling up. */
  #playAt = Number.NaN;
  #lastIndex = 0;
  #lastTicks: number;
  #concealed = 0;
  #surplusTakes = 0;
  readonly #transits = createSortedWindow(JITTER_WINDOW);
  #isPaused = false;

  constructor(options: JitterBufferOptions) {
    this.#options = options;
    this.#ticksPerMs = options.ticksPerMs;
    this.targetMs = options.minDelayMs;
    this.#lastTicks = 20 * options.ticksPerMs;
    this.#silence = { type: 'silence', durationTicks: this.#lastTicks };
  }

  get depthMs(): number {
    return this.#spanTicks / this.#ticksPerMs;
  }

  put(packet: BufferedPacket<Payload>, arrivedMs: number): PutResult {
    let restarted = false;
    let index = packet.sequence;
    let at = packet.timestamp;
    if (this.#hasNewest) {
      index = this.#newestIndex + around(packet.sequence - this.#newestIndex, SEQUENCE_CIRCLE);
      at = this.#newestAt + around(packet.timestamp - this.#newestAt, TIMESTAMP_CIRCLE);
      const jumpMs = Math.abs(at - this.#newestAt) / this.#ticksPerMs;
      const jumpPackets = Math.abs(index - this.#newestIndex);
      // A long silence moves the clock but not the numbers; a new stream moves the numbers too, or the clock backwards.
      if (jumpPackets > RESTART_MS / 20 || (at < this.#newestAt && jumpMs > RESTART_MS)) {
        this.#reset();
        restarted = true;
        index = packet.sequence;
        at = packet.timestamp;
      }
    }
    const packets = this.#packets;
    // Nearly always the newest: looked for from the end.
    let place = packets.length;
    while (place > 0 && (packets[place - 1]?.index ?? 0) > index) place -= 1;
    if (place > 0 && packets[place - 1]?.index === index) return 'duplicate';
    // Of what is not a number nothing is less.
    if (at < this.#playAt) {
      this.lateCount += 1;
      this.#learn(at, arrivedMs);
      return 'late';
    }
    const { durationTicks, payload, isPause = false } = packet;
    const stored = { durationTicks, payload, isPause, index, at, arrivedMs };
    if (place === packets.length) packets.push(stored);
    else packets.splice(place, 0, stored);
    this.#spanTicks += durationTicks;
    if (!this.#hasNewest || index > this.#newestIndex) {
      this.#hasNewest = true;
      this.#newestIndex = index;
      this.#newestAt = at;
    }
    this.#learn(at, arrivedMs);
    if (packets.length > this.#options.maxPackets) {
      this.#shift();
      if (!Number.isNaN(this.#playAt)) this.#playAt = packets[0]?.at ?? Number.NaN;
    }
    return restarted ? 'restarted' : 'stored';
  }

  take(nowMs: number): TakeResult<Payload> {
    const first = this.#packets[0];
    if (Number.isNaN(this.#playAt)) {
      const isFull = first !== undefined && (nowMs - first.arrivedMs >= this.targetMs || this.depthMs > this.targetMs);
      if (!isFull) return this.#silence;
      this.#playAt = first.at;
      this.#lastIndex = first.index - 1;
    }
    this.#dropSurplus();
    const next = this.#packets[0];
    if (next === undefined) return this.#starve();
    if (next.at <= this.#playAt) {
      this.#shift();
      this.#playAt = next.at + next.durationTicks;
      this.#lastIndex = next.index;
      if (next.durationTicks > 0) this.#lastTicks = next.durationTicks;
      this.#isPaused = next.isPause;
      this.#concealed = 0;
      return { type: 'packet', payload: next.payload, durationTicks: next.durationTicks };
    }
    if (next.index === this.#lastIndex + 1) {
      // Nothing is missing: the sender left the time empty (discontinuous transmission). Its packet waits for its
      // moment, but not longer than it would have waited in a full buffer, for its clock may have been moved.
      if (nowMs - next.arrivedMs >= this.targetMs) {
        this.#playAt = next.at;
        return this.take(nowMs);
      }
      this.#playAt = Math.min(next.at, this.#playAt + this.#lastTicks);
      return this.#silence;
    }
    return this.#conceal();
  }

  /** More in store than wanted for long: the sender's clock is faster than ours, or a burst stayed. */
  #dropSurplus(): void {
    const surplusMs = this.depthMs - this.targetMs;
    this.#surplusTakes = surplusMs > SURPLUS_MS ? this.#surplusTakes + surplusMs / SURPLUS_MS : 0;
    if (this.#surplusTakes < SURPLUS_TAKES) return;
    this.#surplusTakes = 0;
    const dropped = this.#shift();
    if (dropped !== undefined) {
      this.#playAt = dropped.at + dropped.durationTicks;
      this.#lastIndex = dropped.index;
    }
  }

  #starve(): TakeResult<Payload> {
    if (!this.#isPaused && this.#concealed < this.#options.maxConcealedInRow) return this.#conceal();
    // The sender has stopped, or the network has: fill up anew when it comes back, for then its delay is unknown.
    this.#playAt = Number.NaN;
    this.#concealed = 0;
    return this.#silence;
  }

  #conceal(): TakeResult<Payload> {
    this.#playAt += this.#lastTicks;
    this.#concealed += 1;
    this.lostCount += 1;
    if (this.#concealed > this.#options.maxConcealedInRow) return this.#silence;
    return { type: 'lost', durationTicks: this.#lastTicks };
  }

  #shift(): Stored<Payload> | undefined {
    const first = this.#packets.shift();
    this.#spanTicks -= first?.durationTicks ?? 0;
    return first;
  }

  #reset(): void {
    this.#packets = [];
    this.#spanTicks = 0;
    this.#hasNewest = false;
    this.#playAt = Number.NaN;
    this.#transits.clear();
    this.#isPaused = false;
    this.#concealed = 0;
  }

  /** The delay that would have caught 95 of 100 recent packets, with a frame to spare; a spread of 0 needs the least only. */
  #learn(at: number, arrivedMs: number): void {
    const { minDelayMs, maxDelayMs } = this.#options;
    this.#transits.add(arrivedMs - at / this.#ticksPerMs);
    const spread = this.#transits.quantile(0.95) - this.#transits.quantile(0);
    this.targetMs = Math.min(maxDelayMs, Math.max(minDelayMs, spread + minDelayMs));
  }
}

/** A difference on a circle, as the nearer way round. */
function around(difference: number, circle: number): number {
  const wrapped = ((difference % circle) + circle) % circle;
  return wrapped >= circle / 2 ? wrapped - circle : wrapped;
}
