import type { AgentOutput } from '@parley/engine/ports/agent.ts';
import { askForPerson, type PersonOptions } from './controls.ts';
import { asPiece } from './sentence-hold.ts';
import type { OpenTurn } from './take-turn.ts';

type Speaking = AsyncGenerator<AgentOutput, void>;

/** The caller's words were not made out. */
export async function* askAgain(turn: OpenTurn): Speaking {
  const misses = turn.memory.misses + 1;
  turn.kept = { ...turn.kept, misses };
  if (misses >= maxMisses && turn.person !== undefined)
    yield* handOver(turn, turn.person, 'The caller could not be understood.');
  else yield* say(turn, turn.wording.notHeard);
}

/** Whoever was not understood three times is not understood the fourth time either. */
const maxMisses = 3;

/** In words and with a hand-over, never in silence. */
export async function* exhausted(turn: OpenTurn, budget: 'turn' | 'conversation'): Speaking {
  yield* say(turn, turn.wording.exhausted);
  if (turn.person !== undefined) {
    yield* handOver(turn, turn.person, `The budget of the ${budget} is spent.`);
  }
  if (budget === 'conversation' && !turn.end) {
    yield* say(turn, turn.wording.goodbye);
    turn.end = true;
  }
}

async function* handOver(turn: OpenTurn, person: PersonOptions, reason: string): Speaking {
  const asking = askForPerson({ ...person, hasSpoken: () => false }, reason, 'stuck');
  let next = await asking.next();
  while (!next.done) {
    const { value: output } = next;
    if (output.type === 'acted' && output.name === 'handed_off') turn.handedOver = true;
    if (output.type === 'acted' || output.type === 'say' || output.type === 'waiting') yield output;
    next = await asking.next();
  }
  turn.spoken = true;
  if (next.value === 'accepted') turn.end = true;
  else yield* say(turn, turn.wording.nobodyFree);
}

export function* say(turn: OpenTurn, text: string): Generator<AgentOutput, void> {
  turn.spoken = true;
  yield { type: 'say', text: asPiece(text) };
}
