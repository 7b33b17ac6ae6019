import type { AgentOutput } from '@parley/engine/ports/agent.ts';
import { placeSaid } from '../../wording/place-said.ts';
import type { Heard } from './hearing.ts';
import { topOf } from './memory.ts';
import { titleOf } from './offers.ts';
import { type Run, saySystem } from './run.ts';

/** A guess less sure than this is not worth asking about. */
const leastWorthAsking = 0.3;

export type Clarified =
  | { readonly kind: 'notAsked' }
  | { readonly kind: 'meant'; readonly intent: string; readonly heard: Heard }
  /** A yes to one of two: which one is still open. */
  | { readonly kind: 'whichOne' }
  | { readonly kind: 'neither' };

/** The answer to "did you mean …?"; what is none is taken as if nothing had been asked. */
export function clarifiedIntent(run: Run, heard: Heard): Clarified {
  const asked = run.memory.clarifying;
  if (asked === undefined) return { kind: 'notAsked' };
  // Who did not hear the question is still to answer it.
  const does = heard.clear ? intentDoes(run, heard.guess.intent) : undefined;
  if (does === 'repeat') return { kind: 'notAsked' };
  run.memory.clarifying = undefined;
  // "Okay, bye" is no yes.
  if (does === 'goodbye' || does === 'human' || does === 'startOver') return { kind: 'notAsked' };
  const [first, second] = asked.intents;
  // What they said first may hold the day and the time of it.
  const both = heard.inWords(asked.text);
  if (heard.yesNo === 'no' && !heard.clear) return { kind: 'neither' };
  const named = heard.guess.ranking.find(
    ({ intent, confidence }) => confidence >= leastWorthAsking && asked.intents.includes(intent),
  );
  const place = second === undefined ? undefined : placeSaid(heard.text, run.memory.language, asked.intents.length);
  const byPlace = place === undefined ? undefined : asked.intents[place];
  if (byPlace !== undefined) return { kind: 'meant', intent: byPlace, heard: both };
  if (second !== undefined && named !== undefined) return { kind: 'meant', intent: named.intent, heard: both };
  if (second === undefined && first !== undefined) {
    const begun = heard.yesNo === 'yes' ? undefined : begunWith(run, first, both, heard);
    if (begun !== undefined) return { kind: 'meant', intent: first, heard: begun };
  }
  if (heard.yesNo !== 'yes' || first === undefined) return { kind: 'notAsked' };
  if (second === undefined) return { kind: 'meant', intent: first, heard: both };
  run.memory.clarifying = asked;
  return { kind: 'whichOne' };
}

/** "Would you like to book?" is agreed to as well by what the flow would ask first: by a name, a day. */
function begunWith({ plan, memory }: Run, intent: string, before: Heard, answer: Heard): Heard | undefined {
  const flow = plan.definition.intents[intent]?.flow;
  if (flow === undefined || plan.onlyTells(flow)) return undefined;
  if (answer.clear && answer.guess.intent !== undefined && answer.guess.intent !== intent) return undefined;
  const slots = plan.slotsOf(flow);
  const known = before.values(slots, undefined);
  const first = plan.askedIn(flow).find((name) => !known.has(name) && memory.slots[name] === undefined);
  // Any words would be a text.
  const asked = first !== undefined && plan.definition.slots[first]?.type !== 'text' ? first : undefined;
  if (answer.values(slots, asked).size === 0) return undefined;
  return {
    ...before,
    values: (names, open) => {
      const fits = asked !== undefined && names.includes(asked) ? asked : undefined;
      return new Map([...before.values(names, open), ...answer.values(names, open ?? fits)]);
    },
  };
}

/** Intents that it may have been, the likeliest first; two when neither is well before the other. */
export function worthAsking(run: Run, heard: Heard): readonly string[] {
  const { leastLead } = run.plan.definition.understanding;
  const [first, second] = heard.guess.ranking;
  const candidates = [
    first,
    first !== undefined && second !== undefined && first.confidence - second.confidence < leastLead
      ? second
      : undefined,
  ];
  const ways = [...run.plan.everywhere, ...waysHere(run)];
  return candidates.flatMap((candidate) =>
    candidate === undefined ||
    candidate.confidence < leastWorthAsking ||
    !ways.includes(candidate.intent) ||
    isOnTheWay(run, candidate.intent) ||
    titleOf(run, candidate.intent) === undefined
      ? []
      : [candidate.intent],
  );
}

/** "Did you mean …?", as long as it is open. @returns whether it is */
export function* askWhatWasMeant(run: Run): Generator<AgentOutput, boolean> {
  const choices = (run.memory.clarifying?.intents ?? []).flatMap((intent) => titleOf(run, intent) ?? []);
  if (choices.length === 0) return false;
  yield* saySystem(run, 'didYouMean', { choices });
  return true;
}

/** Intents that the route at which the conversation stands has a way of its own for. */
function waysHere(run: Run): readonly string[] {
  const frame = topOf(run.memory);
  const node = frame === undefined ? undefined : run.plan.node(frame.flow, frame.node);
  return node?.type === 'route' ? node.choices.map(({ intent }) => intent) : [];
}

/** Whoever answers questions on the way to it need not be asked whether they want it. */
function isOnTheWay({ plan, memory }: Run, intent: string): boolean {
  const flow = plan.definition.intents[intent]?.flow;
  return flow !== undefined && memory.stack.some((frame) => frame.flow === flow && !frame.waiting);
}

function intentDoes({ plan }: Run, intent: string | undefined) {
  return intent === undefined ? undefined : plan.definition.intents[intent]?.does;
}
