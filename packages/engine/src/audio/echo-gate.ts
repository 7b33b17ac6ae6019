import { type AudioOutlet, FRAME_MS, type Pcm } from '../ports/audio.ts';
import { createEchoLearning, type EchoLearning, learningStateSize, totalDbfs } from './echo-learning.ts';
import {
  BANDS,
  clickEnergy,
  energies,
  energyDbfs,
  FILTER_STATE,
  humFilterRest,
  measureFrame,
  measureVoice,
  voiceDbfs,
} from './frame-energy.ts';
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
  /** Agent's speech before an echo is believed in or, having found none, not feared any more or not even looked for. */
  readonly learnMs: Readonly<Record<'found' | 'notFound' | 'givenUp', number>>;
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
    // Two or three answers, one of them while the caller was silent. Most lines have no echo, and need not pay for it.
    givenUp: 10_000,
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
  /**
   * In place of `filter`, for detectors that need no more.
   *
   * @returns how loud the frame is that `filter` would give, in dB of full scale, above about 150 Hz
   */
  level(heard: Pcm): number;
}

/** What it keeps lies close together: with hundreds of calls none of it is in the processor's caches when the next frame comes. */
export function createEchoGate(echo: AudioOutlet['echo'], options: EchoGateOptions = echoGateDefaults): EchoGate {
  return new LearningGate(echo, options);
}

class LearningGate implements EchoGate {
  readonly #options: EchoGateOptions;
  readonly #mayEcho: boolean;
  readonly #assumedCouplingDb: number;
  readonly #maxDelay: number;
  readonly #learning: EchoLearning;
  /** Numbers that change with every frame; as fields each would be a piece of memory of its own. The learning's are behind. */
  readonly #state: Float64Array;
  /** The far end's canceller has learnt by now, and the gate costs nothing any more. */
  #retired = false;
  #sinceSent: number;
  #openFrames = 0;
  /** No echo was found for so long that it is looked for again only if the agent is talked over, as its own echo would. */
  #isAsleep = false;
  /** While asleep: frames with a voice over the agent's, lately. */
  #talkedOverFrames = 0;

  constructor(echo: AudioOutlet['echo'], options: EchoGateOptions) {
    this.#options = options;
    this.#mayEcho = echo === 'possible';
    this.#assumedCouplingDb = options.assumedCouplingDb[echo];
    this.#maxDelay = options.maxDelayMs / FRAME_MS;
    this.#sinceSent = this.#maxDelay + tailFrames;
    this.#state = new Float64Array(stateSize + learningStateSize(this.#maxDelay));
    this.#learning = createEchoLearning(this.#mayEcho, this.#maxDelay, options, this.#state, stateSize);
    this.#state.fill(SILENCE_DBFS, at.predicted, at.predicted + BANDS);
  }

  sent(frame: Pcm): void {
    this.#sinceSent = 0;
    if (this.#retired || this.#isAsleep) return;
    const state = this.#state;
    measureFrame(frame, state, at.sentFilters);
    for (let band = 0; band < BANDS; band += 1) {
      state[at.sentNow + band] = Math.max(state[at.sentNow + band] ?? 0, energies[1 + band] ?? 0);
    }
  }

  filter(heard: Pcm): Pcm {
    if (this.#retired) return heard;
    this.#measureHeard(heard);
    const byDb = this.#holdBackByDb();
    return byDb > 0 ? softened(heard, byDb) : heard;
  }

  level(heard: Pcm): number {
    const state = this.#state;
    const before = humFilterRest(state, at.heardFilters);
    this.#measureHeard(heard);
    const energy = energies[0] ?? 0;
    const byDb = this.#retired ? 0 : this.#holdBackByDb();
    const gainBefore = 1 - (state[at.softenedBy] ?? 0);
    if (byDb === 0 && gainBefore === 1) return voiceDbfs(energy);
    const gain = gainOf(byDb);
    state[at.softenedBy] = 1 - gain;
    // Where the loudness jumps there is a click, which the detector would hear: the first soft frame is not as soft as it looks.
    const click = (gainBefore - gain) * before;
    return voiceDbfs(gain * gain * energy + click * click * clickEnergy);
  }

  #measureHeard(frame: Pcm): void {
    if (this.#retired || this.#isAsleep) measureVoice(frame, this.#state, at.heardFilters);
    else measureFrame(frame, this.#state, at.heardFilters);
  }

  /** By how much the frame that was measured last is to be made softer, in dB. */
  #holdBackByDb(): number {
    const state = this.#state;
    const learning = this.#learning;
    this.#sinceSent += 1;
    if (this.#isAsleep) {
      this.#wakeIfTalkedOver();
      return 0;
    }
    // Nothing of the agent can still be on its way.
    const isFeared = this.#sinceSent <= this.#maxDelay + tailFrames;
    learning.add(at.sentNow, isFeared);
    if (!isFeared) return 0;
    if (this.#sinceSent === 1) state.fill(0, at.sentNow, at.sentNow + BANDS);
    if (learning.fearedFrames * FRAME_MS >= this.#options.learnMs.notFound) {
      this.#retired = !this.#mayEcho;
      if (this.#retired) return 0;
      if (learning.delay === undefined) {
        this.#isAsleep = learning.searchedFrames * FRAME_MS >= this.#options.learnMs.givenUp;
        return 0;
      }
    }
    this.#predict();
    const evidenceDb = forgetting * (state[at.evidence] ?? 0) + this.#unexplainedDb();
    state[at.evidence] = evidenceDb;
    if (evidenceDb >= this.#options.evidenceDb) this.#openFrames = this.#options.openMs / FRAME_MS;
    else this.#openFrames -= 1;
    if (this.#openFrames > 0) return 0;
    return Math.max(0, totalDbfs(energies, 1) - learning.backgroundDb);
  }

  /** Whoever speaks while the agent does may be the agent: somebody pressed the key of the loudspeaker. What was learnt before is void. */
  #wakeIfTalkedOver(): void {
    if (this.#sinceSent === 1 && voiceDbfs(energies[0] ?? 0) > this.#learning.backgroundDb + talkedOverDb) {
      this.#talkedOverFrames += 1;
    } else if (this.#talkedOverFrames > 0) this.#talkedOverFrames -= 1;
    if (this.#talkedOverFrames < talkedOverFrames) return;
    this.#isAsleep = false;
    this.#talkedOverFrames = 0;
    this.#learning.startAnew();
  }

  /** The loudest that the echo may be now, band by band. */
  #predict(): void {
    const state = this.#state;
    const learning = this.#learning;
    for (let band = 0; band < BANDS; band += 1) {
      const couplingDb = learning.delay === undefined ? this.#assumedCouplingDb : learning.couplingDb(band);
      const direct = learning.loudestSentDb(band) + couplingDb;
      const before = state[at.predicted + band] ?? SILENCE_DBFS;
      state[at.predicted + band] = Math.max(direct, before - this.#options.decayDb);
    }
  }

  /** By how much a band is louder than the echo explains; of those only that matter to the whole. */
  #unexplainedDb(): number {
    const state = this.#state;
    const { backgroundDb } = this.#learning;
    const loudest = Math.max(energies[1] ?? 0, energies[2] ?? 0, energies[3] ?? 0);
    let most = 0;
    for (let band = 0; band < BANDS; band += 1) {
      const energy = energies[1 + band] ?? 0;
      if (energy < loudest * mattersShare) continue;
      const explainedDb = Math.max(state[at.predicted + band] ?? SILENCE_DBFS, backgroundDb) + this.#options.marginDb;
      most = Math.max(most, energyDbfs(energy) - explainedDb);
    }
    return Math.min(most, mostEvidenceDb);
  }
}

/** Where things lie in a gate's state. */
const at = {
  heardFilters: 0,
  sentFilters: FILTER_STATE,
  /** The loudest that was sent since a frame was heard, band by band. */
  sentNow: 2 * FILTER_STATE,
  predicted: 2 * FILTER_STATE + BANDS,
  evidence: 2 * FILTER_STATE + 2 * BANDS,
  /** One less the gain of the frame before, for `level`. */
  softenedBy: 2 * FILTER_STATE + 2 * BANDS + 1,
} as const;
const stateSize = at.softenedBy + 1;

/** After the last possible echo the room still sounds for so long. */
const tailFrames = 20;
/** So much louder than the background is a voice, and in so many frames one that nobody took for a click; detectors say the same. */
const talkedOverDb = 9;
const talkedOverFrames = 3;
/** What one frame can prove: a reflection that nobody could predict is not yet a voice. */
const mostEvidenceDb = 8;
/** Of what was proved, so much is left after a frame. */
const forgetting = 0.8;
/** A band that is softer than the loudest one by more than this (15 dB) does not tell who speaks. */
const mattersShare = 10 ** -1.5;

/** Gone silent altogether it would teach the detector that there is no noise, and the noise would be a voice afterwards. */
function softened(frame: Pcm, byDb: number): Pcm {
  const gain = gainOf(byDb);
  const soft = new Int16Array(frame.length);
  for (let index = 0; index < frame.length; index += 1) soft[index] = Math.round((frame[index] ?? 0) * gain);
  return soft;
}

function gainOf(byDb: number): number {
  return 10 ** (-byDb / 20);
}
