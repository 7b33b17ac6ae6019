import { createServer, type Server } from 'node:http';
import type { ParleyClient } from '@parley/client/create-client.ts';
import type { AgentOutput, AgentRequest } from '@parley/engine/ports/agent.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createConnectionGuard } from '../edge/outgoing-hosts.ts';
import { type ApiServer, startApiServer } from '../testing/api-server.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { createTestSealer } from '../testing/sealer.ts';
import { createFlows, type Flows } from './create-flows.ts';

const ours = crypto.randomUUID();
const theirs = crypto.randomUUID();

describe.each(databaseKinds)('flows in %s', (kind) => {
  let stored: TestDatabase;
  let flows: Flows;
  let api: ApiServer;
  let crm: { readonly url: string; readonly seen: string[]; readonly server: Server };
  let we: ParleyClient;
  let they: ParleyClient;

  beforeAll(async () => {
    stored = await openTestDatabase(kind);
    for (const id of [ours, theirs]) {
      await stored.pool.query('insert into organizations (organization_id, name) values ($1, $2)', [id, 'A shop']);
    }
    crm = await startCrm();
    const sealer = await createTestSealer(stored.database);
    flows = createFlows({
      database: stored.database,
      sealer,
      agents: new Map(),
      defaultAgentId: 'receptionist',
      flowParts: {},
      understanding: {},
      guard: createConnectionGuard(['127.0.0.0/8'], [443]),
      onIntegrationCall: () => {},
      onError: () => {},
    });
    api = await startApiServer(flows.routes, { database: stored.database, sealer });
    we = api.as(ours);
    they = api.as(theirs);
  });

  afterAll(async () => {
    await api?.close();
    await flows?.close();
    crm?.server.close();
    await stored?.close();
  });

  test('a draft is kept whatever is wrong with it, and is not published before that is mended', async () => {
    const flow = await we.createFlow({ body: { flow_name: 'Wrong', flow_definition: { start: 'nowhere' } } });
    expect(flow).toMatchObject({ flow_name: 'Wrong', is_active: false, version: null, revision: 1 });
    const { is_valid, problems } = await we.validateFlow(flow);
    expect(is_valid).toBe(false);
    expect(problems.length).toBeGreaterThan(0);
    await expect(we.publishFlow({ ...flow, ifMatch: '"1"' })).rejects.toMatchObject({
      status: 422,
      code: 'flow_invalid',
    });
    await expect(
      flows.directory.choose({ organizationId: ours, flowId: flow.flow_id, callerKey: 'ann' }),
    ).rejects.toMatchObject({ code: 'flow_not_published' });
  });

  test('of two who change the draft at once the second is told, and neither is lost', async () => {
    const { flow_id } = await we.createFlow({ body: { flow_name: 'Shared', flow_definition: { a: 1 } } });
    const etag = await etagOf((onHeaders) => we.getFlow({ flow_id }, { onHeaders }));
    await we.saveFlow({ flow_id, ifMatch: etag, body: { flow_definition: { a: 2 } } });
    await expect(we.saveFlow({ flow_id, ifMatch: etag, body: { flow_definition: { a: 3 } } })).rejects.toMatchObject({
      status: 412,
    });
    expect((await we.getFlow({ flow_id })).flow_definition).toEqual({ a: 2 });
    await expect(we.createFlow({ body: { flow_name: 'Shared' } })).rejects.toMatchObject({ code: 'name_taken' });
  });

  test('a published flow talks, with the outside systems of its organization', async () => {
    const integration = await we.createIntegration({
      body: {
        name: 'crm',
        type: 'rest',
        base_url: crm.url,
        auth: { type: 'bearer', token: { secret: 'CRM_TOKEN' } },
        credentials: { CRM_TOKEN: 'very-secret-token' },
        endpoint_mappings: {
          operations: [{ name: 'open_hours', description: 'When we are open', method: 'GET', path: '/hours' }],
        },
      },
    });
    expect(integration).toMatchObject({ tools: ['crm_open_hours'], credential_names: ['CRM_TOKEN'] });
    const shown = JSON.stringify([integration, await we.getIntegration(integration), await we.listIntegrations()]);
    expect(shown).not.toContain('very-secret-token');
    const { rows } = await stored.pool.query('select integration_configs::text as row from integration_configs');
    expect(JSON.stringify(rows)).not.toContain('very-secret-token');

    const flow = await we.createFlow({ body: { flow_name: 'Hours', flow_definition: hoursAgent('We are open: ') } });
    const published = await we.publishFlow({ ...flow, ifMatch: '"1"', body: { note: 'the first' } });
    expect(published).toMatchObject({ version: 1, is_active: true, traffic: { stable_version: 1 } });
    const version = await flows.directory.choose({ organizationId: ours, flowId: flow.flow_id, callerKey: 'ann' });
    const { agent } = await flows.directory.agent(version);
    expect(await say(agent.respond(request(), AbortSignal.timeout(10_000)))).toContain('We are open: nine to five');
    expect(crm.seen).toContain('GET /hours Bearer very-secret-token');

    const parsed = await we.parseText({ body: { text: 'when are you open', context: { flow_id: flow.flow_id } } });
    expect(parsed.intent.name).toBe('hours');
    const feeling = await we.parseText({
      body: { text: 'that is great, call me on +442079460958', context: { flow_id: flow.flow_id } },
    });
    expect(feeling.sentiment.label).toBe('positive');
    expect(feeling.entities).toContainEqual(
      expect.objectContaining({ entity_type: 'phone', value: '+442079460958', start_char: 26 }),
    );
  });

  test('a new version is tried on a share, and taken back in one step; conversations end with what they began with', async () => {
    const flow = await we.createFlow({ body: { flow_name: 'Trial', flow_definition: plainAgent('one') } });
    await we.publishFlow({ ...flow, ifMatch: '*' });
    const before = await flows.directory.choose({ organizationId: ours, flowId: flow.flow_id, callerKey: 'ann' });
    await we.saveFlow({ ...flow, ifMatch: '*', body: { flow_definition: plainAgent('two') } });
    const trial = await we.publishFlow({ ...flow, ifMatch: '*', body: { traffic_percentage: 50 } });
    expect(trial.traffic).toEqual({ stable_version: 1, candidate: { version: 2, traffic_percentage: 50 } });
    const shares = await Promise.all(
      Array.from({ length: 40 }, (_, caller) =>
        flows.directory.choose({ organizationId: ours, flowId: flow.flow_id, callerKey: `caller ${caller}` }),
      ),
    );
    expect(new Set(shares.map(({ version }) => version))).toEqual(new Set([1, 2]));
    await we.setFlowTraffic({ ...flow, body: { version: 2, traffic_percentage: 100 } });
    expect(await we.rollBackFlow(flow)).toEqual({ stable_version: 1, candidate: null });
    const { agent } = await flows.directory.agent(before);
    expect(await say(agent.respond(request(), AbortSignal.timeout(10_000)))).toContain('one');
    const { versions } = await we.listFlowVersions(flow);
    expect(versions.map(({ version }) => version)).toEqual([2, 1]);
    await we.archiveFlow(flow);
    await expect(we.getFlow(flow)).rejects.toMatchObject({ status: 404 });
    const still = await flows.directory.agent(before);
    expect(await say(still.agent.respond(request(), AbortSignal.timeout(10_000)))).toContain('one');
  });

  test('none of it is another organization’s', async () => {
    const flow = await we.createFlow({ body: { flow_name: 'Ours', flow_definition: plainAgent('ours') } });
    await we.publishFlow({ ...flow, ifMatch: '*' });
    for (const foreign of [
      () => they.getFlow(flow),
      () => they.saveFlow({ ...flow, ifMatch: '*', body: { flow_definition: {} } }),
      () => they.publishFlow({ ...flow, ifMatch: '*' }),
      () => they.getFlowVersion({ ...flow, version: 1 }),
      () => they.rollBackFlow(flow),
      () => they.archiveFlow(flow),
      () => they.parseText({ body: { text: 'hello', context: { flow_id: flow.flow_id } } }),
    ]) {
      await expect(foreign()).rejects.toMatchObject({ status: 404 });
    }
    expect((await they.listFlows()).flows).toEqual([]);
    expect((await they.listIntegrations()).integrations).toEqual([]);
  });

  test('whoever reaches into private networks is not the organization but the server’s own people', async () => {
    const body = {
      name: 'metadata',
      type: 'rest' as const,
      base_url: 'http://169.254.169.254',
      endpoint_mappings: {
        allowPrivateAddresses: true,
        operations: [{ name: 'read', description: 'Reads', method: 'GET', path: '/latest/meta-data' }],
      },
    };
    const made = await we.createIntegration({ body });
    const flow = await we.createFlow({
      body: { flow_name: 'Curious', flow_definition: hoursAgent('It says ', 'metadata_read') },
    });
    await we.publishFlow({ ...flow, ifMatch: '*' });
    const version = await flows.directory.choose({ organizationId: ours, flowId: flow.flow_id, callerKey: 'ann' });
    const { agent } = await flows.directory.agent(version);
    expect(await say(agent.respond(request(), AbortSignal.timeout(10_000)))).toContain('Sorry');
    await we.deleteIntegration(made);
  });

  test('pages through flows, newest first', async () => {
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await we.listFlows({ limit: 2, ...(cursor !== undefined && { cursor }) });
      names.push(...page.flows.map(({ flow_name }) => flow_name));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(names).toEqual(['Curious', 'Ours', 'Hours', 'Shared', 'Wrong']);
    await expect(we.listFlows({ cursor: 'nonsense' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('who changed what is in the audit log, without secrets', async () => {
    const { rows } = await stored.pool.query(
      'select action, resource_type, after::text as after from audit_logs where organization_id = $1 order by audit_id',
      [ours],
    );
    expect(new Set(rows.map(({ action }) => action))).toEqual(
      new Set(['flows:write', 'flows:publish', 'integrations:write']),
    );
    expect(JSON.stringify(rows)).not.toContain('very-secret-token');
  });
});

/** The `ETag` of an answer. */
async function etagOf(call: (onHeaders: (headers: Headers) => void) => Promise<unknown>): Promise<string> {
  let etag = '';
  await call((headers) => {
    etag = headers.get('etag') ?? '';
  });
  return etag;
}

/** An outside system that knows the opening hours. */
async function startCrm(): Promise<{ url: string; seen: string[]; server: Server }> {
  const seen: string[] = [];
  const server = createServer((incoming, response) => {
    seen.push(`${incoming.method} ${incoming.url} ${incoming.headers.authorization}`);
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ text: 'nine to five' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    seen,
    server,
  };
}

function request(): AgentRequest {
  return {
    conversationId: crypto.randomUUID(),
    cue: { type: 'greet' },
    memory: undefined,
    history: [],
    language: 'en-US',
    nowEpochMs: Date.now(),
    timeZone: 'UTC',
    commit: async () => {},
  };
}

async function say(outputs: AsyncIterable<AgentOutput>): Promise<string> {
  let text = '';
  for await (const output of outputs) if (output.type === 'say') text += output.text;
  return text;
}

const basics = {
  format: 1,
  id: 'hours',
  name: 'Opening hours',
  languages: ['en'],
  slots: {},
  lists: {},
  facts: {},
  wordings: {},
};

function plainAgent(text: string): Record<string, never> {
  return JSON.parse(
    JSON.stringify({
      ...basics,
      intents: {},
      flows: {
        main: {
          nodes: {
            start: { type: 'start', next: 'hello' },
            hello: { type: 'say', text: { en: text }, next: 'end' },
            end: { type: 'end' },
          },
        },
      },
    }),
  );
}

function hoursAgent(text: string, tool = 'crm_open_hours'): Record<string, never> {
  return JSON.parse(
    JSON.stringify({
      ...basics,
      slots: { phone: { type: 'phone' } },
      intents: {
        hours: { flow: 'main', examples: { en: ['when are you open', 'opening hours', 'what time do you open'] } },
        thanks: { flow: 'main', examples: { en: ['thank you very much', 'thanks a lot', 'that was helpful'] } },
      },
      flows: {
        main: {
          nodes: {
            start: { type: 'start', next: 'ask' },
            ask: { type: 'call', tool, input: {}, result: 'hours', next: 'tell', failed: 'sorry' },
            tell: { type: 'say', text: { en: `${text}{{ results.hours.text }}` }, next: 'end' },
            sorry: { type: 'say', text: { en: 'Sorry.' }, next: 'end' },
            end: { type: 'end' },
          },
        },
      },
    }),
  );
}
