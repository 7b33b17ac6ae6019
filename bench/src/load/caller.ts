import { type AudioOutlet, FRAME_MS, type Pcm } from '@parley/engine/ports/audio.ts';
import type { Random } from '@parley/engine/simulation/random.ts';
import { createHistogram, type Histogram } from './histogram.ts';
import { scriptedMs } from './scripted-parts.ts';
import { type CallerSounds, placeOf } from './sounds.ts';

/** What all callers together have found out. */
export interface Findings {
  /** From the decision that the turn is over to the first frame of the answer, less what the parts take by their script. */
  readonly added: Histogram;
  /** How far the time between two frames of a sentence is from 20 ms. */
  readonly pacing: Histogram;
  /** From the arrival of the frame that makes a voice known to the last frame of the agent. */
  readonly bargeIn: Histogram;
  /** From the arrival of the caller's first sound to the last frame of the agent: with the time to know it for a voice. */
  readonly bargeInFromSound: Histogram;
  /** How long after its time a caller's frame was taken up. */
  readonly late: Histogram;
  framesOut: number;
  /** Frames of a sentence that were missing or came twice. */
  framesAstray: number;
  turns: number;
  /** Things said to which no answer came within 8 s. */
  unanswered: number;
  measuring: boolean;
}

export function createFindings(): Findings {
  return {
    added: createHistogram(),
    pacing: createHistogram(),
    bargeIn: createHistogram(),
    bargeInFromSound: createHistogram(),
    late: createHistogram(),
    framesOut: 0,
    framesAstray: 0,
    turns: 0,
    unanswered: 0,
    measuring: false,
  };
}

/** Somebody on the phone: speaks, waits for the answer, and now and then does not wait. */
export interface Caller {
  /** The sound of the next 20 ms, which arrives at that time. */
  nextFrame(dueMs: number): Pcm;
  /** What this caller is saying. */
  words(): readonly string[];
  /** The conversation has asked the agent. */
  onAsked(cue: string): void;
  /** The conversation has noticed the voice. */
  onVoice(): void;
  readonly outlet: AudioOutlet;
}

type Doing =
  | { readonly kind: 'listening'; readonly speakAtMs: number }
  | { readonly kind: 'speaking'; readonly untilMs: number; readonly sinceMs: number }
  | { readonly kind: 'waiting'; readonly sinceMs: number };

const sentences: readonly [string, ...string[]] = [
  'could you tell me when you are open tomorrow',
  'i would like a table for two on friday please',
  'no that is not what i meant',
  'yes that would be fine',
  'what does it cost to send a parcel to spain',
];
/** The first sentence is known for one only when the word after it has come: "at 3 p.m." may go on. */
const scriptedToFirstSoundMs = scriptedMs.firstText + scriptedMs.betweenWords + scriptedMs.firstSound;
const shareThatInterrupts = 0.3;
const patienceMs = 8000;

export function createCaller(nowMs: () => number, random: Random, sounds: CallerSounds, findings: Findings): Caller {
  let doing: Doing = { kind: 'waiting', sinceMs: nowMs() };
  let saying: readonly string[] = [];
  let frames = random.int(0, 99);
  let dueMs = 0;
  let askedAtMs: number | undefined;
  let heard: { readonly atMs: number; readonly place: number } | undefined;
  let noticedVoice = false;
  let bargedIn: { readonly knownMs: number; readonly soundMs: number } | undefined;

  const isAgentSounding = (atMs: number) => heard !== undefined && atMs - heard.atMs < 3 * FRAME_MS;

  const speak = () => {
    saying = random.pick(sentences).split(' ');
    doing = { kind: 'speaking', sinceMs: dueMs, untilMs: dueMs + saying.length * scriptedMs.betweenPartials };
  };

  const proceed = () => {
    const isSounding = isAgentSounding(dueMs);
    if (doing.kind === 'speaking' && dueMs >= doing.untilMs) doing = { kind: 'waiting', sinceMs: dueMs };
    else if (doing.kind === 'waiting' && isSounding) {
      const interrupts = random.chance(shareThatInterrupts);
      doing = { kind: 'listening', speakAtMs: interrupts ? dueMs + random.int(300, 3000) : Number.POSITIVE_INFINITY };
    } else if (doing.kind === 'waiting' && dueMs - doing.sinceMs > patienceMs) {
      if (findings.measuring) findings.unanswered += 1;
      speak();
    } else if (doing.kind === 'listening' && !isSounding && doing.speakAtMs === Number.POSITIVE_INFINITY) {
      doing = { kind: 'listening', speakAtMs: dueMs + random.int(400, 3000) };
    } else if (doing.kind === 'listening' && dueMs >= doing.speakAtMs) speak();
  };

  const endBargeIn = () => {
    if (bargedIn !== undefined && heard !== undefined && findings.measuring) {
      findings.bargeIn.add(heard.atMs - bargedIn.knownMs);
      findings.bargeInFromSound.add(heard.atMs - bargedIn.soundMs);
    }
    bargedIn = undefined;
  };

  return {
    nextFrame(atMs) {
      dueMs = atMs;
      if (findings.measuring) findings.late.add(nowMs() - atMs);
      proceed();
      frames += 1;
      const sound = doing.kind === 'speaking' ? sounds.voice : sounds.quiet;
      const frame = sound[frames % sound.length];
      if (frame === undefined) throw new Error('There is no sound to send.');
      return frame;
    },
    words: () => saying,
    onAsked(cue) {
      endBargeIn();
      askedAtMs = cue === 'turn' ? nowMs() : undefined;
    },
    onVoice() {
      noticedVoice = true;
      if (doing.kind === 'speaking' && isAgentSounding(dueMs)) bargedIn = { knownMs: dueMs, soundMs: doing.sinceMs };
    },
    outlet: {
      kind: 'bench',
      playoutDelayMs: 0,
      echo: 'cancelled',
      clear() {},
      close() {},
      write(frame) {
        const atMs = nowMs();
        const place = placeOf(frame);
        const goesOn = heard !== undefined && place === heard.place + 1;
        if (findings.measuring) {
          findings.framesOut += 1;
          if (goesOn && heard !== undefined && !noticedVoice)
            findings.pacing.add(Math.abs(atMs - heard.atMs - FRAME_MS));
          if (!goesOn && place !== 0) findings.framesAstray += 1;
          if (askedAtMs !== undefined) {
            findings.turns += 1;
            findings.added.add(atMs - askedAtMs - scriptedToFirstSoundMs);
          }
        }
        askedAtMs = undefined;
        noticedVoice = false;
        heard = { atMs, place };
      },
    },
  };
}
