import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import type { Agent } from '@parley/engine/ports/agent.ts';
import { createRandom, type Random } from '@parley/engine/simulation/random.ts';
import { variationsIn } from '../flow/pick-wording.ts';
import { readMemory, topOf } from '../flow/runner/memory.ts';
import { examplesIn } from '../nlu/agent-intents.ts';
import { expandPhrases } from '../vocabulary/expand-phrases.ts';
import { placeholders } from '../vocabulary/slot-samples.ts';
import { createTextCall, type TextCall, type TextCallOptions } from './text-call.ts';

/** A caller who is not sure what they want. */
export interface WalkerOptions {
  /** How often, 0–1 a turn, they want something else than a moment ago, correct themselves, or leave it. */
  readonly changesMind: number;
  /** How often they say something that nobody can make sense of. */
  readonly mumbles: number;
  /** Wishes they come with; afterwards they take their leave. */
  readonly wishes: number;
  /** What they answer for slots whose values must be right: a customer's number. */
  readonly answers: Readonly<Record<string, readonly string[]>>;
  /** Turns after which the conversation is taken to go round in circles. */
  readonly patience: number;
  readonly call: TextCallOptions;
}

export const walkerDefaults: WalkerOptions = {
  changesMind: 0.12,
  mumbles: 0.05,
  wishes: 2,
  answers: {},
  // Three wishes of ten questions each, each asked twice.
  patience: 60,
  call: {},
};

export interface Walk {
  /** Something was done, a person was asked for, or they parted; `circle` is none of these. */
  readonly outcome: 'goal' | 'handoff' | 'farewell' | 'circle';
  readonly turns: number;
  readonly actions: readonly string[];
  /** To read when it went wrong. */
  readonly transcript: string;
}

/**
 * A scripted caller who answers, corrects, mumbles and changes their mind, at random by the seed. They want some of the agent's
 * intents, and say goodbye in the end; a good agent brings every one of them to an end.
 */
export async function randomWalk(
  agent: Agent,
  definition: AgentDefinition,
  seed: number,
  options: Partial<WalkerOptions> = {},
): Promise<Walk> {
  const walker = { ...walkerDefaults, ...options };
  const random = createRandom(seed);
  const call = createTextCall(agent, { conversationId: `walk-${seed}`, ...walker.call });
  const says = createPhrases(definition, agent.language, walker.answers, random);
  let wishesLeft = 1 + Math.floor(random.next() * walker.wishes);
  let reply = await call.greet();
  let turns = 0;
  while (!reply.ended && turns < walker.patience) {
    turns += 1;
    const place = placeOf(call, definition);
    const roll = random.next();
    let text: string;
    if (roll < walker.mumbles) text = 'hm the purple thing with the wheels';
    else if (roll < walker.mumbles + walker.changesMind) text = says.secondThought(place);
    else if (place.kind === 'open') {
      wishesLeft -= 1;
      text = wishesLeft >= 0 ? says.wish() : says.leave();
    } else text = says.answer(place);
    reply = await call.say(text);
  }
  const { actions } = call;
  const outcome = !reply.ended
    ? 'circle'
    : actions.some((name) => name === 'handed_off' || name === 'handoff_requested')
      ? 'handoff'
      : actions.length > 0
        ? 'goal'
        : 'farewell';
  const transcript = call.history.map(({ speaker, text }) => `${speaker}: ${text}`).join('\n');
  return { outcome, turns, actions: [...actions], transcript };
}

/** What the agent waits for. */
type Place =
  | { readonly kind: 'slot'; readonly slot: string }
  | { readonly kind: 'yesNo' }
  | { readonly kind: 'menu'; readonly names: readonly string[] }
  | { readonly kind: 'open' };

function placeOf(call: TextCall, definition: AgentDefinition): Place {
  const memory = readMemory(call.memory);
  if (memory?.clarifying !== undefined) return { kind: 'yesNo' };
  const frame = memory === undefined ? undefined : topOf(memory);
  const node = frame === undefined ? undefined : definition.flows[frame.flow]?.nodes[frame.node];
  if (node?.type === 'form' && frame?.asked !== undefined) return { kind: 'slot', slot: frame.asked };
  if (node?.type === 'confirm') return { kind: 'yesNo' };
  if (node?.type === 'menu' && memory !== undefined) {
    return {
      kind: 'menu',
      names: node.options.flatMap(({ names }) => variationsIn(names, memory.language).slice(0, 1)),
    };
  }
  return { kind: 'open' };
}

function createPhrases(
  definition: AgentDefinition,
  language: string,
  answers: WalkerOptions['answers'],
  random: Random,
) {
  const values = placeholders(definition, language);
  const pick = (list: readonly string[]): string => list[Math.floor(random.next() * list.length)] ?? '';
  const isVietnamese = language.startsWith('vi');
  const spoken = (intent: string) =>
    pick(expandPhrases([pick(examplesIn(definition, intent, language)) || intent], values, 40));
  const intents = Object.entries(definition.intents).filter(
    ([name]) => examplesIn(definition, name, language).length > 0,
  );
  const wishes = intents.filter(([, { flow }]) => flow !== undefined).map(([name]) => name);
  const leaving = intents.filter(([, { does }]) => does === 'goodbye').map(([name]) => name);
  const steering = intents.filter(([, { does }]) => does !== undefined && does !== 'goodbye').map(([name]) => name);
  const valueFor = (slot: string) =>
    pick(answers[slot] ?? values[slot] ?? []) || (isVietnamese ? 'tôi không biết' : 'well i am not sure');
  const wish = () => (wishes.length === 0 ? spoken(pick(steering)) : spoken(pick(wishes)));
  return {
    wish,
    leave: () => (leaving.length === 0 ? (isVietnamese ? 'tạm biệt' : 'goodbye') : spoken(pick(leaving))),
    answer(place: Exclude<Place, { kind: 'open' }>): string {
      switch (place.kind) {
        case 'slot':
          return valueFor(place.slot);
        case 'menu':
          return pick(place.names);
        case 'yesNo':
          return random.next() < 0.8 ? (isVietnamese ? 'vâng đúng rồi' : 'yes') : isVietnamese ? 'không' : 'no';
      }
    },
    /** Another wish, a value of some slot that was said before, a no, or "forget it". */
    secondThought(place: Place): string {
      const roll = random.next();
      const slots = Object.keys(values).filter((name) => (values[name]?.length ?? 0) > 0);
      if (roll < 0.35) return wish();
      if (roll < 0.65 && slots.length > 0) return `${isVietnamese ? 'à không' : 'no'} ${valueFor(pick(slots))}`;
      if (roll < 0.9 && steering.length > 0) return spoken(pick(steering));
      return place.kind === 'yesNo' ? (isVietnamese ? 'không' : 'no') : wish();
    },
  };
}
