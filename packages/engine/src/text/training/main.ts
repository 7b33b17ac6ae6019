// npm run train -- completeness: learns from packages/engine/data what the engine ships as weights. The same data gives the same
// weights; `--check` writes nothing and fails when the committed ones are others.
import { readFile, writeFile } from 'node:fs/promises';
import { trainedSource, weightsFile } from './trained-source.ts';

const [model, ...flags] = process.argv.slice(2);
if (model !== 'completeness') {
  process.stderr.write('Say what to train: npm run train -- completeness [--check]\n');
  process.exitCode = 2;
} else {
  const source = await trainedSource((line) => process.stdout.write(`${line}\n`));
  if (!flags.includes('--check')) await writeFile(weightsFile, source);
  else if ((await readFile(weightsFile, 'utf8')) !== source) {
    process.stderr.write('The weights are not those that the data gives. Run npm run train -- completeness.\n');
    process.exitCode = 1;
  }
}
