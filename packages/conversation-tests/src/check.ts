import type { TimelineEvent, TurnFacts } from './line.ts';
import { closest, describeAction, describeText, includes, matchesAction, matchesText } from './match.ts';
import type { Expectation, Never } from './step.ts';

/** What was wished for and what came instead. */
export interface Mismatch {
  /** Such as `text` or `slot name`. */
  readonly what: string;
  readonly expected: string;
  readonly got: string;
  /** Of several that could have been meant, the nearest. */
  readonly closest: string | undefined;
}

/** What has happened since the caller last did something. */
export interface Answer {
  readonly events: readonly TimelineEvent[];
  readonly replyDelayMs: number | undefined;
  readonly withinToleranceMs: number;
  /** Interruptions, what is heard of them, and silence exist. */
  readonly isVoice: boolean;
}

/** The first thing of an expectation that is not met; undefined when all is. */
export function checkAnswer(expectation: Expectation, answer: Answer): Mismatch | undefined {
  for (const check of checks) {
    const mismatch = check(expectation, answer);
    if (mismatch !== undefined) return mismatch;
  }
  return expectation.never === undefined ? undefined : checkNever(expectation.never, answer.events);
}

/** The first thing among the events that must not be. */
export function checkNever(never: readonly Never[], events: readonly TimelineEvent[]): Mismatch | undefined {
  for (const one of never) {
    for (const event of events) {
      if (one.type === 'text' && event.type === 'agent' && matchesText(one.text, event.text)) {
        return mismatch('never', `the agent never says ${describeText(one.text)}`, JSON.stringify(event.text));
      }
      if (one.type === 'action' && event.type === 'action' && matchesAction(one.action, event)) {
        return mismatch('never', `never ${describeAction(one.action)}`, describeAction(event));
      }
    }
  }
  return undefined;
}

type Check = (expectation: Expectation, answer: Answer) => Mismatch | undefined;

const checkText: Check = ({ text }, { events }) => {
  if (text === undefined) return undefined;
  const sentences = events.filter((event) => event.type === 'agent').map((event) => event.text);
  const said = sentences.join(' ');
  if (matchesText(text, said)) return undefined;
  const wish = describeText(text);
  return mismatch(
    'text',
    wish,
    said === '' ? 'the agent said nothing' : JSON.stringify(said),
    sentences.length > 1 ? closest(wish, sentences) : undefined,
  );
};

const checkWithin: Check = ({ withinMs }, { replyDelayMs, withinToleranceMs }) => {
  if (withinMs === undefined) return undefined;
  const expected = `an answer within ${withinMs} ms${withinToleranceMs === 0 ? '' : ` (and ${withinToleranceMs} ms for the line)`}`;
  if (replyDelayMs === undefined) return mismatch('within', expected, 'no answer');
  return replyDelayMs <= withinMs + withinToleranceMs
    ? undefined
    : mismatch('within', expected, `${Math.round(replyDelayMs)} ms`);
};

const checkIntent: Check = ({ intent }, { events }) => {
  if (intent === undefined) return undefined;
  const turn = callersTurn(events);
  if (turn?.intent === intent) return undefined;
  return mismatch(
    'intent',
    intent,
    turn === undefined ? 'no turn of the caller' : (turn.intent ?? `none, for ${JSON.stringify(turn.callerText)}`),
  );
};

const checkSlots: Check = ({ slot }, { events }) => {
  if (slot === undefined) return undefined;
  const turn = callersTurn(events);
  if (turn === undefined) return mismatch('slot', JSON.stringify(slot), 'no turn of the caller');
  const held = turn.slots ?? Object.fromEntries(turn.entities.map(({ type, value }) => [type, value]));
  for (const [name, wanted] of Object.entries(slot)) {
    if (includes(held[name], wanted)) continue;
    const got = held[name] === undefined ? 'nothing' : JSON.stringify(held[name]);
    const others = Object.keys(held).length === 0 ? 'no slot is filled' : `filled are ${JSON.stringify(held)}`;
    return mismatch(`slot ${name}`, wanted === null ? 'nothing' : JSON.stringify(wanted), got, others);
  }
  return undefined;
};

const checkAction: Check = ({ action }, { events }) => {
  if (action === undefined) return undefined;
  const done = events.filter((event) => event.type === 'action');
  if (done.some((one) => matchesAction(action, one))) return undefined;
  const names = done.map(describeAction);
  const same = done.filter(({ name }) => name === action.name).map(describeAction);
  return mismatch('action', describeAction(action), names.join('; ') || 'no action', same[0] ?? undefined);
};

const checkState: Check = ({ state }, { events }) => {
  if (state === undefined) return undefined;
  const states = events.filter((event) => event.type === 'state').map((event) => event.state);
  if (states.includes(state)) return undefined;
  return mismatch('state', state, states.length === 0 ? 'the state did not change' : states.join(' → '));
};

const checkHeard: Check = ({ heard }, { events, isVoice }) => {
  if (heard === undefined || !isVoice) return undefined;
  const cut = events.findLast((event) => event.type === 'cutOff');
  if (cut === undefined)
    return mismatch('heard', describeText(heard), 'nothing was cut off: the agent was heard to the end');
  if (matchesText(heard, cut.heardText)) return undefined;
  return mismatch(
    'heard',
    describeText(heard),
    `${JSON.stringify(cut.heardText)}, and not ${JSON.stringify(cut.unheardText)}`,
  );
};

const checkEnded: Check = ({ ended }, { events }) => {
  if (ended === undefined) return undefined;
  const end = events.find((event) => event.type === 'ended');
  if (end?.reason === ended) return undefined;
  return mismatch('ended', ended, end === undefined ? 'the conversation goes on' : end.reason);
};

const checks: readonly Check[] = [
  checkText,
  checkWithin,
  checkIntent,
  checkSlots,
  checkAction,
  checkState,
  checkHeard,
  checkEnded,
];

/** The latest turn in which the caller said something, as it was last recorded. */
function callersTurn(events: readonly TimelineEvent[]): TurnFacts | undefined {
  let latest: TurnFacts | undefined;
  for (const event of events) {
    if (event.type !== 'turn' || event.turn.callerText === undefined) continue;
    if (latest === undefined || event.turn.turnNumber >= latest.turnNumber) latest = event.turn;
  }
  return latest;
}

function mismatch(what: string, expected: string, got: string, nearest?: string): Mismatch {
  return { what, expected, got, closest: nearest };
}
