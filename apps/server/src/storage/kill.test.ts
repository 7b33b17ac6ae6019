import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../testing/databases.ts';
import { killUnderLoad } from '../testing/kills/kill-rounds.ts';
import { typedOnly } from '../testing/server-process.ts';

/** `npm run bench -- kill` does it fifty times; here each takes ten seconds of the tests' time. */
const kills = 2;
/** A start takes seconds, on a busy machine many. */
const timeoutMs = 300_000;

describe.each(databaseKinds)('a server that is killed while many chat (%s)', (kind) => {
  it(
    'has every turn that it acknowledged, as it was told, and none twice',
    async () => {
      const result = await killUnderLoad({ kind, kills, conversations: 10, seed: 7, env: typedOnly });
      expect(result).toMatchObject({ kills, turnsMissing: 0, turnsChanged: 0, turnsTwice: 0 });
      // Whatever was under way came again: each chat went on after each kill.
      expect(result.turnsAcknowledged).toBeGreaterThanOrEqual(kills * 10);
    },
    timeoutMs,
  );
});
