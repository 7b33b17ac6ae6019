import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { FRAME_MS, type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';

export type AnsweredBy = 'person' | 'machine' | 'unknown';

export interface MachineDetectionOptions {
  /** Louder is voice. Lines are noisy at −55 to −45 dBFS, people speak at −35 to −15. */
  readonly voiceDbfs: number;
  /** A shorter gap is between words; people pause for 100–300 ms within a greeting of their own. */
  readonly pauseMs: number;
  /** "Hello?", "Smith's bakery, Anna speaking" are over by then; greetings of machines take 5 to 20 s. */
  readonly personSpeaksAtMostMs: number;
  /** Silence after a short greeting: whoever speaks so waits for an answer. */
  readonly waitsAfterMs: number;
  /** Nobody says anything: people who answer do within this. */
  readonly nobodyAfterMs: number;
  /** Whatever it is, the caller is not kept waiting longer. */
  readonly decideAfterMs: number;
}

export const machineDetectionDefaults: MachineDetectionOptions = {
  voiceDbfs: -42,
  pauseMs: 350,
  personSpeaksAtMostMs: 2500,
  waitsAfterMs: 800,
  nobodyAfterMs: 3500,
  decideAfterMs: 6000,
};

/** Finds out by how it is answered who answers; counts frames, so that it knows no other time than the line's. */
export interface MachineDetector {
  /** @returns what it is, once it is known; every further frame gets the same */
  push(frame: Pcm): AnsweredBy | undefined;
}

/**
 * Machines speak on, people stop and wait: a first stretch of speech that goes on for long is a machine's, a short one followed by
 * silence a person's. A beep is a machine's at once.
 */
export function createMachineDetector(options: MachineDetectionOptions = machineDetectionDefaults): MachineDetector {
  const { voiceDbfs, pauseMs, personSpeaksAtMostMs, waitsAfterMs, nobodyAfterMs, decideAfterMs } = options;
  const beep = createBeepDetector();
  let verdict: AnsweredBy | undefined;
  let atMs = 0;
  let spokenMs = 0;
  let quietMs = 0;
  return {
    push(frame) {
      if (verdict !== undefined) return verdict;
      atMs += FRAME_MS;
      if (beep.push(frame)) verdict = 'machine';
      if (rmsDbfs(frame) > voiceDbfs) {
        // Gaps between words belong to the stretch, longer ones do not.
        spokenMs += FRAME_MS + (spokenMs > 0 && quietMs <= pauseMs ? quietMs : 0);
        quietMs = 0;
      } else {
        quietMs += FRAME_MS;
      }
      if (verdict !== undefined) return verdict;
      if (spokenMs > personSpeaksAtMostMs) verdict = 'machine';
      else if (spokenMs > 0 && quietMs >= waitsAfterMs) verdict = 'person';
      else if (spokenMs === 0 && atMs >= nobodyAfterMs) verdict = 'unknown';
      else if (atMs >= decideAfterMs) verdict = 'unknown';
      return verdict;
    },
  };
}

export interface GreetingEndOptions {
  readonly voiceDbfs: number;
  /** After the beep there is room for the echo of the line; some machines click. */
  readonly afterBeepMs: number;
  /** A machine without a beep has said all it says. */
  readonly quietMs: number;
  /** The longest greetings; most boxes allow 30 s. */
  readonly atMostMs: number;
}

export const greetingEndDefaults: GreetingEndOptions = {
  voiceDbfs: -42,
  afterBeepMs: 300,
  quietMs: 2500,
  atMostMs: 35_000,
};

/** When a machine takes a message: some moment after its beep, or once it has been quiet for long. */
export function createGreetingEnd(options: GreetingEndOptions = greetingEndDefaults): { push(frame: Pcm): boolean } {
  const { voiceDbfs, afterBeepMs, quietMs: quietEnoughMs, atMostMs } = options;
  const beep = createBeepDetector();
  let atMs = 0;
  let quietMs = 0;
  let hasBeeped = false;
  return {
    push(frame) {
      atMs += FRAME_MS;
      hasBeeped = beep.push(frame) || hasBeeped;
      quietMs = rmsDbfs(frame) > voiceDbfs ? 0 : quietMs + FRAME_MS;
      return (hasBeeped && quietMs >= afterBeepMs) || quietMs >= quietEnoughMs || atMs >= atMostMs;
    },
  };
}

/** Beeps last 200 to 1000 ms; a held vowel of a voice never has nearly all of its energy in one tone for so long. */
const beepMs = 160;
/** Share of the energy that a pure tone has at its own frequency; of vowels the strongest partial has up to about 0.7. */
const tonePurity = 0.85;
/** Of one tone from frame to frame: it is measured to some Hertz, and voices glide. */
const sameToneHz = 25;
/** Boxes beep between these; ringing and engaged tones of Europe (425 Hz) lie below. */
const lowestHz = 480;
const highestHz = 2600;
const loudEnoughDbfs = -38;

/** True from the frame on in which a tone has sounded for long enough. */
export function createBeepDetector(): { push(frame: Pcm): boolean } {
  let toneMs = 0;
  let lastHz = 0;
  return {
    push(frame) {
      const hz = rmsDbfs(frame) > loudEnoughDbfs ? toneOf(frame) : undefined;
      if (hz === undefined) toneMs = 0;
      else if (toneMs === 0 || Math.abs(hz - lastHz) <= sameToneHz) toneMs += FRAME_MS;
      else toneMs = FRAME_MS;
      lastHz = hz ?? 0;
      return toneMs >= beepMs;
    },
  };
}

/** The frequency of a frame that is one tone: reckoned from how often it crosses zero, proved by the energy that lies there. */
function toneOf(frame: Pcm): number | undefined {
  let first = -1;
  let last = -1;
  let crossings = 0;
  for (let at = 1; at < frame.length; at += 1) {
    const before = frame[at - 1] ?? 0;
    const sample = frame[at] ?? 0;
    if (before < 0 && sample >= 0) {
      // Between the two samples, where the line through them is zero.
      const place = at - sample / (sample - before);
      if (first < 0) first = place;
      else crossings += 1;
      last = place;
    }
  }
  if (crossings < 5) return undefined;
  const hz = (crossings * SAMPLE_RATE_HZ) / (last - first);
  if (hz < lowestHz || hz > highestHz) return undefined;
  return purity(frame, hz) >= tonePurity ? hz : undefined;
}

/** Share of the frame's energy at this frequency: 1 for a pure tone. */
function purity(frame: Pcm, hz: number): number {
  const step = (2 * Math.PI * hz) / SAMPLE_RATE_HZ;
  let [cos, sin, energy] = [0, 0, 0];
  for (let at = 0; at < frame.length; at += 1) {
    const sample = frame[at] ?? 0;
    cos += sample * Math.cos(step * at);
    sin += sample * Math.sin(step * at);
    energy += sample * sample;
  }
  return energy === 0 ? 0 : (2 * (cos * cos + sin * sin)) / (frame.length * energy);
}
