import type { NodeOf } from '@parley/contract/flow/nodes.ts';
import type { Heard } from '../hearing.ts';
import { sayOffers } from '../offers.ts';
import type { AskedAgain } from '../proceed.ts';
import { type Run, type Speaking, type Step, say, saySystem } from '../run.ts';

export async function* askRoute(run: Run, node: NodeOf<'route'>, why: AskedAgain | 'first'): Speaking<void> {
  switch (why) {
    case 'first':
      if (node.text !== undefined) yield* say(run, node.text);
      return;
    case 'resumed':
      if (node.again !== undefined) yield* say(run, node.again);
      else yield* saySystem(run, 'anythingElse');
      return;
    case 'misunderstood':
      if (!(yield* sayOffers(run)) && node.text !== undefined) yield* say(run, node.text);
      return;
    case 'repeated':
      if (node.text !== undefined) yield* say(run, node.text);
      else if (!(yield* sayOffers(run))) yield* saySystem(run, 'anythingElse');
  }
}

/** The way of its own that this node has for the intent. */
export function answerRoute(node: NodeOf<'route'>, heard: Heard): Step | undefined {
  const choice = heard.clear ? node.choices.find(({ intent }) => intent === heard.guess.intent) : undefined;
  return choice === undefined ? undefined : { kind: 'next', node: choice.next };
}
