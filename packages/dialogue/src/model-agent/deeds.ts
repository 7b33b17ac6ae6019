import { fulfilling, type Persona } from './persona.ts';
import type { Claim } from './rails/claim-rules.ts';
import type { Dropped, Judge, Verdict } from './sentence-hold.ts';
import type { ModelCall } from './stream-answer.ts';

/** What was done and said so far: what a reply's claims are held against. */
export interface Deeds {
  readonly persona: Persona;
  /** Tools that have changed something in this conversation, and controls that were carried out. */
  readonly done: ReadonlySet<string>;
  /** Used or asked for in this turn. */
  readonly called: ReadonlySet<string>;
  /** A tool told something, in this turn or earlier: a booking that it found stands. */
  readonly consulted: boolean;
  /** Between agents, in this turn. */
  readonly handOffs: number;
  readonly said: readonly string[];
}

/** @param pending calls that are about to be made */
export function judgeOf(deeds: Deeds, pending: readonly ModelCall[]): Judge {
  return (claim, asksNext) => {
    if (claim.tense === 'soon') return ofFuture(deeds, claim, pending, asksNext);
    if (claim.tense === 'stands' && deeds.consulted) return 'yes';
    const verdict = ofPast(deeds, claim, pending);
    return verdict === 'no' && claim.tense === 'stands' && pending.length > 0 ? 'wait' : verdict;
  };
}

function ofPast({ persona, done, called, handOffs }: Deeds, { kind }: Claim, pending: readonly ModelCall[]): Verdict {
  const names = fulfilling(persona, kind);
  // A transfer is of this turn, or it is none; the one that took over may say so.
  const isDone = names.some((name) => done.has(name) && (kind !== 'handOff' || called.has(name)));
  if (isDone || (kind === 'handOff' && handOffs > 0)) return 'yes';
  return pending.some(({ name }) => names.includes(name)) ? 'wait' : 'no';
}

function ofFuture(
  { persona, done, called }: Deeds,
  { kind }: Claim,
  pending: readonly ModelCall[],
  asksNext: boolean,
): Verdict {
  const names = fulfilling(persona, kind);
  // What is said before it is done, and fails, is followed by words about the failure.
  if (names.some((name) => called.has(name)) || pending.some(({ name }) => names.includes(name))) return 'yes';
  // "You will get a message": by what was booked before.
  if ((kind === 'send' || kind === 'callBack') && names.some((name) => done.has(name))) return 'yes';
  // "I'll book that for you. What time would you like?"
  if (asksNext && kind !== 'handOff' && kind !== 'callBack') return 'yes';
  return pending.length > 0 ? 'wait' : 'no';
}

/** What the model is told of what it was about to say. */
export function correction({ persona, said }: Deeds, { text, claims }: Dropped): string {
  const names = [...new Set(claims.flatMap(({ kind }) => fulfilling(persona, kind)))];
  const way =
    names.length === 0
      ? 'Nothing here can do that: answer without saying that it is or will be done.'
      : `If the caller asked for it and all that is needed is known, do it now with ${names.join(' or ')}. ` +
        'Otherwise answer without saying that it is or will be done.';
  const heard = said.length === 0 ? '' : ` The caller has heard: ${JSON.stringify(said.join(' '))}. Go on from there.`;
  return `You were about to say ${JSON.stringify(text.slice(0, 500))}, but you did not do it, so it was not said. ${way}${heard}`;
}
