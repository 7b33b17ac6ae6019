import { randomUUID } from 'node:crypto';
import type { Route } from '@parley/contract/api/route.ts';
import { smallAgent } from '@parley/dialogue/testing/small-agent.ts';
import { z } from 'zod';
import { accessFixtures, type FixtureWorld } from './access-fixtures.ts';

/** A server in which everything that a route could be about can be made. */
export interface FuzzWorld extends FixtureWorld {
  /** As whoever has the token; undefined: nobody. @throws Error when it is refused */
  makeAs(token: string | undefined, method: string, path: string, body: unknown): Promise<unknown>;
  /** A key that may everything: not a person, so that nobody can sign it out. */
  readonly key: string;
  /** Somebody signed in, an admin. */
  readonly adminToken: () => string;
  /** The sound of a call that is over. */
  makeRecording(conversationId: string): Promise<string>;
}

/** A request that is granted: what a hostile one differs from in one thing. */
export interface Scene {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Who is granted it; undefined: nobody has to say who they are. */
  readonly token: string | undefined;
  /** Opens the conversation that it is about. */
  readonly callerToken?: string;
}

type MakeScene = (world: FuzzWorld) => Promise<Omit<Scene, 'token'> & { readonly token?: string | undefined }>;

/** Routes that cannot be taken here, and where they are: the list that a route has to be in that no request is granted of. */
export const neverTaken: Readonly<Record<string, string>> = {
  answer_webrtc_offer: 'Takes a peer that answers with sound: server.test.ts.',
  accept_handoff: 'Takes a caller who waits for a person: console-inbox.test.ts.',
  decline_handoff: 'Takes a caller who waits for a person: console-inbox.test.ts.',
  create_call: 'Takes a trunk, and somebody who is called: sip-calls.test.ts.',
  pause_recording: 'Takes a call under way: killed-call.test.ts and recordings.test.ts.',
  resume_recording: 'Takes a call under way: killed-call.test.ts and recordings.test.ts.',
};

/** One that the route is granted. @throws Error when something that it takes cannot be made */
export async function makeScene(route: Route, world: FuzzWorld): Promise<Scene> {
  const make: MakeScene = scenes[route.id] ?? accessFixtures[route.id] ?? (async () => ({}));
  const made = await make(world);
  return { ...made, token: 'token' in made ? made.token : ownerOf(route, world) };
}

function ownerOf({ access }: Route, { key, adminToken }: FuzzWorld): string | undefined {
  if (access.kind === 'public') return undefined;
  return access.kind === 'signed_in' ? adminToken() : key;
}

/** By route id, where a request without anything is not enough, and the fixture of the test of access is not granted either. */
const scenes: Readonly<Record<string, MakeScene>> = {
  start_conversation: async () => ({ body: { channel_type: 'api', caller_id: '+442079460958' } }),
  open_conversation: async () => ({ body: { channel_type: 'chat' } }),
  end_conversation: (world) => conversation(world, { reason: 'completed' }),
  get_bot_state: (world) => conversation(world),
  get_conversation: (world) => conversation(world),
  process_input: (world) =>
    conversation(world, { input_type: 'text', text: 'I want to book a haircut tomorrow at three' }),
  renew_conversation_token: (world) => conversation(world),
  update_conversation: (world) => conversation(world, { status: 'ended', rating: 5 }),
  pause_recording: (world) => conversation(world),
  answer_webrtc_offer: (world) => conversation(world, { sdp: 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n' }),
  list_conversations: async () => ({ query: { q: 'haircut', limit: '5' } }),
  parse_text: async () => ({ body: { text: 'I want to book a haircut tomorrow at three', language: 'en' } }),

  create_flow: async () => ({ body: { flow_name: randomUUID(), flow_definition: definition() } }),
  save_flow: async (world) => ({ params: await draft(world), body: { flow_definition: definition() } }),
  validate_flow: async (world) => ({ params: await draft(world) }),
  publish_flow: async (world) => ({ params: await draft(world), body: { traffic_percentage: 100, note: 'New.' } }),
  set_flow_traffic: async (world) => ({
    params: await publishedTwice(world),
    body: { version: 1, traffic_percentage: 100 },
  }),
  roll_back_flow: async (world) => ({ params: await publishedTwice(world), body: { version: 1 } }),

  create_integration: async () => ({ body: { name: `crm_${randomUUID().slice(0, 8)}`, ...integration } }),
  create_webhook: async (world) => {
    await forgetWebhooks(world);
    return { body: { url: 'https://hooks.invalid/parley', event_types: [] } };
  },

  synthesize: async () => ({ body: { text: 'We are open.', language: 'en-GB', format: 'mulaw_8000' } }),
  transcribe: async () => ({ query: { language: 'en-US' }, body: { audio_url: hum } }),
  detect_language: async () => ({ body: { text: 'Chúng tôi mở cửa lúc chín giờ', languages: ['vi-VN', 'en-GB'] } }),

  create_phone_number: async (world) => ({ body: { number: await freshNumber(world), label: 'Reception' } }),
  create_call: async () => ({ body: { to: '+353861234567', context: { name: 'Mary' }, machine_detection: 'hang_up' } }),
  record_call_event: async (world) => {
    const to = await freshNumber(world);
    await world.make('POST', '/v1/phone-numbers', { number: to });
    return { body: { type: 'ringing', call_id: randomUUID(), from: '+353861234567', to } };
  },

  create_privacy_export: async () => ({ body: { person: `${randomUUID()}@example.com` } }),
  create_privacy_erasure: async () => {
    const person = `${randomUUID()}@example.com`;
    return { body: { person, confirm: person } };
  },
  get_privacy_export_file: async (world) => {
    const { params } = await fixture('get_privacy_request', world);
    await until(async () => {
      const asked = await world.make('GET', `/v1/privacy/requests/${params.request_id}`, undefined);
      return read(asked, z.object({ status: z.string() })).status === 'done';
    });
    return { params };
  },

  get_recording: async (world) => ({ params: await recording(world) }),
  get_recording_audio: async (world) => ({ params: await recording(world), query: { channel: 'mix' } }),
  delete_recording: async (world) => ({ params: await recording(world) }),

  sign_in: async (world) => {
    const { email } = await person(world);
    return { body: { email, password } };
  },
  refresh_tokens: async (world) => ({ body: { refresh_token: (await person(world)).refresh_token } }),
  sign_out: async (world) => ({ body: { refresh_token: (await person(world)).refresh_token } }),
  request_password_reset: async (world) => ({ body: { email: (await person(world)).email } }),
  complete_password_reset: async (world) => {
    const { user_id: userId } = await person(world);
    const made = await world.make('POST', `/v1/users/${userId}/password-reset`, undefined);
    return { body: { token: tokenOf(made), new_password: nextPassword } };
  },
  accept_invitation: async (world) => ({ body: { token: (await invited(world)).token, password } }),
  change_password: async (world) => ({
    token: (await person(world)).access_token,
    body: { current_password: password, new_password: nextPassword },
  }),
  update_me: async (world) => ({ token: (await person(world)).access_token, body: { name: 'Renamed' } }),
  set_availability: async (world) => {
    const { user_id: userId, access_token: token } = await person(world);
    await world.make('PUT', `/v1/human-agents/${userId}`, { skill_tags: ['sales'] });
    return { token, body: { is_online: true } };
  },

  invite_user: async () => ({ body: { email: `${randomUUID()}@example.com`, name: 'Somebody', role: 'viewer' } }),
  update_user: async (world) => ({
    params: { user_id: (await person(world)).user_id },
    body: { name: 'Renamed', role: 'analyst', status: 'active' },
  }),
  reset_user_password: async (world) => ({ params: { user_id: (await person(world)).user_id } }),
  create_api_key: async () => ({ body: { name: 'Key', permissions: ['flows:read'] } }),
  create_organization: async () => ({
    body: { name: 'Another', admin: { email: `${randomUUID()}@example.com`, name: 'Boss' } },
  }),
  update_organization: async () => ({
    body: { settings: { redaction: { custom_patterns: [{ name: 'customer', pattern: 'C-\\d+' }] } } },
  }),
};

/** A tenth of a second on a telephone line. */
const hum = `data:audio/basic;base64,${Buffer.alloc(800, 0x55).toString('base64')}`;

const password = 'river otter lamp quilt';
const nextPassword = 'quiet harbour lantern seven';

const integration = {
  type: 'rest',
  base_url: 'https://crm.invalid',
  auth: { type: 'bearer', token: { secret: 'CRM_TOKEN' } },
  credentials: { CRM_TOKEN: 'very-secret-token' },
  endpoint_mappings: { operations: [{ name: 'read', description: 'Reads', method: 'GET', path: '/' }] },
  timeout_ms: 1000,
};

/** With slots, lists, intents, a form and a tool: much to be wrong in. */
export function definition(): unknown {
  return smallAgent();
}

/** Has the tool of that agent, which does not answer. */
export const toolIntegration = {
  name: 'book',
  type: 'rest',
  base_url: 'https://tables.invalid',
  endpoint_mappings: { operations: [{ name: 'table', description: 'Books', method: 'POST', path: '/' }] },
  timeout_ms: 200,
};

function read<Schema extends z.ZodType>(answer: unknown, schema: Schema): z.output<Schema> {
  return schema.parse(answer);
}

/** As the test of access makes it. */
async function fixture(
  routeId: string,
  world: FuzzWorld,
): Promise<{ readonly params: Readonly<Record<string, string>> }> {
  const make = accessFixtures[routeId];
  if (make === undefined) throw new Error(`There is no fixture of ${routeId} in access-fixtures.ts.`);
  return make(world);
}

async function conversation({ make }: FuzzWorld, body?: unknown) {
  const started = await make('POST', '/v1/conversations/start', { channel_type: 'api' });
  const { session_id: id, token } = read(started, z.object({ session_id: z.string(), token: z.string() }));
  return { params: { conversation_id: id }, callerToken: token, ...(body !== undefined && { body }) };
}

async function recording(world: FuzzWorld) {
  const { params } = await conversation(world);
  return { recording_id: await world.makeRecording(params.conversation_id) };
}

const flowSchema = z.object({ flow_id: z.string() });

async function draft({ make }: FuzzWorld) {
  const { flow_id } = read(
    await make('POST', '/v1/flows', { flow_name: randomUUID(), flow_definition: definition() }),
    flowSchema,
  );
  return { flow_id };
}

async function publishedTwice(world: FuzzWorld) {
  const { params } = await fixture('get_flow_version', world);
  await world.make('POST', `/v1/flows/${params.flow_id}/publish`, {});
  return params;
}

/** An organization has few. */
async function forgetWebhooks({ pool, organizationId }: FuzzWorld): Promise<void> {
  await pool.query('delete from webhooks where organization_id = $1', [organizationId]);
}

/** Those of a minute ago are away again: an organization has a thousand. */
async function freshNumber({ pool, organizationId }: FuzzWorld): Promise<string> {
  await pool.query(
    "delete from phone_numbers where organization_id = $1 and created_at < now() - interval '1 minute'",
    [organizationId],
  );
  return `extension-${randomUUID()}`;
}

function tokenOf(answer: unknown): string {
  return read(answer, z.object({ url: z.string() })).url.split('=')[1] ?? '';
}

async function invited({ make }: FuzzWorld) {
  const email = `${randomUUID()}@example.com`;
  const made = await make('POST', '/v1/users/invitations', { email, name: 'Somebody', role: 'agent' });
  return { email, token: tokenOf(made) };
}

const signedInSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  user: z.object({ user_id: z.string() }),
});

/** Somebody who has accepted their invitation, and signed in. */
async function person(world: FuzzWorld) {
  const { email, token } = await invited(world);
  await world.makeAs(undefined, 'POST', '/v1/auth/invitations/accept', { token, password });
  const answer = await world.makeAs(undefined, 'POST', '/v1/auth/sign-in', { email, password });
  const { user, ...tokens } = read(answer, signedInSchema);
  return { email, user_id: user.user_id, ...tokens };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 20_000;
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) throw new Error('It did not come to be within 20 s.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
