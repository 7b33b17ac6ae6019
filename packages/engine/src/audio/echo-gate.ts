import { type AudioOutlet, FRAME_MS, type Pcm } from '../ports/audio.ts';
import { BANDS, createBandLevels } from './band-levels.ts';
import { SILENCE_DBFS } from './level.ts';

export interface EchoGateOptions {
  /** The longest time between sending a sound and hearing its echo. */
  readonly maxDelayMs: number;
  /** What is this much louder than the echo that is to be expected may be somebody else, in dB. */
  readonly marginDb: number;
  /** Sound beyond the margin, summed up over some 100 ms, that is somebody else, in dB. */
  readonly evidenceDb: number;
  /** How fast a room falls silent, in dB for each 20 ms. */
  readonly decayDb: number;
  /** Likeness of what was sent and what is heard, 0…1, from which on it is an echo. */
  readonly leastCorrelation: number;
  /** Agent's speech before an echo is believed in or, having found none, not feared any more. */
  readonly learnMs: Readonly<Record<'found' | 'notFound', number>>;
  /** How loud an echo is taken to be until it is known, against what was sent, in dB. */
  readonly assumedCouplingDb: Readonly<Record<AudioOutlet['echo'], number>>;
  /** How long it stays open after somebody else was heard. */
  readonly openMs: number;
}

export const echoGateDefaults: EchoGateOptions = {
  // Two jitter buffers, a mobile network and a loudspeaker: 300–500 ms. Later ones are rare and cost as much again.
  maxDelayMs: 600,
  // The echo of speech wavers by 3 dB around its mean from frame to frame; voices that take the floor are louder.
  marginDb: 6,
  // Two frames of a voice 12 dB above the echo, or four of one that is 9 dB above it. In a room whose reflections meet in
  // one tone the echo of a long vowel is 8–9 dB louder than the mean, for 100 ms.
  evidenceDb: 10,
  // 60 dB in 400 ms: a furnished room. Small rooms fall faster; in a hall the telephone hears little else anyway.
  decayDb: 3,
  // Two speakers by chance: up to 0.35 over four seconds. An echo 6 dB above the noise: 0.6 and more.
  leastCorrelation: 0.55,
  learnMs: {
    // Three or four words: a second is the least in which chance cannot look like an echo.
    found: 1000,
    // As long as the echo cancellers of browsers take to learn, and a greeting lasts.
    notFound: 3000,
  },
  assumedCouplingDb: {
    // What a canceller that is still learning lets through, without losing callers who speak softly.
    cancelled: -26,
    // A loudspeaker beside its microphone. Louder ones whistle.
    possible: -6,
  },
  // The gaps between syllables.
  openMs: 200,
};

/**
 * Keeps the agent's own voice, come back through the caller's microphone, from being taken for the caller. Nothing is
 * subtracted: it learns how late and how loud the echo is (correlating the syllables that were sent with those that are
 * heard), and holds back what is no louder than the echo would be. For one channel.
 *
 * For the voice detector only: recognisers are given everything, since half a voice is worse than a voice and an echo.
 */
export interface EchoGate {
  /** A frame that was sent to the caller; not called while the agent is silent. */
  sent(frame: Pcm): void;
  /** @returns the next frame heard, or, if it is an echo, the same one as soft as the background */
  filter(heard: Pcm): Pcm;
}

export function createEchoGate(echo: AudioOutlet['echo'], options: EchoGateOptions = echoGateDefaults): EchoGate {
  const maxDelay = options.maxDelayMs / FRAME_MS;
  const history = createHistory(echo === 'possible' ? learntFromFrames : maxDelay + 2 * jitterFrames);
  const likeness = createLikeness(maxDelay);
  const measureSent = createBandLevels();
  const measureHeard = createBandLevels();
  const sentNow = silentBands();
  const measured = silentBands();
  const predicted = silentBands();
  let learned: { readonly delay: number; readonly couplingDb: Float32Array } | undefined;
  /** Frames heard while the agent's speech could come back. */
  let learning = 0;
  /** The far end's canceller has learnt by now, and the gate costs nothing any more. */
  let retired = false;
  let sinceSent = Number.POSITIVE_INFINITY;
  let evidenceDb = 0;
  let openFrames = 0;
  let backgroundDb = loudestBackgroundDb;

  /** The loudest that the echo may be now, band by band. */
  const predict = () => {
    const from = learned === undefined ? 0 : learned.delay - jitterFrames;
    const to = learned === undefined ? maxDelay : learned.delay + jitterFrames;
    for (let band = 0; band < BANDS; band += 1) {
      const couplingDb = learned?.couplingDb[band] ?? options.assumedCouplingDb[echo];
      const direct = history.loudestSent(band, Math.max(0, from), to) + couplingDb;
      predicted[band] = Math.max(direct, (predicted[band] ?? SILENCE_DBFS) - options.decayDb);
    }
  };

  /** By how much a band is louder than the echo explains; of those only that matter to the whole. */
  const unexplainedDb = (heard: Float32Array): number => {
    const least = Math.max(heard[0] ?? 0, heard[1] ?? 0, heard[2] ?? 0) - mattersDb;
    let most = 0;
    for (let band = 0; band < BANDS; band += 1) {
      const level = heard[band] ?? SILENCE_DBFS;
      if (level < least) continue;
      most = Math.max(most, level - Math.max(predicted[band] ?? SILENCE_DBFS, backgroundDb) - options.marginDb);
    }
    return Math.min(most, mostEvidenceDb);
  };

  const learn = () => {
    backgroundDb = Math.min(history.quietestDb(), backgroundDb + backgroundGrowthDb);
    if (echo === 'cancelled' || learning * FRAME_MS < options.learnMs.found) return;
    const best = likeness.best();
    if (best.correlation < options.leastCorrelation) return;
    const couplingDb = history.couplingDb(best.delay);
    if (learned !== undefined && Math.abs(learned.delay - best.delay) <= 1) {
      // A caller who speaks at the same time makes the echo look louder than it is, so it may only grow little by little.
      const known = learned.couplingDb;
      for (let band = 0; band < BANDS; band += 1) {
        couplingDb[band] = Math.min(couplingDb[band] ?? 0, (known[band] ?? 0) + growthDb);
      }
    }
    learned = { delay: best.delay, couplingDb };
  };

  return {
    sent(frame) {
      if (retired) return;
      measureSent(frame, measured, 0);
      for (let band = 0; band < BANDS; band += 1) {
        sentNow[band] = Math.max(sentNow[band] ?? SILENCE_DBFS, measured[band] ?? SILENCE_DBFS);
      }
      sinceSent = 0;
    },
    filter(heard) {
      if (retired) return heard;
      measureHeard(heard, measured, 0);
      history.add(sentNow, measured);
      sentNow.fill(SILENCE_DBFS);
      sinceSent += 1;
      if (history.count % learnEveryFrames === 0) learn();
      // Nothing of the agent can still be on its way.
      if (sinceSent > maxDelay + tailFrames) return heard;
      learning += 1;
      if (echo === 'possible') likeness.add(history);
      if (learning * FRAME_MS >= options.learnMs.notFound) {
        retired = echo === 'cancelled';
        if (retired || learned === undefined) return heard;
      }
      predict();
      evidenceDb = forgetting * evidenceDb + unexplainedDb(measured);
      openFrames = evidenceDb >= options.evidenceDb ? options.openMs / FRAME_MS : openFrames - 1;
      return openFrames > 0 ? heard : softened(heard, history.heardDb(), backgroundDb);
    },
  };
}

/** Frames that the delay moves by: both directions are paced, but not by one clock. */
const jitterFrames = 2;
/** After the last possible echo the room still sounds for so long. */
const tailFrames = 20;
/** Five seconds of both sides: twenty syllables. */
const learntFromFrames = 256;
/** Delay and loudness are learnt anew twice a second. */
const learnEveryFrames = 25;
/** By how much the echo may grow louder each time, in dB: a loudspeaker turned up is followed within seconds. */
const growthDb = 0.5;
/** What is louder may be a voice to the detector, in dB of full scale. */
const loudestBackgroundDb = -55;
/** A voice that never pauses must not become the background: half a dB a second. */
const backgroundGrowthDb = 0.25;
/** What one frame can prove: a reflection that nobody could predict is not yet a voice. */
const mostEvidenceDb = 8;
/** Of what was proved, so much is left after a frame. */
const forgetting = 0.8;
/** A band that is softer than the loudest one by more than this does not tell who speaks, in dB. */
const mattersDb = 15;

function silentBands(): Float32Array {
  return new Float32Array(BANDS).fill(SILENCE_DBFS);
}

/** Gone silent altogether it would teach the detector that there is no noise, and the noise would be a voice afterwards. */
function softened(frame: Pcm, levelDb: number, backgroundDb: number): Pcm {
  if (levelDb <= backgroundDb) return frame;
  const gain = 10 ** ((backgroundDb - levelDb) / 20);
  const soft = new Int16Array(frame.length);
  for (let index = 0; index < frame.length; index += 1) soft[index] = Math.round((frame[index] ?? 0) * gain);
  return soft;
}

/** What was sent and heard lately, slot by slot of 20 ms. */
interface History {
  readonly count: number;
  add(sent: Float32Array, heard: Float32Array): void;
  heardDb(): number;
  /** By how much a slot was louder than the ones around it, in dB: the rise and fall of syllables. */
  sentAccentDb(delay: number): number;
  heardAccentDb(): number;
  loudestSent(band: number, fromDelay: number, toDelay: number): number;
  /** How much louder, by the median, each band is heard `delay` slots after it was sent. */
  couplingDb(delay: number): Float32Array;
  /** The level of the quietest moments heard. */
  quietestDb(): number;
}

function createHistory(slots: number): History {
  const sentBands = new Float32Array(slots * BANDS).fill(SILENCE_DBFS);
  const heardBands = new Float32Array(slots * BANDS).fill(SILENCE_DBFS);
  const sentAccents = new Float32Array(slots);
  const heardTotal = new Float32Array(slots).fill(SILENCE_DBFS);
  const sentAccent = createAccent();
  const accentOfHeard = createAccent();
  let heardAccent = 0;
  let count = 0;
  const slotOf = (delay: number) => (count - 1 - delay + slots) % slots;

  return {
    get count() {
      return count;
    },
    add(sent, heard) {
      const slot = count % slots;
      sentBands.set(sent, slot * BANDS);
      heardBands.set(heard, slot * BANDS);
      heardTotal[slot] = totalDb(heard);
      sentAccents[slot] = sentAccent(totalDb(sent));
      heardAccent = accentOfHeard(heardTotal[slot] ?? SILENCE_DBFS);
      count += 1;
    },
    heardDb: () => heardTotal[slotOf(0)] ?? SILENCE_DBFS,
    sentAccentDb: (delay) => sentAccents[slotOf(delay)] ?? 0,
    heardAccentDb: () => heardAccent,
    loudestSent(band, fromDelay, toDelay) {
      let loudest = SILENCE_DBFS;
      for (let delay = fromDelay; delay <= toDelay; delay += 1) {
        loudest = Math.max(loudest, sentBands[slotOf(delay) * BANDS + band] ?? SILENCE_DBFS);
      }
      return loudest;
    },
    couplingDb(delay) {
      const reach = slots - delay - jitterFrames;
      return Float32Array.from({ length: BANDS }, (_, band) => {
        const sentAt = (age: number) => sentBands[slotOf(age + delay) * BANDS + band] ?? SILENCE_DBFS;
        let loudest = SILENCE_DBFS;
        for (let age = 0; age < reach; age += 1) loudest = Math.max(loudest, sentAt(age));
        const gains: number[] = [];
        for (let age = jitterFrames; age < reach; age += 1) {
          // What is softer comes back below the noise.
          if (sentAt(age) < loudest - mattersDb) continue;
          gains.push((heardBands[slotOf(age) * BANDS + band] ?? SILENCE_DBFS) - sentAt(age));
        }
        return gains.sort((a, b) => a - b)[gains.length >> 1] ?? SILENCE_DBFS;
      });
    },
    quietestDb() {
      const known = Math.min(count, slots);
      return Math.max(floorDb, heardTotal.slice(0, known).sort()[Math.floor(known / 20)] ?? SILENCE_DBFS);
    },
  };
}

/**
 * People who take turns begin to speak soon after the other has ended, again and again: their loudness would look like an
 * echo of half a second. Their syllables do not.
 */
function createAccent(): (levelDb: number) => number {
  let around = floorDb;
  return (levelDb) => {
    const level = Math.max(levelDb, floorDb);
    around += 0.15 * (level - around);
    return level - around;
  };
}

function totalDb(bands: Float32Array): number {
  let power = 0;
  for (const level of bands) power += 10 ** (level / 10);
  return 10 * Math.log10(power);
}

/**
 * How alike the syllables of what is heard are to those that were sent so many slots before, for each delay: the coefficient
 * of correlation over about four seconds, older ones counting less and less.
 */
function createLikeness(maxDelay: number) {
  const delays = maxDelay + 1;
  const keep = 1 - 1 / 200;
  const x = new Float64Array(delays);
  const xx = new Float64Array(delays);
  const xy = new Float64Array(delays);
  let y = 0;
  let yy = 0;
  let weight = 0;
  return {
    add(history: History): void {
      const heard = history.heardAccentDb();
      weight = keep * weight + 1;
      y = keep * y + heard;
      yy = keep * yy + heard * heard;
      for (let delay = 0; delay < delays; delay += 1) {
        const sent = history.sentAccentDb(delay);
        x[delay] = keep * (x[delay] ?? 0) + sent;
        xx[delay] = keep * (xx[delay] ?? 0) + sent * sent;
        xy[delay] = keep * (xy[delay] ?? 0) + sent * heard;
      }
    },
    best(): { readonly delay: number; readonly correlation: number } {
      let best = { delay: 0, correlation: 0 };
      const varianceY = yy / weight - (y / weight) ** 2;
      for (let delay = 0; delay < delays; delay += 1) {
        const mean = (x[delay] ?? 0) / weight;
        const varianceX = (xx[delay] ?? 0) / weight - mean * mean;
        const covariance = (xy[delay] ?? 0) / weight - (mean * y) / weight;
        const correlation = covariance / Math.sqrt(Math.max(1e-6, varianceX * varianceY));
        if (correlation > best.correlation) best = { delay, correlation };
      }
      return best;
    },
  };
}

/** Softer than this is silence, however soft: the logarithm must not make a mountain of it. */
const floorDb = -65;
