import { benches } from './benches.ts';

/**
 * `npm run bench -- NAME [--json]`: measure one figure of docs/benchmarks.md on this machine.
 * Exit code 1 when the measurement failed, 2 when there is no such one.
 */
const [name, ...rest] = process.argv.slice(2);
const bench = benches.find((candidate) => candidate.name === name);
if (bench === undefined) {
  const list = benches.map((candidate) => `  ${candidate.name.padEnd(16)} ${candidate.title}`).join('\n');
  process.stderr.write(`Say which: npm run bench -- NAME [--json]\n\n${list}\n`);
  process.exit(2);
}
try {
  await bench.run({ json: rest.includes('--json') });
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
