import { ApiError } from '@parley/client/api-error.ts';
import { createClient, type ParleyClient } from '@parley/client/create-client.ts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestDatabaseUrl, databaseKinds } from '../testing/databases.ts';
import { type ServerProcess, startServerProcess, typedOnly } from '../testing/server-process.ts';

const admin = { email: 'owner@example.com', password: 'correct horse battery staple 9' };
const caller = '+442079460958';

/** The generated client against a server as it is started by its people, on either database. */
describe.each(databaseKinds)('from signing in to an export, with %s', (kind) => {
  let server: ServerProcess;
  let database: Awaited<ReturnType<typeof createTestDatabaseUrl>> | undefined;
  let team: ParleyClient;
  let session: { access: string; refresh: string };

  beforeAll(async () => {
    database = kind === 'postgres' ? await createTestDatabaseUrl() : undefined;
    server = await startServerProcess({
      env: {
        ...typedOnly,
        PARLEY_ADMIN_EMAIL: admin.email,
        PARLEY_ADMIN_PASSWORD: admin.password,
        ...(database !== undefined && { DATABASE_URL: database.url }),
      },
    });
    const signedIn = await createClient({ baseUrl: server.url }).signIn({ body: admin });
    if (signedIn.transport !== 'bearer') throw new Error('The tokens come in the body unless asked for otherwise.');
    session = { access: signedIn.access_token, refresh: signedIn.refresh_token };
    team = createClient({
      baseUrl: server.url,
      token: () => session.access,
      renewToken: async () => {
        const next = await createClient({ baseUrl: server.url }).refreshTokens({
          body: { refresh_token: session.refresh },
        });
        if (next.transport !== 'bearer') return undefined;
        session = { access: next.access_token, refresh: next.refresh_token };
        return session.access;
      },
    });
  });

  afterAll(async () => {
    await server?.stop();
    await database?.remove();
  });

  test('a program books for a caller, and the team finds, corrects and exports what was said', async () => {
    expect(await team.getMe()).toMatchObject({ email: admin.email, role: 'admin' });
    const { key } = await team.createApiKey({
      body: { name: 'kiosk', permissions: ['conversations:write', 'conversations:read'] },
    });
    const kiosk = createClient({ baseUrl: server.url, token: key });
    await expect(kiosk.listUsers()).rejects.toMatchObject({ status: 403, code: 'forbidden' });

    const started = await kiosk.startConversation({
      body: { channel_type: 'api', caller_id: caller, time_zone: 'Europe/London' },
    });
    expect(started.initial_message).toMatch(/\w/);
    const conversation_id = started.session_id;
    const say = (text: string) => kiosk.processInput({ conversation_id, body: { input_type: 'text', text } });
    const first = await say('I would like to book a haircut');
    expect(first.nlu?.intent?.name).toBe('book');
    expect(first.response.text).toMatch(/when|day|time/i);
    const next = await say('Friday at three');
    expect(next.turn_number).toBeGreaterThan(first.turn_number);
    await say('My name is Anna Smith, my number is 020 7946 0958');
    const done = await kiosk.endConversation({
      conversation_id,
      body: { reason: 'completed', user_feedback: { satisfaction_score: 5 } },
    });
    expect(done.turn_count).toBeGreaterThanOrEqual(3);
    await expect(say('hello?')).rejects.toMatchObject({ status: 404 });

    const { conversations } = await team.listConversations({ q: 'haircut' });
    expect(conversations.map(({ conversation_id: id }) => id)).toContain(conversation_id);
    const record = await team.getConversation({ conversation_id });
    expect(record.turns.map(({ user }) => user?.text).join(' ')).toContain('Friday at three');
    await team.annotateTurn({
      conversation_id,
      turn_number: first.turn_number,
      body: { is_correct_intent: true, annotation_notes: 'as it should be' },
    });

    const request = await team.createPrivacyExport({ body: { person: caller } });
    await vi.waitFor(
      async () => expect((await team.getPrivacyRequest({ request_id: request.request_id })).status).toBe('done'),
      { timeout: 20_000, interval: 200 },
    );
    const file = await team.getPrivacyExportFile({ request_id: request.request_id });
    const text = await file.text();
    expect(text).toContain('haircut');
    expect(text).toContain(conversation_id);

    const { audit_logs: log } = await team.listAuditLogs();
    expect(log.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['api_keys:write', 'conversations:annotate', 'privacy:export']),
    );
    expect(JSON.stringify(log)).not.toContain(key);
  });

  test('a team draws an agent, publishes it, and a page talks with it at once', async () => {
    const flow = await team.createFlow({
      body: {
        flow_name: 'Greeter',
        flow_definition: {
          format: 1,
          id: 'greeter',
          name: 'Greeter',
          languages: ['en'],
          slots: {},
          lists: {},
          facts: {},
          wordings: {},
          intents: {},
          flows: {
            main: {
              nodes: {
                start: { type: 'start', next: 'hello' },
                hello: { type: 'say', text: { en: 'Drawn and published.' }, next: 'end' },
                end: { type: 'end' },
              },
            },
          },
        },
      },
    });
    await team.publishFlow({ flow_id: flow.flow_id, ifMatch: `"${flow.revision}"` });
    const started = await team.startConversation({ body: { channel_type: 'chat', flow_id: flow.flow_id } });
    expect(started.initial_message).toContain('Drawn and published.');
    const { agents } = await team.listAgents();
    expect(agents.map(({ id }) => id)).toContain(flow.flow_id);
    const anonymous = createClient({ baseUrl: server.url });
    expect((await anonymous.openConversation({ body: { agent_id: flow.flow_id } })).agent.name).toBe('Greeter');
  });

  test('tokens are renewed once, and a stolen old one ends the session', async () => {
    const before = session.refresh;
    session = { ...session, access: `${session.access.slice(0, -4)}aaaa` };
    expect((await team.getMe()).email).toBe(admin.email);
    expect(session.refresh).not.toBe(before);
    // Somebody else comes with the token that was used; well after the moment in which two tabs may refresh at once.
    await expect(
      createClient({ baseUrl: server.url }).refreshTokens({ body: { refresh_token: 'not-one-of-ours' } }),
    ).rejects.toBeInstanceOf(ApiError);
  });
});
