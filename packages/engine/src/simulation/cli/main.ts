import { writeFileSync } from 'node:fs';
import { scenarios } from '../scenarios/scenarios.ts';
import { describeDeed } from '../shrink.ts';
import { simulateCall } from '../simulate-call.ts';
import { type Subject, subjectOf } from '../subject.ts';
import { printTimeline } from '../timeline.ts';
import { drawTimeline } from '../timeline-svg.ts';
import { readOptions, type SimulateOptions, usage } from './options.ts';
import { printReport, reportOf } from './report.ts';
import { runInWorkers } from './workers.ts';

/** `npm run simulate`: exits with 1 when a promise was broken, with 2 when it was asked wrongly. */
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) return tell(usage, 0);
  let options: SimulateOptions;
  try {
    options = readOptions(args);
  } catch (error) {
    return tell(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`, 2);
  }
  const subject = subjectOf(options.scenario);
  if (subject === undefined) {
    const names = scenarios.map(({ name, title }) => `  ${name}\n      ${title}`).join('\n');
    return tell(`There is no scenario "${options.scenario}". There are:\n${names}`, 2);
  }
  if (options.replay !== undefined) return replay(subject, options.replay, options.svg);
  const startedAt = performance.now();
  const tally = await runInWorkers(options);
  const report = await reportOf(tally, (performance.now() - startedAt) / 1000, subject);
  return tell(
    options.json ? JSON.stringify(report) : printReport(report, options),
    report.violations.length > 0 ? 1 : 0,
  );
}

async function replay(subject: Subject, seed: number, svg: string | undefined): Promise<number> {
  const script = subject.scriptOf(seed);
  const log = await simulateCall(script);
  const broken = subject.check(log);
  if (svg !== undefined) writeFileSync(svg, drawTimeline(log, script.name));
  const story = [
    `${script.name}: ${script.deeds.map(describeDeed).join('; ')}`,
    printTimeline(log),
    ...broken.map(({ promise, how }) => `BROKEN: ${promise}\n  ${how}`),
  ];
  return tell(story.join('\n\n'), broken.length > 0 ? 1 : 0);
}

function tell(text: string, code: number): number {
  process.stdout.write(`${text}\n`);
  return code;
}
