import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { CallResult } from '@parley/call/call-events.ts';
import { placeCall } from '@parley/call/synthetic-caller.ts';
import { errorBodySchema } from '@parley/contract/errors.ts';
import { metricsViewSchema } from '@parley/contract/metrics-view.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { type CollectedSpan, type OtlpCollector, startOtlpCollector } from '../testing/otlp-collector.ts';
import { metricsIn } from '../testing/promql.ts';
import { type ServerProcess, startServerProcess } from '../testing/server-process.ts';
import { type MetricDefinition, metricCatalogue } from './metric-catalogue.ts';
import { traceIdOf } from './tracing.ts';

// One real server that has held a call and a chat; what it tells of them is looked at from all sides.
const token = 'a-token-for-tests-alone';
let collector: OtlpCollector;
let server: ServerProcess;
let call: CallResult;
let chat: CallResult;
let scrape: string;

beforeAll(async () => {
  collector = await startOtlpCollector();
  server = await startServerProcess({
    env: {
      METRICS_TOKEN: token,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=a%20b',
      LOG_LEVEL: 'fatal',
      SIP_PORT: '0',
    },
  });
  [call, chat] = await Promise.all([
    placeCall({ url: server.url, steps: [{ type: 'say', text: 'I would like to book a haircut' }] }),
    placeCall({ url: server.url, channel: 'chat', steps: [{ type: 'text', text: 'book a haircut' }] }),
  ]);
  // The end of a conversation is written after its caller has left.
  await vi.waitFor(
    async () => expect(value(await readMetrics(), 'parley_conversations_left_total', 'caller_left')).toBe(2),
    { timeout: 10_000, interval: 100 },
  );
  scrape = await readMetrics();
}, 90_000);

afterAll(async () => {
  await server?.stop();
  await collector?.close();
}, 60_000);

describe('metrics', () => {
  it('count the call and the chat that were held', () => {
    expect(call.failure).toBeUndefined();
    expect(chat.failure).toBeUndefined();
    for (const [name, labels, least] of [
      ['parley_conversations_created_total', 'channel="voice"', 1],
      ['parley_conversations_created_total', 'channel="chat"', 1],
      ['parley_conversations_joined_total', 'channel="voice"', 1],
      ['parley_turns_total', 'cause="turn",modality="voice"', 1],
      ['parley_turns_total', 'cause="turn",modality="text"', 1],
      ['parley_voice_to_voice_seconds_count', '', 1],
      ['parley_turn_phase_seconds_count', 'phase="agent"', 2],
      ['parley_recognizer_final_seconds_count', 'recognizer=', 1],
      ['parley_synthesis_first_audio_seconds_count', 'synthesizer=', 2],
      ['parley_agent_reply_seconds_count', 'agent="receptionist"', 4],
      // At least two seconds of sound each way.
      ['parley_audio_frames_total', 'direction="in"', 100],
      ['parley_audio_frames_total', 'direction="out"', 100],
      ['parley_database_seconds_count', '', 5],
      ['parley_http_requests_total', 'route="open_conversation",status="201"', 2],
      ['nodejs_eventloop_lag_p99_seconds', '', 0],
      ['process_resident_memory_bytes', '', 1e6],
    ] as const) {
      expect(value(scrape, name, labels), `${name} ${labels}`).toBeGreaterThanOrEqual(least);
    }
    expect(value(scrape, 'parley_turns_total', 'modality="voice"')).toBe(1);
  });

  it('name no conversation, no address and nothing that was said', () => {
    for (const secret of [call.conversationId, chat.conversationId, 'haircut', '127.0.0.1', server.operatorKey]) {
      expect(secret).toBeDefined();
      expect(scrape).not.toContain(secret);
    }
  });

  it('are for those who may read them', async () => {
    const status = async (headers: Record<string, string>) =>
      (await fetch(`${server.url}/metrics`, { headers })).status;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: 'Bearer another-token-than-that' })).toBe(401);
    // It opens the records of one organization; these figures are of all.
    expect(await status({ authorization: `Bearer ${server.operatorKey}` })).toBe(403);
    expect(await status({ authorization: `Bearer ${token}` })).toBe(200);
    // And the token opens nothing else.
    const list = await fetch(`${server.url}/v1/conversations`, { headers: { authorization: `Bearer ${token}` } });
    expect(list.status).toBe(403);
  });

  it.each([
    ['?format=json', {}],
    ['', { accept: 'application/json' }],
  ])('come as JSON when asked for (%s)', async (query, headers) => {
    const response = await fetch(`${server.url}/metrics${query}`, {
      headers: { ...headers, authorization: `Bearer ${token}` },
    });
    const view = metricsViewSchema.parse(await response.json());
    expect(view.targetLatency).toBe(800);
    expect(view.performanceStats.activeTurns).toBe(0);
    expect(view.performanceStats.phaseBreakdown).toMatchObject({ agent: { count: expect.any(Number) } });
    expect(view.performanceStats.averageProcessingTime).toBeGreaterThan(0);
  });
});

describe('traces', () => {
  it('hold one call in one trace: its turns, and in them recognition, agent, synthesis and record', async () => {
    const traceId = traceIdOf(call.conversationId ?? '');
    const spans = () => collector.spans.filter((span) => span.traceId === traceId);
    const names = () => spans().map(({ name }) => name);
    await expect.poll(names, { timeout: 15_000 }).toContain('conversation');
    const root = one(spans(), 'conversation');
    expect(root.parentSpanId).toBeUndefined();
    expect(root.attributes.get('conversation.end_reason')).toBe('caller_left');
    const spoken = spans().find(({ name, attributes }) => name === 'turn' && attributes.get('turn.cause') === 'turn');
    expect(spoken?.parentSpanId).toBe(root.spanId);
    const inside = spans().filter(({ parentSpanId }) => parentSpanId === spoken?.spanId);
    expect(new Set(inside.map(({ name }) => name))).toEqual(new Set(['recognition', 'agent', 'synthesis', 'record']));
    const [recognition, agent] = [one(inside, 'recognition'), inside.find(({ name }) => name === 'agent')];
    expect(recognition.startedAtMs).toBe(spoken?.startedAtMs);
    expect(recognition.endedAtMs - recognition.startedAtMs).toBeGreaterThan(500);
    expect(agent?.attributes.get('agent.id')).toBe('receptionist');
    for (const span of inside) expect(span.endedAtMs).toBeGreaterThanOrEqual(span.startedAtMs);
    // Nothing that was said stands in them.
    expect(JSON.stringify(spans().map(({ attributes }) => [...attributes]))).not.toContain('haircut');
  });

  it('come with the headers and the name of the service that were set', () => {
    expect(collector.services).toEqual(new Set(['parley']));
    expect(collector.headers.every((headers) => headers['x-tenant'] === 'a b')).toBe(true);
  });

  it('go on with the trace of whoever asks, and its id stands in the error', async () => {
    const [traceId, spanId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
    const response = await fetch(`${server.url}/v1/conversations`, {
      headers: { traceparent: `00-${traceId}-${spanId}-01` },
    });
    expect(errorBodySchema.parse(await response.json()).trace_id).toBe(traceId);
    await expect
      .poll(() => collector.spans.find((span) => span.traceId === traceId), { timeout: 10_000 })
      .toMatchObject({ name: 'GET list_conversations', parentSpanId: spanId });
  });
});

const deploy = fileURLToPath(new URL('../../../../deploy/', import.meta.url));

describe('dashboards and alerts', () => {
  it('ask only for metrics and labels that a server tells', async () => {
    const expressions = [...(await dashboardExpressions()), ...(await alertExpressions())];
    expect(expressions.length).toBeGreaterThan(60);
    const wrong = expressions.flatMap(({ where, expression }) =>
      problemsOf(expression).map((problem) => `${where}: ${problem}`),
    );
    expect(wrong).toEqual([]);
  });

  it('are wrong when they ask for others', () => {
    expect(problemsOf('rate(parley_turns_total{colour="red"}[5m])')).toEqual([
      'parley_turns_total has no label colour',
    ]);
    expect(problemsOf('sum by (colour) (parley_turns_active)')).toEqual(['parley_turns_active has no label colour']);
    expect(problemsOf('parley_turns_ever')).toEqual(['there is no parley_turns_ever']);
    expect(problemsOf('parley_turns_total{cause="sneeze"}')).toEqual(['parley_turns_total has no cause sneeze']);
  });

  const promtool = '/usr/bin/promtool';
  it.skipIf(!existsSync(promtool))('alert when they should, by the word of Prometheus', () => {
    for (const command of [
      ['check', 'rules', 'alerts.yml'],
      ['test', 'rules', 'alerts.test.yml'],
      ['check', 'config', '--syntax-only', 'prometheus.yml'],
    ]) {
      const { status, stdout, stderr } = spawnSync(promtool, command, {
        cwd: `${deploy}prometheus`,
        encoding: 'utf8',
        timeout: 30_000,
      });
      expect(status, `${stdout}${stderr}`).toBe(0);
    }
  });
});

/** What Prometheus itself adds. */
const ownLabels = new Set(['job', 'instance']);
const ownMetrics = new Set(['up']);

function problemsOf(expression: string): string[] {
  return metricsIn(plain(expression)).flatMap(({ metric, matchers, groupedBy }) => {
    if (ownMetrics.has(metric)) return [];
    const family = metric.replace(/_(bucket|sum|count)$/, '');
    const isHistogram = scrape.includes(`# TYPE ${family} histogram\n`);
    if (!isHistogram && !scrape.includes(`# TYPE ${metric} `)) return [`there is no ${metric}`];
    const labels = labelsOf(isHistogram ? family : metric, isHistogram && metric.endsWith('_bucket'));
    const unknown = [...matchers.map(({ label }) => label), ...groupedBy].filter(
      (label) => !labels.has(label) && !ownLabels.has(label),
    );
    const values = matchers.flatMap(({ label, op, value: asked }) => {
      const known = labels.get(label);
      return op !== '=' || known === undefined || known.has(asked) ? [] : [`${metric} has no ${label} ${asked}`];
    });
    return [...unknown.map((label) => `${metric} has no label ${label}`), ...values];
  });
}

/** Labels with their values as far as they are bounded: of the scrape, and of the catalogue for what did not happen here. */
function labelsOf(family: string, isBucket: boolean): Map<string, ReadonlySet<string> | undefined> {
  const labels = new Map<string, ReadonlySet<string> | undefined>();
  for (const [, pairs = ''] of scrape.matchAll(new RegExp(`^${family}(?:_bucket|_sum|_count)?\\{(.*)\\} `, 'gm'))) {
    for (const [, label = ''] of pairs.matchAll(/(\w+)="/g)) labels.set(label, undefined);
  }
  const definition = definitions.get(family);
  for (const [label, listed] of Object.entries(definition?.labels ?? {})) {
    labels.set(label, 'most' in listed ? undefined : new Set(listed));
  }
  if (!isBucket) labels.delete('le');
  else labels.set('le', undefined);
  return labels;
}

const definitions = new Map<string, MetricDefinition>(Object.entries(metricCatalogue));

/** Grafana's variables stand for something of their kind. */
function plain(expression: string): string {
  return expression.replaceAll('$__rate_interval', '5m').replaceAll('$job', 'parley');
}

const dashboardSchema = z.object({
  title: z.string(),
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).min(1) })).min(1),
});

async function dashboardExpressions(): Promise<{ where: string; expression: string }[]> {
  const files = (await readdir(`${deploy}grafana`)).filter((file) => file.endsWith('.json'));
  expect(files.sort()).toEqual(['calls.json', 'latency.json', 'phone.json', 'platform.json', 'quality.json']);
  const boards = await Promise.all(
    files.map(async (file) => dashboardSchema.parse(JSON.parse(await readFile(`${deploy}grafana/${file}`, 'utf8')))),
  );
  return boards.flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      panel.targets.map(({ expr }) => ({ where: `${title}, ${panel.title}`, expression: expr })),
    ),
  );
}

const rulesSchema = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
});

async function alertExpressions(): Promise<{ where: string; expression: string }[]> {
  const rules = rulesSchema.parse(parse(await readFile(`${deploy}prometheus/alerts.yml`, 'utf8')));
  return rules.groups.flatMap((group) => group.rules.map(({ alert, expr }) => ({ where: alert, expression: expr })));
}

async function readMetrics(): Promise<string> {
  const response = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  expect(response.headers.get('content-type')).toContain('text/plain');
  return response.text();
}

/** The sum over all series of the name whose labels have the text in them. */
function value(text: string, name: string, labels: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.filter((line) => line.includes(labels)).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

function one(spans: readonly CollectedSpan[], name: string): CollectedSpan {
  const [span, ...more] = spans.filter((candidate) => candidate.name === name);
  if (span === undefined || more.length > 0) throw new Error(`There are ${more.length + 1} spans ${name}, not one`);
  return span;
}
