import { type CallLog, type StateSpan, stateSpans, type Thinking } from '../call-log.ts';

/** What the agent was asked to answer, in order. */
export function asked(log: CallLog): readonly string[] {
  return turnThoughts(log).map(({ cue }) => (cue.type === 'turn' ? cue.turn.text : ''));
}

export function turnThoughts(log: CallLog): readonly Thinking[] {
  return log.thoughts.filter(({ cue }) => cue.type === 'turn');
}

/** How much of a text was heard, in milliseconds; all its sentences together. */
export function soundedMs(log: CallLog, text: string): number {
  const sounds = log.sounds.filter(({ request }) => text.includes(request.text));
  return sounds.reduce((sum, { frames }) => sum + frames * 20, 0);
}

export function soundedAfter(log: CallLog, atMs: number): boolean {
  return log.sounds.some(({ toMs }) => toMs > atMs);
}

/** Stretches of "responding" in which nothing sounded at all. */
export function silentResponses(log: CallLog): readonly StateSpan[] {
  return stateSpans(log).filter(({ state, fromMs, toMs }) => {
    if (state !== 'responding' || toMs - fromMs < 40) return false;
    return !log.sounds.some((sound) => sound.fromMs < toMs && sound.toMs >= fromMs);
  });
}

/** @returns the sentence unless the condition holds */
export function unless(holds: boolean, sentence: string): string | undefined {
  return holds ? undefined : sentence;
}

export function all(...checks: readonly (string | undefined)[]): string | undefined {
  return checks.find((check) => check !== undefined);
}
