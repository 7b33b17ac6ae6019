import type { Dependency } from './readiness.ts';

/** How the parts of conversations did lately: those that listen, speak, think and are asked for words. */
export interface PartHealth {
  /** `part` is a kind and a name: `recognizer embedded`. */
  tell(part: string, outcome: 'worked' | 'failed'): void;
  readonly dependencies: readonly Dependency[];
}

/** One failure is an accident, two may share it; the breakers of parts think the same. */
const failuresToWorry = 3;

/** Nobody is asked for their sake: parts are judged by what came of conversations, the last time they were used. */
export function createPartHealth(): PartHealth {
  const failuresInRow = new Map<string, number>();
  return {
    tell(part, outcome) {
      failuresInRow.set(part, outcome === 'worked' ? 0 : (failuresInRow.get(part) ?? 0) + 1);
    },
    get dependencies() {
      return [...failuresInRow].map(([name, failures]) => ({
        name: name.replaceAll(' ', '_'),
        isVital: false,
        check: () =>
          failures < failuresToWorry
            ? { state: 'ok' as const }
            : { state: 'degraded' as const, detail: `It failed ${failures} times in a row.` },
      }));
    },
  };
}
