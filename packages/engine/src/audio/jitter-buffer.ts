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
  const options = { ...jitterBufferDefaults, ...overrides };
  const defaultTicks = 20 * options.ticksPerMs;
  let packets: Stored<Payload>[] = [];
  let newest: { index: number; at: number } | undefined;
  /** Where playing has got to; undefined while filling up. */
  let playAt: number | undefined;
  let lastIndex = 0;
  let lastTicks = defaultTicks;
  let concealed = 0;
  let surplusTakes = 0;
  let targetMs = options.minDelayMs;
  const transits = createSortedWindow(JITTER_WINDOW);
  let isPaused = false;
  let lateCount = 0;
  let lostCount = 0;

  const spanMs = (): number => {
    let ticks = 0;
    for (const packet of packets) ticks += packet.durationTicks;
    return ticks / options.ticksPerMs;
  };

  const reset = () => {
    packets = [];
    newest = undefined;
    playAt = undefined;
    transits.clear();
    isPaused = false;
    concealed = 0;
  };

  /** The delay that would have caught 95 of 100 recent packets, with a frame to spare; a spread of 0 needs the least only. */
  const learn = (at: number, arrivedMs: number) => {
    transits.add(arrivedMs - at / options.ticksPerMs);
    const spread = transits.quantile(0.95) - transits.quantile(0);
    targetMs = Math.min(options.maxDelayMs, Math.max(options.minDelayMs, spread + options.minDelayMs));
  };

  const put = (packet: BufferedPacket<Payload>, arrivedMs: number): PutResult => {
    let restarted = false;
    let index = packet.sequence;
    let at = packet.timestamp;
    if (newest !== undefined) {
      index = newest.index + around(packet.sequence - newest.index, SEQUENCE_CIRCLE);
      at = newest.at + around(packet.timestamp - newest.at, TIMESTAMP_CIRCLE);
      const jumpMs = Math.abs(at - newest.at) / options.ticksPerMs;
      const jumpPackets = Math.abs(index - newest.index);
      // A long silence moves the clock but not the numbers; a new stream moves the numbers too, or the clock backwards.
      if (jumpPackets > RESTART_MS / 20 || (at < newest.at && jumpMs > RESTART_MS)) {
        reset();
        restarted = true;
        index = packet.sequence;
        at = packet.timestamp;
      }
    }
    // Nearly always the newest: looked for from the end.
    let place = packets.length;
    while (place > 0 && (packets[place - 1]?.index ?? 0) > index) place -= 1;
    if (place > 0 && packets[place - 1]?.index === index) return 'duplicate';
    if (playAt !== undefined && at < playAt) {
      lateCount += 1;
      learn(at, arrivedMs);
      return 'late';
    }
    const { durationTicks, payload, isPause = false } = packet;
    const stored = { durationTicks, payload, isPause, index, at, arrivedMs };
    if (place === packets.length) packets.push(stored);
    else packets.splice(place, 0, stored);
    if (newest === undefined || index > newest.index) newest = { index, at };
    learn(at, arrivedMs);
    if (packets.length > options.maxPackets) {
      packets.shift();
      if (playAt !== undefined) playAt = packets[0]?.at;
    }
    return restarted ? 'restarted' : 'stored';
  };

  const take = (nowMs: number): TakeResult<Payload> => {
    const first = packets[0];
    if (playAt === undefined) {
      if (first === undefined || (nowMs - first.arrivedMs < targetMs && spanMs() <= targetMs)) return silence();
      playAt = first.at;
      lastIndex = first.index - 1;
    }
    dropSurplus();
    const next = packets[0];
    if (next === undefined) return starve();
    if (next.at <= playAt) {
      packets.shift();
      playAt = next.at + next.durationTicks;
      lastIndex = next.index;
      if (next.durationTicks > 0) lastTicks = next.durationTicks;
      isPaused = next.isPause;
      concealed = 0;
      return { type: 'packet', payload: next.payload, durationTicks: next.durationTicks };
    }
    if (next.index === lastIndex + 1) {
      // Nothing is missing: the sender left the time empty (discontinuous transmission). Its packet waits for its
      // moment, but not longer than it would have waited in a full buffer, for its clock may have been moved.
      if (nowMs - next.arrivedMs >= targetMs) {
        playAt = next.at;
        return take(nowMs);
      }
      playAt = Math.min(next.at, playAt + lastTicks);
      return silence();
    }
    return conceal();
  };

  /** More in store than wanted for long: the sender's clock is faster than ours, or a burst stayed. */
  const dropSurplus = () => {
    const surplusMs = spanMs() - targetMs;
    surplusTakes = surplusMs > SURPLUS_MS ? surplusTakes + surplusMs / SURPLUS_MS : 0;
    if (surplusTakes < SURPLUS_TAKES) return;
    surplusTakes = 0;
    const dropped = packets.shift();
    if (dropped !== undefined) {
      playAt = dropped.at + dropped.durationTicks;
      lastIndex = dropped.index;
    }
  };

  const starve = (): TakeResult<Payload> => {
    if (!isPaused && concealed < options.maxConcealedInRow) return conceal();
    // The sender has stopped, or the network has: fill up anew when it comes back, for then its delay is unknown.
    playAt = undefined;
    concealed = 0;
    return silence();
  };

  const conceal = (): TakeResult<Payload> => {
    if (playAt !== undefined) playAt += lastTicks;
    concealed += 1;
    lostCount += 1;
    return concealed > options.maxConcealedInRow ? silence() : { type: 'lost', durationTicks: lastTicks };
  };

  const silence = (): TakeResult<Payload> => ({ type: 'silence', durationTicks: defaultTicks });

  return {
    put,
    take,
    get depthMs() {
      return spanMs();
    },
    get targetMs() {
      return targetMs;
    },
    get lateCount() {
      return lateCount;
    },
    get lostCount() {
      return lostCount;
    },
  };
}

/** A difference on a circle, as the nearer way round. */
function around(difference: number, circle: number): number {
  const wrapped = ((difference % circle) + circle) % circle;
  return wrapped >= circle / 2 ? wrapped - circle : wrapped;
}
