import type { Finding, Tally } from '../run-calls.ts';
import { describeDeed, shrink } from '../shrink.ts';
import type { Subject } from '../subject.ts';
import type { SimulateOptions } from './options.ts';

export interface Report {
  readonly calls: number;
  readonly virtualHours: number;
  readonly seconds: number;
  readonly speedUp: number;
  readonly violations: readonly (Finding & { readonly seeds: readonly number[]; readonly deeds: readonly string[] })[];
}

/** The findings by promise, each with its smallest call. */
export async function reportOf(tally: Tally, seconds: number, subject: Subject): Promise<Report> {
  const violations: Report['violations'][number][] = [];
  for (const [promise, findings] of Map.groupBy(tally.findings, (finding) => finding.promise)) {
    const first = findings[0];
    if (first === undefined) continue;
    const { deeds } = await shrink(subject.scriptOf(first.seed), promise, subject.check);
    violations.push({ ...first, seeds: findings.map(({ seed }) => seed), deeds: deeds.map(describeDeed) });
  }
  return {
    calls: tally.calls,
    virtualHours: tally.virtualMs / 3_600_000,
    seconds,
    speedUp: tally.virtualMs / 1000 / seconds,
    violations,
  };
}

export function printReport(report: Report, { scenario }: SimulateOptions): string {
  const { calls, virtualHours, seconds, speedUp, violations } = report;
  const head = `${number(calls)} calls, ${number(virtualHours)} hours of conversation in ${seconds.toFixed(1)} s: ${number(speedUp)} times real time.`;
  if (violations.length === 0) return `${head}\nEvery promise was kept.`;
  const option = scenario === undefined ? '' : ` --scenario ${scenario}`;
  const told = violations.map(({ promise, how, seed, seeds, deeds }) =>
    [
      `\nBROKEN, ${seeds.length} times: ${promise}`,
      `  seed ${seed}: ${how}`,
      `  seeds: ${seeds.slice(0, 12).join(', ')}${seeds.length > 12 ? ', …' : ''}`,
      '  the least that does it:',
      ...deeds.map((deed) => `    ${deed}`),
      `  see it: npm run simulate --${option} --replay ${seed}`,
    ].join('\n'),
  );
  return [head, ...told].join('\n');
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 });
}
