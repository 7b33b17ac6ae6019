import type { Clock } from '@parley/engine/ports/clock.ts';

/** Asks for each name once in a while, however many want to know. */
export interface NameCache<Found> {
  /** Never rejects; nothing where there is no answer in time. */
  find(name: string): Promise<readonly Found[]>;
}

export function createNameCache<Found>(
  clock: Clock,
  ask: (name: string, signal: AbortSignal) => Promise<readonly Found[]>,
): NameCache<Found> {
  const known = new Map<string, { readonly answer: Promise<readonly Found[]>; goodUntilMs: number }>();

  const askInTime = async (name: string): Promise<readonly Found[]> => {
    const controller = new AbortController();
    let cancel = () => {};
    const late = new Promise<readonly Found[]>((resolve) => {
      cancel = clock.wakeAt(clock.nowMs() + TIMEOUT_MS, () => resolve([]));
    });
    try {
      return await Promise.race([ask(name, controller.signal), late]);
    } catch {
      return [];
    } finally {
      cancel();
      controller.abort();
    }
  };

  return {
    find(name) {
      const before = known.get(name);
      if (before !== undefined && clock.nowMs() < before.goodUntilMs) return before.answer;
      known.delete(name);
      if (known.size >= MAX_NAMES) {
        for (const oldest of known.keys()) {
          known.delete(oldest);
          break;
        }
      }
      const answer = askInTime(name);
      const entry = { answer, goodUntilMs: clock.nowMs() + GOOD_MS };
      known.set(name, entry);
      void answer.then((found) => {
        if (found.length === 0) entry.goodUntilMs = clock.nowMs() + NONE_MS;
      });
      return answer;
    },
  };
}

/** Of the 32 s that a request has, most are for the far side. */
const TIMEOUT_MS = 5_000;
/** What providers give their names to live, a minute as a rule; Node does not tell it. */
const GOOD_MS = 60_000;
/** Names that were not found: soon again, since the network may have been away. */
const NONE_MS = 5_000;
const MAX_NAMES = 1_000;
