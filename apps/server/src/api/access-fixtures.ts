import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { z } from 'zod';

/** An organization in which things can be made, through the API as its admin and, where there is no other way, in the database. */
export interface FixtureWorld {
  readonly organizationId: string;
  readonly pool: Pool;
  /** As the admin. @throws Error when it is refused */
  make(method: string, path: string, body: unknown): Promise<unknown>;
}

/** Something that a route is about: what stands in its path, and a body with which the owner's request gets as far as to it. */
export interface Fixture {
  readonly params: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** What everybody is told whose conversation is not being recorded right now, whether it is theirs or there at all. */
  readonly sameForAll?: string;
  /** Everybody has one of their own under the name in the path: a list in which A's is to stay as it was. */
  readonly eachTheirOwn?: string;
}

type MakeFixture = (world: FixtureWorld) => Promise<Fixture>;

/**
 * By route id: makes one of what the route is about. Every route with names in its path stands here, so that the test can prove that
 * another organization does not find it.
 */
export const accessFixtures: Readonly<Record<string, MakeFixture>> = {
  answer_webrtc_offer: withBody(conversation, { sdp: 'v=0' }),
  end_conversation: conversation,
  get_bot_state: conversation,
  get_conversation: conversation,
  pause_recording: conversationWithoutRecording,
  process_input: withBody(conversation, { input_type: 'text', text: 'hello' }),
  renew_conversation_token: conversation,
  resume_recording: conversationWithoutRecording,
  update_conversation: withBody(conversation, { status: 'ended', rating: 5 }),
  annotate_turn: withBody(turn, { annotation_notes: 'seen' }),

  archive_flow: flow,
  get_flow: flow,
  get_flow_version: publishedFlow,
  list_flow_versions: flow,
  publish_flow: withBody(flow, {}),
  roll_back_flow: withBody(publishedFlow, { version: 1 }),
  save_flow: withBody(flow, { flow_definition: {} }),
  set_flow_traffic: withBody(publishedFlow, { version: 1, traffic_percentage: 100 }),
  validate_flow: flow,

  delete_integration: integration,
  get_integration: integration,
  update_integration: withBody(integration, {
    type: 'rest',
    base_url: 'https://crm.invalid',
    endpoint_mappings: { operations: [{ name: 'read', description: 'Reads', method: 'GET', path: '/' }] },
  }),

  delete_provider_account: providerAccount,
  put_provider_account: async () => ({
    params: { provider: 'elevenlabs' },
    body: { account: { apiKey: 'key-of-another-organization' } },
    eachTheirOwn: '/v1/providers',
  }),

  delete_phone_number: phoneNumber,
  get_phone_number: phoneNumber,
  update_phone_number: withBody(phoneNumber, { label: 'Changed' }),
  accept_handoff: waitingNowhere({ sdp: 'v=0' }),
  decline_handoff: waitingNowhere(),
  get_call: phoneCall,
  hang_up_call: phoneCall,

  get_privacy_export_file: privacyExport,
  get_privacy_request: privacyExport,

  delete_recording: recording,
  get_recording: recording,
  get_recording_audio: recording,

  delete_human_agent: humanAgent,
  put_human_agent: withBody(user, { skill_tags: [] }),
  delete_user: user,
  get_user: user,
  reset_user_password: user,
  update_user: withBody(user, { name: 'Renamed' }),

  revoke_api_key: apiKey,

  delete_webhook: webhook,
  get_webhook: webhook,
  list_webhook_deliveries: webhook,
  rotate_webhook_secret: webhook,
  test_webhook: webhook,
  update_webhook: withBody(webhook, { description: 'Changed' }),
  get_webhook_delivery: delivery,
  replay_webhook_delivery: delivery,
};

function withBody(make: MakeFixture, body: unknown): MakeFixture {
  return async (world) => ({ ...(await make(world)), body });
}

/** The field of an answer that names what was made. */
function idOf(answer: unknown, ...path: readonly string[]): string {
  let at: unknown = answer;
  for (const name of path) at = z.looseObject({}).parse(at)[name];
  return z.union([z.string(), z.number()]).parse(at).toString();
}

async function conversation({ make }: FixtureWorld): Promise<Fixture> {
  const started = await make('POST', '/v1/conversations/start', { channel_type: 'api' });
  return { params: { conversation_id: idOf(started, 'session_id') } };
}

/** A recording goes on only during a call; which organization may pause one is proved beside the recordings. */
async function conversationWithoutRecording(world: FixtureWorld): Promise<Fixture> {
  return { ...(await conversation(world)), sameForAll: 'recording_not_live' };
}

async function turn(world: FixtureWorld): Promise<Fixture> {
  const { params } = await conversation(world);
  const path = `/v1/conversations/${params.conversation_id}/process`;
  const said = await world.make('POST', path, { input_type: 'text', text: 'hello' });
  return { params: { ...params, turn_number: idOf(said, 'turn_number') } };
}

async function flow({ make }: FixtureWorld): Promise<Fixture> {
  return { params: { flow_id: idOf(await make('POST', '/v1/flows', { flow_name: randomUUID() }), 'flow_id') } };
}

async function publishedFlow({ make }: FixtureWorld): Promise<Fixture> {
  const body = { flow_name: randomUUID(), flow_definition: smallestAgent };
  const flowId = idOf(await make('POST', '/v1/flows', body), 'flow_id');
  await make('POST', `/v1/flows/${flowId}/publish`, {});
  return { params: { flow_id: flowId, version: '1' } };
}

const smallestAgent = {
  format: 1,
  id: 'smallest',
  name: 'Smallest',
  languages: ['en'],
  intents: {},
  flows: {
    main: {
      nodes: {
        start: { type: 'start', next: 'hello' },
        hello: { type: 'say', text: { en: 'Hello.' }, next: 'end' },
        end: { type: 'end' },
      },
    },
  },
};

async function integration({ make }: FixtureWorld): Promise<Fixture> {
  const made = await make('POST', '/v1/integrations', {
    name: `crm_${randomUUID().slice(0, 8)}`,
    type: 'rest',
    base_url: 'https://crm.invalid',
    endpoint_mappings: { operations: [{ name: 'read', description: 'Reads', method: 'GET', path: '/' }] },
  });
  return { params: { integration_id: idOf(made, 'integration_id') } };
}

async function providerAccount({ make }: FixtureWorld): Promise<Fixture> {
  await make('PUT', '/v1/providers/deepgram/account', { account: { apiKey: 'key-of-this-organization' } });
  return { params: { provider: 'deepgram' } };
}

/** A call would have to be made to have a real one; its sound is not asked for here. */
async function recording(world: FixtureWorld): Promise<Fixture> {
  const { params } = await conversation(world);
  const recordingId = randomUUID();
  await world.pool.query(
    `insert into recordings (recording_id, organization_id, session_id, url, status, started_at, sample_rate_hz, sealed_key)
     values ($1, $2, $3, 'disk:none', 'complete', now(), 16000, 'none')`,
    [recordingId, world.organizationId, params.conversation_id],
  );
  return { params: { recording_id: recordingId } };
}

async function phoneNumber({ make }: FixtureWorld): Promise<Fixture> {
  const made = await make('POST', '/v1/phone-numbers', { number: `extension-${randomUUID()}` });
  return { params: { phone_number_id: idOf(made, 'phone_number_id') } };
}

/** One that is over: a telephone would have to call to have another. */
/** Callers wait in the memory of the server that carries their call: that others do not find them, `inbox.test.ts` proves. */
function waitingNowhere(body?: unknown): MakeFixture {
  return async () => ({
    params: { handoff_id: randomUUID() },
    sameForAll: 'not_found',
    ...(body !== undefined && { body }),
  });
}

async function phoneCall(world: FixtureWorld): Promise<Fixture> {
  const { params } = await conversation(world);
  const callId = randomUUID();
  await world.pool.query(
    `insert into calls (call_id, organization_id, session_id, direction, channel, from_number, to_number, status, ended_at)
     values ($1, $2, $3, 'inbound', 'sip', '+353861234567', 'reception', 'completed', now())`,
    [callId, world.organizationId, params.conversation_id],
  );
  return { params: { call_id: callId } };
}

async function privacyExport({ make }: FixtureWorld): Promise<Fixture> {
  const made = await make('POST', '/v1/privacy/exports', { person: `${randomUUID()}@example.com` });
  return { params: { request_id: idOf(made, 'request_id') } };
}

async function user({ make }: FixtureWorld): Promise<Fixture> {
  const email = `${randomUUID()}@example.com`;
  const made = await make('POST', '/v1/users/invitations', { email, name: 'Somebody', role: 'viewer' });
  return { params: { user_id: idOf(made, 'user', 'user_id') } };
}

async function humanAgent(world: FixtureWorld): Promise<Fixture> {
  const { params } = await user(world);
  await world.make('PUT', `/v1/human-agents/${params.user_id}`, { skill_tags: [] });
  return { params };
}

async function apiKey({ make }: FixtureWorld): Promise<Fixture> {
  const made = await make('POST', '/v1/api-keys', { name: 'Key', permissions: [] });
  return { params: { api_key_id: idOf(made, 'api_key', 'api_key_id') } };
}

/** A fresh one each time, away again at the end: an organization has few. */
async function webhook({ make, pool, organizationId }: FixtureWorld): Promise<Fixture> {
  await pool.query('delete from webhooks where organization_id = $1', [organizationId]);
  const made = await make('POST', '/v1/webhooks', { url: 'https://hooks.invalid/parley' });
  return { params: { webhook_id: idOf(made, 'webhook_id') } };
}

async function delivery(world: FixtureWorld): Promise<Fixture> {
  const { params } = await webhook(world);
  const made = await world.make('POST', `/v1/webhooks/${params.webhook_id}/test`, undefined);
  return { params: { ...params, delivery_id: idOf(made, 'delivery_id') } };
}
