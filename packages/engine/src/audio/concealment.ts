import type { Pcm } from '../ports/audio.ts';

/**
 * Fills holes in speech with what the voice was doing, in the spirit of G.711 Appendix I: its last period again and again,
 * fading. After 60 ms it is silent, for a drone is worse than nothing.
 */
export interface Concealment {
  /** What came; changed in place where it follows a hole, so that it joins without a click. */
  heard(samples: Pcm): void;
  /** Fills the samples with a guess at what did not come. */
  conceal(samples: Pcm): void;
}

/** In samples of 8 kHz, of which there are twice as many at 16. */
interface Lengths {
  /** Two of the longest periods and the stretch that is compared. */
  readonly history: number;
  /** 66 to 200 Hz, as in the standard: below and above a multiple of the period does as well. */
  readonly shortestPeriod: number;
  readonly longestPeriod: number;
  readonly compared: number;
  /** Full loudness for 10 ms, then down to nothing at 60 ms. */
  readonly full: number;
  readonly silent: number;
  /** 4 ms: a join that is heard neither as a click nor as an echo. */
  readonly join: number;
}

const lineLengths: Lengths = {
  history: 400,
  shortestPeriod: 40,
  longestPeriod: 120,
  compared: 160,
  full: 80,
  silent: 480,
  join: 32,
};
const wideLengths: Lengths = {
  history: 800,
  shortestPeriod: 80,
  longestPeriod: 240,
  compared: 320,
  full: 160,
  silent: 960,
  join: 64,
};

export function createConcealment(rateHz: 8000 | 16_000 = 8000): Concealment {
  const lengths = rateHz === 8000 ? lineLengths : wideLengths;
  const { history: historyLength, full: fullLength, silent: silentLength, join: joinLength } = lengths;
  const history = new Int16Array(historyLength);
  /** One period that follows itself without a click; empty while nothing is concealed. */
  let period = new Int16Array(0);
  let done = 0;
  /** Between what was heard last and the first sample of the period, faded out at the beginning. */
  let offset = 0;

  const begin = () => {
    period = lastPeriod(history, lengths);
    offset = (history[historyLength - 1] ?? 0) - (history[historyLength - 1 - period.length] ?? 0);
    done = 0;
  };

  const next = (): number => {
    const gain = done < fullLength ? 1 : Math.max(0, 1 - (done - fullLength) / (silentLength - fullLength));
    const start = done < joinLength ? offset * (1 - (done + 1) / joinLength) : 0;
    const sample = ((period[done % period.length] ?? 0) + start) * gain;
    done += 1;
    return Math.max(-32_768, Math.min(32_767, Math.round(sample)));
  };

  const remember = (samples: Pcm) => {
    const kept = Math.min(samples.length, historyLength);
    history.copyWithin(0, kept);
    history.set(samples.subarray(samples.length - kept), historyLength - kept);
  };

  return {
    heard(samples) {
      if (period.length > 0) {
        const length = Math.min(joinLength, samples.length);
        for (let n = 0; n < length; n += 1) {
          const share = (n + 1) / (length + 1);
          samples[n] = Math.round((samples[n] ?? 0) * share + next() * (1 - share));
        }
        period = new Int16Array(0);
      }
      remember(samples);
    },
    conceal(samples) {
      if (period.length === 0) begin();
      for (let n = 0; n < samples.length; n += 1) samples[n] = next();
      // What is made up is no ground for guessing: the history stays what was heard.
    },
  };
}

/** The last period of the voice, its end mixed with what came before its beginning. */
function lastPeriod(history: Int16Array, lengths: Lengths): Int16Array<ArrayBuffer> {
  const length = pitchPeriod(history, lengths);
  const from = lengths.history - length;
  const period = history.slice(from);
  const overlap = length >> 2;
  for (let k = 0; k < overlap; k += 1) {
    const share = (k + 1) / overlap;
    const at = length - overlap + k;
    period[at] = Math.round((period[at] ?? 0) * (1 - share) + (history[from - overlap + k] ?? 0) * share);
  }
  return period;
}

/** The distance at which the last 20 ms are most like what came before: first roughly, then to the sample. */
function pitchPeriod(history: Int16Array, lengths: Lengths): number {
  const { shortestPeriod, longestPeriod, compared } = lengths;
  let best = longestPeriod;
  let bestLikeness = Number.NEGATIVE_INFINITY;
  for (let period = shortestPeriod; period <= longestPeriod; period += 2) {
    const likeness = likenessAt(history, compared, period, 2);
    if (likeness > bestLikeness) {
      bestLikeness = likeness;
      best = period;
    }
  }
  const rough = best;
  bestLikeness = Number.NEGATIVE_INFINITY;
  for (let period = Math.max(shortestPeriod, rough - 1); period <= Math.min(longestPeriod, rough + 1); period += 1) {
    const likeness = likenessAt(history, compared, period, 1);
    if (likeness > bestLikeness) {
      bestLikeness = likeness;
      best = period;
    }
  }
  return best;
}

/** Correlation of the last 20 ms with those a period earlier, measured by the loudness of the latter. */
function likenessAt(history: Int16Array, compared: number, period: number, step: number): number {
  let product = 0;
  let energy = 1;
  for (let n = history.length - compared; n < history.length; n += step) {
    const earlier = history[n - period] ?? 0;
    product += (history[n] ?? 0) * earlier;
    energy += earlier * earlier;
  }
  return product / Math.sqrt(energy);
}
