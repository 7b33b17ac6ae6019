import { SpeechError } from '../speech-error.ts';

/** An engine of a plan for which the pool has a place. */
export interface Reachable<Planned, Engine> {
  readonly planned: Planned;
  /** As it is in the pool now; where it was pushed out and there is no place any more, as it was last. */
  readonly engine: () => Engine;
}

/**
 * The engines of a plan as one conversation reaches them. One for which there is no place is left out: those that have one do their
 * work without it. It is looked for again at the next use.
 *
 * @returns looks for them; the same list as long as none is left out. Throws SpeechError: `too_many_engines` when there is a place for
 * none of them, and what else `find` throws
 */
export function reachableEngines<Planned, Engine>(
  plan: readonly Planned[],
  find: (planned: Planned) => Engine,
): () => readonly Reachable<Planned, Engine>[] {
  let all: readonly Reachable<Planned, Engine>[] | undefined;
  return () => {
    if (all !== undefined) return all;
    let refusal: unknown;
    const reached = plan.flatMap((planned) => {
      try {
        return [{ planned, engine: remembering(find(planned), () => find(planned)) }];
      } catch (error) {
        if (!isFull(error)) throw error;
        refusal ??= error;
        return [];
      }
    });
    if (reached.length === 0 && refusal !== undefined) throw refusal;
    if (reached.length === plan.length) all = reached;
    return reached;
  };
}

function remembering<Engine>(found: Engine, find: () => Engine): () => Engine {
  let last = found;
  return () => {
    try {
      last = find();
    } catch (error) {
      if (!isFull(error)) throw error;
    }
    return last;
  };
}

function isFull(error: unknown): boolean {
  return error instanceof SpeechError && error.code === 'too_many_engines';
}
