import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { adminClient, adminEnv } from '@parley/server/testing/admin-client.ts';
import { startServerProcess, typedOnly } from '@parley/server/testing/server-process.ts';
import { z } from 'zod';
import { keepDatabaseAsUrgent } from './load/as-urgent.ts';
import { processorMs } from './load/processor-time.ts';
import { print } from './statistics.ts';

/** Calls at once unless `TWILIO_CALLS` says otherwise, such as `TWILIO_CALLS=50,200`; each level has a server of its own. */
const levels = (process.env.TWILIO_CALLS ?? '500').split(',').map(Number);
const callsPerSecond = 20;
const measuredMs = 20_000;
const loadTimeoutMs = 180_000;
/** Until what ended calls held is free: their stores write behind. */
const settleMs = 8000;

const publicUrl = 'https://agent.example';
const accountSid = 'AC0123456789abcdef0123456789abcdef';
const authToken = '0123456789abcdef0123456789abcdef';
const number = '+35312345678';

const summary = z.object({
  count: z.number(),
  p50: z.number().optional(),
  p99: z.number().optional(),
  max: z.number(),
});
const loadResult = z.object({
  calls: z.number(),
  greeted: z.number(),
  placedAgain: z.number(),
  measuredMs: z.number(),
  webhookMs: summary,
  firstSoundMs: summary,
  answerMs: summary,
  gapMs: summary,
  sentLateMs: summary,
  framesIn: z.number(),
  framesOut: z.number(),
  breaks: z.number(),
  holeShare: z.number(),
  turns: z.number(),
  unanswered: z.number(),
  clears: z.number(),
  malformed: z.number(),
  failures: z.record(z.string(), z.number()),
});
const line = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('measuring') }),
  z.object({ phase: z.literal('measured') }),
  z.object({ phase: z.literal('result'), result: loadResult }),
]);

/**
 * Calls in the shape of Twilio's media streams against a server of its own, callers in another process: speech scripted, the light voice
 * detector, G.711 both ways each 20 ms. About a minute a level. The other half of the machine is the load's own.
 */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const results = [];
  for (const calls of levels) results.push(await measure(calls));
  if (json) return print(true, { levels: results });
  for (const { calls, failures, ...figures } of results) {
    process.stdout.write(`\n${calls} calls\n`);
    print(false, {
      ...Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, inWords(figure)])),
      failures: JSON.stringify(failures),
    });
  }
}

async function measure(calls: number) {
  const server = await startServerProcess({
    env: {
      ...typedOnly,
      ...adminEnv,
      LOG_LEVEL: 'fatal',
      VOICE_DETECTOR: 'light',
      PUBLIC_URL: publicUrl,
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_PHONE_NUMBER: number,
      MAX_CONVERSATIONS: String(2 * calls),
      MAX_CALLS_PER_ORGANIZATION: String(2 * calls),
    },
  });
  let load: ChildProcess | undefined;
  const leaveAlone = keepDatabaseAsUrgent(server.dataDir);
  try {
    await answerAt(server.url);
    const before = { rssMb: await server.rssMb(), files: await server.openFiles() };
    const child = spawn(
      process.execPath,
      [
        '--no-warnings',
        new URL('twilio/host.ts', import.meta.url).pathname,
        JSON.stringify({
          url: server.url,
          publicUrl,
          accountSid,
          authToken,
          to: number,
          calls,
          callsPerSecond,
          measuredMs,
        }),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    load = child;
    const snapshot = async () => ({
      atMs: performance.now(),
      server: (await processorMs(server.pid)).own,
      load: (await processorMs(child.pid ?? 0)).own,
      rssMb: await server.rssMb(),
    });
    let began: Awaited<ReturnType<typeof snapshot>> | undefined;
    let ended: Awaited<ReturnType<typeof snapshot>> | undefined;
    let result: z.infer<typeof loadResult> | undefined;
    const timer = setTimeout(() => child.kill('SIGKILL'), loadTimeoutMs);
    for await (const text of createInterface({ input: child.stdout })) {
      const said = line.parse(JSON.parse(text));
      if (said.phase === 'measuring') began = await snapshot();
      else if (said.phase === 'measured') ended = await snapshot();
      else result = said.result;
    }
    clearTimeout(timer);
    if (began === undefined || ended === undefined || result === undefined) throw new Error('The load broke off.');
    const after = await settled(server, before.files);
    const share = (used: number) => used / (ended.atMs - began.atMs);
    return {
      ...result,
      serverCores: share(ended.server - began.server),
      loadCores: share(ended.load - began.load),
      rssMbBefore: before.rssMb,
      rssMbDuring: ended.rssMb,
      rssKbPerCall: ((ended.rssMb - before.rssMb) * 1000) / calls,
      rssMbAfter: after.rssMb,
      filesLeft: after.files - before.files,
    };
  } finally {
    load?.kill('SIGKILL');
    leaveAlone();
    await server.stop();
  }
}

/** Says at the server who answers at the number. */
async function answerAt(url: string): Promise<void> {
  const client = await adminClient(url);
  await client.createPhoneNumber({ body: { number } });
}

async function settled(server: { openFiles(): Promise<number>; rssMb(): Promise<number> }, files: number) {
  const untilMs = performance.now() + settleMs;
  while (performance.now() < untilMs && (await server.openFiles()) > files) {
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return { rssMb: await server.rssMb(), files: await server.openFiles() };
}

function inWords(figure: number | z.infer<typeof summary>): string {
  if (typeof figure === 'number') return String(Math.round(figure * 10_000) / 10_000);
  const { count, p50, p99, max } = figure;
  const [median, tail] = [p50, p99].map((ms) => ms?.toFixed(1) ?? 'none');
  return `median ${median}, 99 % ${tail}, most ${max.toFixed(1)} (${count} times)`;
}
