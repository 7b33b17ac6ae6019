import type { AudioInlet, AudioOutlet, LineFormat, Pcm } from '@parley/engine/ports/audio.ts';
import { FRAME_MS, FRAME_SAMPLES } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Conversation } from '@parley/engine/ports/conversation.ts';
import { bridgeLegs } from './bridge.ts';
import { createHoldSound } from './hold-sound.ts';
import type { HangUpReason, LegEnd, Party, PhoneLeg, ReferOutcome } from './phone-leg.ts';

/**
 * A leg that talks with a conversation, and what may come in the conversation's place: music while somebody is asked to take over, that
 * person in the end. When the conversation ends, the leg is hung up, unless somebody was put in its place.
 */
export interface Talk<Leg extends TalkLeg = PhoneLeg> {
  readonly leg: Leg;
  /**
   * The caller hears music in place of silence from now on; what the agent says still sounds, over it. What they say or press meanwhile
   * is for nobody: people on hold talk to others, and music comes back as an echo. Idempotent.
   */
  hold(): void;
  /** Silence again. Idempotent. */
  resume(): void;
  /** Resolves when the agent is not sounding and all that it said has reached the ear, or the signal is aborted. */
  quiet(signal: AbortSignal): Promise<void>;
  /**
   * When the conversation has said its last words, the leg is joined with this one, and both end together. The conversation must end by
   * itself soon, as an agent's does that handed over.
   */
  giveTo(other: Party): void;
  /**
   * `PhoneLeg.refer`, during which a leg that ends is one that was put through, not a caller who hung up: the agent still learns how
   * it went, and the conversation ends as transferred. From the asking until it has failed the agent hears nothing of the line.
   */
  refer(target: string, signal: AbortSignal): Promise<ReferOutcome>;
  /** Resolves when the leg is gone, whoever it talked with last. */
  readonly ended: PhoneLeg['ended'];
}

/** What it takes of somebody to talk with a conversation and be put through from there: a leg, or a caller at a browser. */
export type TalkLeg = Party &
  Pick<PhoneLeg, 'playoutDelayMs' | 'refer'> & {
    readonly kind: string;
    readonly line?: LineFormat;
    /** As `AudioOutlet.aheadMs`; left out: 0. */
    readonly aheadMs?: number;
  };

export interface TalkOptions {
  readonly clock: Clock;
  /** What a caller on hold hears, over and over: 16 kHz, one frame at least. */
  readonly music: Pcm;
  /**
   * Handsets keep the agent's voice out of their microphone; speakerphones, analogue lines and cheap gateways do not, and no protocol
   * tells which one called. Taken for `cancelled` wrongly, the agent stops at its own echo in every answer; taken for `possible` wrongly,
   * a soft voice interrupts it less easily in the first three seconds, after which the gate has found that there is no echo.
   */
  readonly echo?: AudioOutlet['echo'];
  /** Whether a caller who is cut off can come back to the conversation: pages can, telephones cannot. */
  readonly comesBack?: boolean;
  /**
   * Nothing of the agent for so long is silence, not the gap before its next sentence. A hosted voice begins within 300–700 ms; one that
   * takes longer is heard over the music.
   */
  readonly quietAfterMs?: number;
  /** An agent that handed over has so long for its last words; then the two are joined all the same. */
  readonly lastWordsMs?: number;
}

const defaults = { echo: 'possible', comesBack: false, quietAfterMs: 700, lastWordsMs: 20_000 } as const;

/** Lets the leg talk with the conversation, from now until one of them ends. */
export function createTalk<Leg extends TalkLeg>(leg: Leg, conversation: Conversation, options: TalkOptions): Talk<Leg> {
  const { clock } = options;
  const { echo, comesBack, quietAfterMs, lastWordsMs } = { ...defaults, ...options };
  let other: Party | undefined;
  let cancelLastWords = () => {};
  let referring = 0;
  let isReferred = false;
  let isOurs = true;
  let isLegGone = false;
  let playoutDelayMs = leg.playoutDelayMs;
  const onGone: (() => void)[] = [];
  const sound = createHoldSound(clock, options.music, (frame) => leg.write(frame));

  /** What comes by the line is not for the agent: music for one who waits, a telephone that is just being put through. */
  const isDeaf = () => sound.isOn || referring > 0 || isReferred;

  /** The conversation has no more say over the leg. */
  const letGo = (): boolean => {
    if (!isOurs) return false;
    isOurs = false;
    cancelLastWords();
    sound.stop();
    for (const gone of onGone.splice(0)) gone();
    return true;
  };

  /** The conversation is done with the leg: somebody else gets it, or nobody. */
  const passOn = (reason: string) => {
    if (!letGo()) return;
    if (other !== undefined && reason !== 'replaced') bridgeLegs(leg, other, { clock });
    else {
      other?.hangUp(hangUpReason(reason));
      leg.hangUp(hangUpReason(reason));
    }
  };

  // The conversation may close the outlet while it is being attached.
  const audio: { inlet?: AudioInlet } = {};
  audio.inlet = conversation.attachAudio({
    kind: leg.kind,
    get playoutDelayMs() {
      return playoutDelayMs;
    },
    echo,
    comesBack,
    ...(leg.line !== undefined && { line: leg.line }),
    // Music is mixed with frames as they are given, so that they may be ahead of their time while it sounds, too.
    aheadMs: leg.aheadMs ?? 0,
    write(frame) {
      if (isOurs) sound.agent(frame);
    },
    clear() {
      if (!isOurs) return;
      leg.clear();
      sound.cleared();
    },
    close: passOn,
  });

  if (isOurs) {
    leg.listen({
      frame: (frame) => audio.inlet?.push(isDeaf() ? silence : frame),
      digit: (digit) => {
        if (!isDeaf()) audio.inlet?.digit(digit);
      },
      playoutDelay(delayMs) {
        playoutDelayMs = delayMs;
        audio.inlet?.playoutDelay(delayMs);
      },
      held: (isHeld) => audio.inlet?.held?.(isHeld),
    });
  }

  void leg.ended.then((end) => {
    isLegGone = true;
    if (!letGo()) return;
    other?.hangUp('completed');
    // A browser that is gone may come back within half a minute, a telephone that was hung up does not: nobody waits for it. What
    // becomes of a call that was being put through is for whoever asked for it to say.
    if (isGoodbye(end) && referring === 0 && !isReferred) hangUp(conversation);
    audio.inlet?.lost(end.by === 'here' ? `we hung up: ${end.reason}` : end.reason);
  });

  return {
    leg,
    hold: () => {
      if (isOurs) sound.start();
    },
    resume: () => sound.stop(),
    quiet(signal) {
      return new Promise((resolve) => {
        const sinceMs = clock.nowMs();
        let cancel = () => {};
        const done = () => {
          cancel();
          signal.removeEventListener('abort', done);
          const index = onGone.indexOf(done);
          if (index >= 0) onGone.splice(index, 1);
          resolve();
        };
        const look = () => {
          const atMs = Math.max(
            sinceMs + quietAfterMs,
            sound.agentUntilMs + Math.max(quietAfterMs - FRAME_MS, playoutDelayMs),
          );
          if (!isOurs || signal.aborted || clock.nowMs() >= atMs) done();
          else cancel = clock.wakeAt(atMs, look);
        };
        signal.addEventListener('abort', done, { once: true });
        onGone.push(done);
        look();
      });
    },
    giveTo(next) {
      // Whoever was to be given first is not forgotten on the line.
      if (other !== next) other?.hangUp('replaced');
      other = next;
      if (!isOurs) return next.hangUp(isLegGone ? 'completed' : 'error');
      cancelLastWords();
      cancelLastWords = clock.wakeAt(clock.nowMs() + lastWordsMs, () => {
        passOn('transferred');
        audio.inlet?.lost('transferred');
      });
    },
    async refer(target, signal) {
      referring += 1;
      try {
        const outcome = await leg.refer(target, signal);
        isReferred = outcome.type === 'answered';
        return outcome;
      } finally {
        referring -= 1;
      }
    },
    ended: leg.ended,
  };
}

const silence: Pcm = new Int16Array(FRAME_SAMPLES);

/** Nobody will come back by this leg. */
function isGoodbye(end: LegEnd): boolean {
  if (end.by === 'far') return true;
  return end.by === 'here' && (end.reason === 'completed' || end.reason === 'silence' || end.reason === 'max_duration');
}

function hangUp(conversation: Conversation): void {
  const client = conversation.attachClient({ tell() {} });
  client.hangUp();
  client.detach();
}

/** @param reason the engine's, for which it closes a channel */
function hangUpReason(reason: string): HangUpReason {
  switch (reason) {
    case 'transferred':
    case 'silence':
    case 'max_duration':
    case 'error':
    case 'shutdown':
    case 'replaced':
      return reason;
    default:
      return 'completed';
  }
}
