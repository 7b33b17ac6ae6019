import type { Pcm } from '@parley/engine/ports/audio.ts';
import { median } from '../statistics.ts';
import type { CallerSide } from './caller-side.ts';
import type { Said } from './hold-call.ts';

/** How one exchange lies in the recording, against how it lay at the caller's end. */
export interface Exchange {
  /** On the caller's clock, from the first exchange. */
  readonly atMs: number;
  /**
   * From the agent's sound to the caller's answer, as recorded, less the same as the caller had it: the way to the caller's ear, theirs to
   * the server, and what the server holds back to even out arrival.
   */
  readonly wayMs: number;
}

export interface Offsets {
  readonly exchanges: readonly Exchange[];
  /** Exchanges of which one half was not found again in the recording. */
  readonly notFound: number;
}

/** Sound is compared at 8 kHz. */
const samplesPerMs = 8;
/** Of the agent's sound: the silence before it, and its beginning, which is short so that nothing is in it that a busy machine tore. */
const before = 200 * samplesPerMs;
const after = 200 * samplesPerMs;
/** What the caller says is looked for in pieces so long, for the same reason; the middle one of where they lie counts. */
const pieceSamples = 250 * samplesPerMs;
/** How far from where it should be a sound is looked for. */
const searchMs = 300;
/** Below it two sounds are not the same. Loss of one packet in a hundred leaves 0.95 and more. */
const leastLikeness = 0.7;
const loudSample = 400;

/**
 * Finds what the agent said and what the caller answered again in the recording, by cross-correlation.
 * @param recorded the caller's track and the agent's, at 16 kHz
 */
export function measureOffsets(
  caller: CallerSide,
  said: readonly Said[],
  recorded: { readonly caller: Pcm; readonly agent: Pcm },
): Offsets {
  const [ear, mouth] = [caller.ear(), caller.mouth()];
  const tracks = { caller: thinned(recorded.caller), agent: thinned(recorded.agent) };
  const starts = agentStarts(caller, said, ear);
  const [firstStart] = starts;
  const firstRecorded = tracks.agent.findIndex((sample) => Math.abs(sample) > loudSample);
  if (firstStart === undefined || firstRecorded < 0) return { exchanges: [], notFound: said.length };
  /** Where the recording begins on the caller's clock, roughly. */
  const recordingMs = agentAtMs(caller, firstStart) - (firstRecorded - before) / samplesPerMs;

  const exchanges: Exchange[] = [];
  for (const [index, { fromSample, toSample, atMs }] of said.entries()) {
    const start = starts[index];
    if (start === undefined) continue;
    const heardMs = agentAtMs(caller, start);
    const agentAt = find(ear.subarray(start, start + before + after), tracks.agent, heardMs - recordingMs);
    const callerAt = findPieces(mouth.subarray(fromSample, toSample), tracks.caller, atMs - recordingMs);
    if (agentAt === undefined || callerAt === undefined) continue;
    exchanges.push({ atMs: atMs - (said[0]?.atMs ?? 0), wayMs: callerAt - agentAt - (atMs - heardMs) });
  }
  return { exchanges, notFound: said.length - exchanges.length };
}

export interface Drift {
  readonly exchanges: number;
  readonly notFound: number;
  readonly lastedMs: number;
  /** The median of the first exchanges, before anything happened: it is taken out of the rest. */
  readonly constantWayMs: number;
  /** From the constant, of the exchanges that count. */
  readonly worstMs: number;
  readonly medianMs: number;
  /** At the end: the median of the last five exchanges. */
  readonly atTheEndMs: number;
  /** The worst of those that were under way when something was held up; they do not count above. */
  readonly worstDuringStallsMs: number;
}

const firstExchanges = 3;
const lastExchanges = 5;

/** @param stalls on the clock of the exchanges, from and to: exchanges between the two are told apart */
export function driftOf(
  { exchanges, notFound }: Offsets,
  stalls: readonly { readonly fromMs: number; readonly toMs: number }[] = [],
): Drift {
  const isDuring = ({ atMs }: Exchange) => stalls.some(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs);
  const constantWayMs = median(exchanges.slice(0, firstExchanges).map(({ wayMs }) => wayMs));
  const drifts = exchanges.map((exchange) => ({ ...exchange, driftMs: exchange.wayMs - constantWayMs }));
  const counted = drifts.filter((exchange) => !isDuring(exchange)).map(({ driftMs }) => driftMs);
  const during = drifts.filter(isDuring).map(({ driftMs }) => driftMs);
  return {
    ...{ exchanges: counted.length, notFound, constantWayMs },
    lastedMs: exchanges.at(-1)?.atMs ?? 0,
    worstMs: worst(counted),
    medianMs: median(counted),
    atTheEndMs: median(counted.slice(-lastExchanges)),
    worstDuringStallsMs: worst(during),
  };
}

function worst(values: readonly number[]): number {
  return values.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
}

/** Where in the ear the silence begins from which the agent speaks to the caller for each thing that the caller answered. */
function agentStarts(caller: CallerSide, said: readonly Said[], ear: Int16Array): number[] {
  const starts: number[] = [];
  let at = 0;
  for (const { atMs } of said) {
    let loud = at;
    while (loud < ear.length && Math.abs(ear[loud] ?? 0) <= loudSample) loud += 1;
    starts.push(Math.max(0, loud - before));
    // The next one is after this answer.
    at = loud;
    for (; at < ear.length; at += 20 * samplesPerMs) {
      const heardMs = caller.earAtMs(at, at + 800);
      // Where nothing came, as after a stall of the server, there is no time.
      if (Number.isFinite(heardMs) && heardMs >= atMs) break;
    }
  }
  return starts;
}

function agentAtMs(caller: CallerSide, start: number): number {
  // By when its sound came: what came before it may have been evened out otherwise.
  return caller.earAtMs(start + before, start + before + after) - before / samplesPerMs;
}

/** Where its beginning lies by most of its pieces, in milliseconds; undefined where fewer than half of them are found. */
function findPieces(wanted: Int16Array, track: Int16Array, aboutMs: number): number | undefined {
  const places: number[] = [];
  const pieces = Math.floor(wanted.length / pieceSamples);
  for (let n = 0; n < pieces; n += 1) {
    const fromMs = (n * pieceSamples) / samplesPerMs;
    const at = find(wanted.subarray(n * pieceSamples, (n + 1) * pieceSamples), track, aboutMs + fromMs);
    if (at !== undefined) places.push(at - fromMs);
  }
  return places.length * 2 < pieces ? undefined : median(places);
}

/** Where in the track it lies, in milliseconds; undefined where nothing is like it. */
function find(wanted: Int16Array, track: Int16Array, aboutMs: number): number | undefined {
  const from = Math.round((aboutMs - searchMs) * samplesPerMs);
  const to = Math.min(track.length - wanted.length, Math.round((aboutMs + searchMs) * samplesPerMs));
  let wantedPower = 0;
  for (const sample of wanted) wantedPower += sample * sample;
  let power = 0;
  for (let n = 0; n < wanted.length; n += 1) power += (track[from + n] ?? 0) ** 2;
  let best = { likeness: 0, at: 0 };
  for (let at = from; at <= to; at += 1) {
    let product = 0;
    for (let n = 0; n < wanted.length; n += 1) product += (wanted[n] ?? 0) * (track[at + n] ?? 0);
    const likeness = product / Math.sqrt(Math.max(1, power * wantedPower));
    if (likeness > best.likeness) best = { likeness, at };
    power += (track[at + wanted.length] ?? 0) ** 2 - (track[at] ?? 0) ** 2;
  }
  return best.likeness < leastLikeness ? undefined : best.at / samplesPerMs;
}

/** At half the rate: of two samples one, their mean. */
function thinned(samples: Int16Array): Int16Array {
  return Int16Array.from({ length: samples.length >> 1 }, (_, n) => {
    return ((samples[2 * n] ?? 0) + (samples[2 * n + 1] ?? 0)) / 2;
  });
}
