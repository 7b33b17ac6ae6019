import { type DatabaseKind, databaseKinds } from '@parley/server/testing/databases.ts';
import { killUnderLoad } from '@parley/server/testing/kills/kill-rounds.ts';
import { median, print } from './statistics.ts';

const kills = 50;
const conversations = 20;

/**
 * Every turn that a client was told is stored is there after the server's process was killed, and none is there twice. With the
 * embedded database, and with the one of `TEST_DATABASE_URL` when it is set. A few minutes each; fails when a turn is amiss.
 */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const results: Partial<Record<DatabaseKind, Record<string, number>>> = {};
  for (const kind of databaseKinds) {
    const { restartMs, ...counts } = await killUnderLoad({
      kind,
      kills,
      conversations,
      seed: 1,
      onRound: ({ kill, acknowledged, amiss }) => {
        if (!json)
          process.stderr.write(`${kind}: killed ${kill} times, ${acknowledged} turns acknowledged, ${amiss} amiss\n`);
      },
    });
    const figures = { ...counts, restartMedianMs: Math.round(median(restartMs)) };
    results[kind] = figures;
    if (!json) {
      process.stdout.write(`\n${kind === 'embedded' ? 'the embedded database' : 'a PostgreSQL of its own'}\n`);
      print(false, figures);
    }
    if (counts.turnsMissing + counts.turnsChanged + counts.turnsTwice > 0) {
      throw new Error(`Turns were lost, changed or doubled (${kind}): ${JSON.stringify(counts)}`);
    }
  }
  if (json) print(true, results);
  else if (!databaseKinds.includes('postgres')) {
    process.stdout.write('\nSet TEST_DATABASE_URL to measure with a PostgreSQL of your own too.\n');
  }
}
