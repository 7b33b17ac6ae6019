import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { print } from './statistics.ts';

/** Conversations at once; each level has a process of its own. */
const levels = [25, 100, 500, 1000];
const measuredSeconds = 20;
const timeoutMs = 120_000;

const summary = z.object({
  count: z.number(),
  p50: z.number().optional(),
  p99: z.number().optional(),
  max: z.number(),
});

const result = z.object({
  conversations: z.number(),
  addedMs: summary,
  pacingMs: summary,
  bargeInMs: summary,
  bargeInFromFirstSoundMs: summary,
  frameTakenUpLateMs: summary,
  turns: z.number(),
  unanswered: z.number(),
  framesOutPerSecond: z.number(),
  framesAstray: z.number(),
  cpuCores: z.number(),
  cpuCoresOfGenerator: z.number(),
  mainThreadBusy: z.number(),
  gcPausesMs: summary,
  gcShare: z.number(),
  rssKbPerConversation: z.number(),
  conversationsLeft: z.number(),
  handlesLeft: z.number(),
  errors: z.record(z.string(), z.number()),
});

/** Many live conversations in one process at real-time pace, on one thread as in the server. About two and a half minutes. */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const results = [];
  for (const level of levels) results.push(await measure(level));
  if (json) return print(true, { levels: results });
  for (const { conversations, errors, ...figures } of results) {
    process.stdout.write(`\n${conversations} conversations\n`);
    print(false, {
      ...Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, inWords(figure)])),
      errors: JSON.stringify(errors),
    });
  }
}

async function measure(conversations: number): Promise<z.infer<typeof result>> {
  const host = new URL('load/host.ts', import.meta.url);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--no-warnings', host.pathname, String(conversations), String(measuredSeconds)],
    { timeout: timeoutMs },
  );
  return result.parse(JSON.parse(stdout));
}

function inWords(figure: number | z.infer<typeof summary>): string {
  if (typeof figure === 'number') return String(Math.round(figure * 1000) / 1000);
  const { count, p50, p99, max } = figure;
  const [median, tail] = [p50, p99].map((ms) => ms?.toFixed(2) ?? 'none');
  return `median ${median}, 99 % ${tail}, most ${max.toFixed(1)} (${count} times)`;
}
