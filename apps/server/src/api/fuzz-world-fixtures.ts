import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { permissions } from '@parley/contract/api/permissions.ts';
import { FRAME_MS, FRAME_SAMPLES } from '@parley/engine/ports/audio.ts';
import { z } from 'zod';
import { createDataKeyStore } from '../privacy/data-key-store.ts';
import { createEnvelopeSealer } from '../privacy/envelope-sealer.ts';
import { openKeyRing } from '../privacy/key-ring.ts';
import { createLocalMasterKey } from '../privacy/master-key.ts';
import { createDiskBlobStore } from '../recordings/disk-blob-store.ts';
import { makeRecording, makingDefaults } from '../recordings/make-recording.ts';
import { createRecordingsRepository } from '../recordings/recordings-repository.ts';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import { databaseUrl, openTestDatabase } from '../testing/databases.ts';
import { startServerProcess } from '../testing/server-process.ts';
import { type FuzzWorld, toolIntegration } from './fuzz-scene-fixtures.ts';

/** A server with everybody who may ask it something. */
export interface OpenFuzzWorld extends FuzzWorld {
  readonly url: string;
  /** Somebody who may only look. */
  readonly viewerToken: string;
  /** The admin of another organization. */
  readonly otherAdminToken: string;
  /** Opens a conversation of that other organization's own server, and no other. */
  readonly otherCallerToken: string;
  /** Ids of those who ask, and of what they ask by: not to be asked away. */
  readonly own: ReadonlySet<string>;
  /** Takes back the limits that were set for whole organizations. */
  liftLimits(): Promise<void>;
  /** Signs in anew where the admin is signed in no more, and takes back all that was set for whole organizations. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}

const email = 'admin@fuzz.example';
const password = 'correct horse battery staple 7';

/** Starts it. Takes some seconds. */
export async function openFuzzWorld(): Promise<OpenFuzzWorld> {
  const stored = await openTestDatabase('embedded');
  const masterKey = randomBytes(32);
  const server = await startServerProcess({
    env: {
      DATABASE_URL: databaseUrl(stored.connection),
      PARLEY_MASTER_KEY: masterKey.toString('base64'),
      PARLEY_ADMIN_EMAIL: email,
      PARLEY_ADMIN_PASSWORD: password,
      MAX_CONVERSATIONS: '10000',
      MAX_CALLS_PER_ORGANIZATION: '10000',
      // Who guesses from one address has to wait: each request comes from another.
      TRUSTED_PROXIES: '127.0.0.1, ::1',
      LOG_LEVEL: 'silent',
    },
  }).catch(async (error: unknown) => {
    await stored.close();
    throw error;
  });
  const { url } = server;

  const makeAs: FuzzWorld['makeAs'] = async (token, method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        'x-forwarded-for': anyAddress(),
        'if-match': '*',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const signIn = async (name: string, secret: string) =>
    signedInSchema.parse(await makeAs(undefined, 'POST', '/v1/auth/sign-in', { email: name, password: secret }));
  const accept = async (name: string, link: string) => {
    await makeAs(undefined, 'POST', '/v1/auth/invitations/accept', { token: link.split('=')[1], password });
    return signIn(name, password);
  };

  let admin = await signIn(email, password);
  const viewer = { email: 'viewer@fuzz.example', name: 'Viewer', role: 'viewer' };
  const invited = await makeAs(admin.access_token, 'POST', '/v1/users/invitations', viewer);
  const viewing = await accept(viewer.email, linkSchema.parse(invited).url);
  const boss = { email: 'boss@other.example', name: 'Boss' };
  const other = await makeAs(admin.access_token, 'POST', '/v1/organizations', { name: 'Other', admin: boss });
  const otherAdmin = await accept(boss.email, otherSchema.parse(other).invitation_url);
  const called = await makeAs(otherAdmin.access_token, 'POST', '/v1/conversations/start', { channel_type: 'api' });
  const all = { name: 'Fuzz', permissions: Object.keys(permissions) };
  const { key, api_key: keyRow } = keySchema.parse(await makeAs(admin.access_token, 'POST', '/v1/api-keys', all));
  const tools = await makeAs(key, 'POST', '/v1/integrations', toolIntegration);

  const keys = await openKeyRing(createDataKeyStore(stored.database), [createLocalMasterKey(masterKey)]);
  const repository = createRecordingsRepository(stored.database);
  const recordingParts = {
    repository,
    store: createDiskBlobStore(join(server.dataDir, 'recordings')),
    sealer: createEnvelopeSealer(keys, () => {}),
    retentionDays: null,
    onError: (error: unknown) => process.stdout.write(`A recording could not be made: ${String(error)}\n`),
  };

  return {
    url,
    organizationId: defaultOrganizationId,
    pool: stored.pool,
    key,
    adminToken: () => admin.access_token,
    viewerToken: viewing.access_token,
    otherAdminToken: otherAdmin.access_token,
    otherCallerToken: z.object({ token: z.string() }).parse(called).token,
    own: new Set([
      admin.user.user_id,
      viewing.user.user_id,
      otherAdmin.user.user_id,
      keyRow.api_key_id,
      z.object({ integration_id: z.string() }).parse(tools).integration_id,
      defaultOrganizationId,
    ]),
    make: (method, path, body) => makeAs(key, method, path, body),
    makeAs,
    async makeRecording(conversationId) {
      let nowMs = 0;
      const { recording, sound, ended } = makeRecording(
        {
          ...recordingParts,
          clock: { nowMs: () => nowMs, epochMs: Date.now, wakeAt: () => () => {}, everyFrame: () => () => {} },
        },
        {
          id: conversationId,
          organizationId: defaultOrganizationId,
          openedBy: 'voice',
          language: 'en',
          isResumed: false,
          agentRecords: true,
        },
        {},
        makingDefaults,
        () => {},
      );
      for (; nowMs < callMs; nowMs += FRAME_MS) {
        sound.caller(Int16Array.from({ length: FRAME_SAMPLES }, (_, at) => 3000 * Math.sin(at / 7)));
        sound.agent(Int16Array.from({ length: FRAME_SAMPLES }, (_, at) => 3000 * Math.sin(at / 5)));
      }
      sound.end();
      await ended;
      return recording.recordingId;
    },
    async liftLimits() {
      // Several ask for it at once: in one order, or two would wait for one another.
      await stored.pool.query(
        `with all_of_them as (select organization_id from organizations order by organization_id for update)
         update organizations set settings = settings - 'limits' from all_of_them
         where organizations.organization_id = all_of_them.organization_id`,
      );
    },
    async tidy() {
      await stored.pool.query("update organizations set settings = '{}'");
      const answer = await fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${admin.access_token}` } });
      await answer.arrayBuffer();
      if (!answer.ok) admin = await signIn(email, password);
    },
    async close() {
      await server.stop();
      await stored.close();
    },
  };
}

/** An address that nobody else asks from. */
export function anyAddress(): string {
  const [a = 0, b = 0, c = 0] = randomBytes(3);
  return `10.${a}.${b}.${c}`;
}

/** Longer than a segment of a recording. */
const callMs = 1500;

const signedInSchema = z.object({ access_token: z.string(), user: z.object({ user_id: z.string() }) });
const linkSchema = z.object({ url: z.string() });
const otherSchema = z.object({ invitation_url: z.string() });
const keySchema = z.object({ key: z.string(), api_key: z.object({ api_key_id: z.string() }) });
