import type { NodeOf } from '@parley/contract/flow/nodes.ts';
import type { Json } from '../../../tools/tool.ts';

type Form = NodeOf<'form'>;

/**
 * The check goes by what another one looks up, and that failed or has not been looked up yet: a system that is away says nothing
 * against the values. A check that asks for the failure itself (`results.free.error`) is about just that.
 */
export function goesByNothing(
  { look: own, wrong }: Form['checks'][number],
  { checks }: Pick<Form, 'checks'>,
  results: Readonly<Record<string, Json>>,
): boolean {
  if (own !== undefined) return false;
  const condition = JSON.stringify(wrong);
  return checks.some(({ look }) => {
    if (look === undefined || !isMissing(results[look.result])) return false;
    return mentions(condition, `results.${look.result}`) && !mentions(condition, `results.${look.result}.error`);
  });
}

/** Nothing, or what a look-up that failed leaves. */
function isMissing(found: Json | undefined): boolean {
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return found === undefined;
  return 'error' in found && typeof found.error === 'string';
}

/** The path is in the text, and not as the beginning of a longer name. */
function mentions(text: string, path: string): boolean {
  const rests = text.split(path).slice(1);
  return rests.some((rest) => !/^[\w-]/.test(rest));
}
