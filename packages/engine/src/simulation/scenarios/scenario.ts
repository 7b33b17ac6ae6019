import type { CallLog } from '../call-log.ts';
import type { CallScript, Deed, Hearing, Stretch, ThoughtPlan, ThoughtStep, VoicePlan } from '../call-script.ts';
import type { Random } from '../random.ts';

/** A story that went wrong somewhere once, told with as many timings as there are seeds. */
export interface Scenario {
  /** For the command line. */
  readonly name: string;
  /** What must be true, in the words of whoever is on the phone. */
  readonly title: string;
  readonly script: (random: Random) => CallScript;
  /** Beyond what every call promises. */
  readonly broken: (log: CallLog) => string | undefined;
}

/** A call in which everything works, for a scenario to break one thing. */
export function plainCall(deeds: readonly Deed[], change: Partial<CallScript> = {}): CallScript {
  return {
    name: 'scenario',
    openedBy: 'voice',
    channel: { playoutDelayMs: 0, echo: 'cancelled' },
    ears: {
      onsetMs: 60,
      hangoverMs: 200,
      detectorDelayMs: 0,
      partialEveryMs: 100,
      revised: 0,
      turns: undefined,
      repeatsFinals: false,
      failsToOpen: 0,
    },
    hasStandIns: false,
    thinksAhead: false,
    deeds: [{ do: 'attachClient' }, { do: 'attachAudio' }, ...deeds],
    agent: () => says(shortAnswer),
    voice: () => plainVoice,
    recorder: () => ({ delayMs: 3, outcome: 'stored' }),
    ...change,
  };
}

export const shortAnswer = 'Moon fish bird rain lamp ship. ';
export const longAnswer =
  'Moon fish bird rain lamp ship milk door tree wind. Wind tree door milk ship lamp rain bird fish moon. ';

export const plainVoice: VoicePlan = {
  firstMs: 80,
  wordMs: 200,
  wordTimes: true,
  pieces: 1,
  gapMs: 0,
  fault: { kind: 'none' },
  deaf: false,
};

/** An agent that says this after a while and is done. */
export function says(text: string, afterMs = 150): ThoughtPlan {
  return thinks([{ afterMs, do: 'say', text, interruptible: true }, finish]);
}

export function thinks(steps: readonly ThoughtStep[]): ThoughtPlan {
  return { deaf: false, throwsAtOnce: false, steps };
}

export const finish: ThoughtStep = { afterMs: 0, do: 'finish', end: false, expects: undefined };

/** The caller says this; `hearing` is what the recogniser makes of it. */
export function speak(text: string, change: Partial<Stretch> = {}): Deed {
  const hearing: Hearing = { kind: 'words', confidence: 0.9, finalDelayMs: 60 };
  return {
    do: 'speak',
    stretches: [{ afterMs: 0, text, wordMs: 200, noiseMs: 0, hearing, loss: undefined, ...change }],
  };
}

export const agentIsDone: Deed = { do: 'waitFor', state: 'waiting', thenMs: 0, atMostMs: 60_000 };
export const said: Deed = { do: 'finishSpeaking' };
export const hangUp: Deed = { do: 'hangUp' };

export function agentSounds(thenMs: number): Deed {
  return { do: 'waitFor', state: 'sound', thenMs, atMostMs: 20_000 };
}

export function agentThinks(thenMs: number): Deed {
  return { do: 'waitFor', state: 'processing', thenMs, atMostMs: 20_000 };
}

export function wait(ms: number): Deed {
  return { do: 'wait', ms };
}
