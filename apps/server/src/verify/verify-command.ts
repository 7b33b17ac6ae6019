import { checkConfig, type Environment } from '../config.ts';
import { type Finding, runChecks } from './check.ts';
import { checksOf } from './verify-checks.ts';

export interface VerifyOutput {
  readonly write: (line: string) => void;
  readonly env: Environment;
}

const usage = `npm run verify             ask every configured part for something real, and say what works
npm run verify -- --json   the same for programs`;

/** @returns the exit code: 0 all works, 1 a part does not or a setting is wrong, 2 no such argument */
export async function verifyCommand(
  args: readonly string[],
  { write, env }: VerifyOutput,
  signal: AbortSignal,
): Promise<number> {
  const json = args.includes('--json');
  if (args.some((arg) => arg !== '--json')) {
    write(usage);
    return 2;
  }
  const checked = checkConfig(env);
  if (checked.kind === 'invalid') {
    const problems = checked.problems.map(({ name, message }) => `${name} ${message}.`);
    write(json ? JSON.stringify({ ok: false, problems, findings: [] }, undefined, 2) : problems.join('\n'));
    return 1;
  }
  const findings = await runChecks(checksOf(checked.config), signal);
  const ok = findings.every(({ outcome }) => outcome === 'works');
  write(json ? JSON.stringify({ ok, problems: [], findings }, undefined, 2) : table(findings));
  return ok ? 0 : 1;
}

function table(findings: readonly Finding[]): string {
  const rows = findings.map((finding) => ({
    cells: [
      finding.outcome === 'works' ? '✓' : '✗',
      finding.kind,
      finding.part,
      `${finding.latencyMs} ms`,
      finding.outcome === 'works'
        ? [finding.version, finding.detail].filter((part) => part !== undefined).join(', ')
        : finding.problem,
    ],
    advice: finding.outcome === 'fails' ? finding.advice : '',
  }));
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map(({ cells }) => cells[column]?.length ?? 0)));
  const failed = findings.filter(({ outcome }) => outcome === 'fails').length;
  return [
    ...rows.flatMap(({ cells, advice }) => {
      const row = cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
      // On a line of its own: what a vendor says is often long, and what to do is what is looked for.
      return [row.trimEnd(), ...(advice === '' ? [] : [`   → ${advice}`])];
    }),
    '',
    failed === 0 ? `All ${findings.length} parts work.` : `${failed} of ${findings.length} parts do not work.`,
  ].join('\n');
}
