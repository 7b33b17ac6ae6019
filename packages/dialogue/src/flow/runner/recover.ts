import type { AgentOutput } from '@parley/engine/ports/agent.ts';
import { pickWording } from '../pick-wording.ts';
import { handOff } from './hand-off.ts';
import { topOf } from './memory.ts';
import { askAgain, proceed } from './proceed.ts';
import { type Run, type Speaking, saySystem } from './run.ts';
import { systemWordings } from './system-wordings.ts';

/** Something in the definition or a part broke: an apology, and another way on, or a person when there is none. */
export async function* recover(run: Run): Speaking<void> {
  const { memory } = run;
  memory.troubles = (memory.troubles ?? 0) + 1;
  yield* saySystem(run, 'trouble');
  memory.clarifying = undefined;
  memory.stack.splice(1);
  const ground = topOf(memory);
  // What breaks again and again would break for ever.
  if (ground?.waiting === true && memory.troubles < mostTroubles) return yield* askAgain(run, ground, 'resumed');
  yield* proceed(
    run,
    yield* handOff(run, { to: { kind: 'inbox' }, text: undefined, summary: undefined, reason: 'stuck' }),
  );
}

/** In one conversation; the third is not bad luck. */
const mostTroubles = 3;

/** What is said when even the apology broke: words that need nothing. */
export function* takeLeave(run: Run): Generator<AgentOutput, void> {
  const { memory, request } = run;
  const turn = { conversationId: request.conversationId, replies: memory.replies };
  const text = [systemWordings.stuck, systemWordings.goodbye]
    .map((wording) => pickWording(wording, memory.language, turn))
    .join(' ');
  run.said.push(text);
  run.ended = true;
  yield { type: 'say', text: `${text} `, tone: 'warm' };
}

/** A reply without a word is a line gone dead: what is open is asked, or else whether there is anything. */
export async function* breakSilence(run: Run): Speaking<void> {
  if (!isSilent(run)) return;
  if (run.ended) return yield* saySystem(run, 'goodbye');
  const frame = topOf(run.memory);
  if (frame !== undefined) yield* askAgain(run, frame, 'repeated');
  if (isSilent(run)) yield* saySystem(run, 'anythingElse');
}

function isSilent({ said }: Run): boolean {
  return said.join('').trim() === '';
}
