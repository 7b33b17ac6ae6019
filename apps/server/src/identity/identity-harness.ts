import Fastify from 'fastify';
import { z } from 'zod';
import { installErrorHandling } from '../api/errors.ts';
import { installRoutes } from '../api/install-routes.ts';
import { createJobs } from '../jobs/jobs.ts';
import { createDataKeyStore } from '../privacy/data-key-store.ts';
import { createEnvelopeSealer } from '../privacy/envelope-sealer.ts';
import { openKeyRing } from '../privacy/key-ring.ts';
import { createLocalMasterKey } from '../privacy/master-key.ts';
import type { Database } from '../storage/database.ts';
import { createIdempotencyStore } from '../storage/idempotency-store.ts';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import { createIdentity } from './create-identity.ts';
import { identitySettingsOf } from './identity-settings.ts';

/** A replica that knows people and keys and nothing else, for tests: real routes, real tables, a clock that can be moved. */
export interface IdentityReplica {
  readonly url: string;
  /** What the person who started it was told. */
  readonly reported: readonly string[];
  /** Let time pass for this replica. */
  pass(ms: number): void;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** What it could tell nobody; a test that provokes some takes them out. */
  readonly errors: unknown[];
  /** @throws AggregateError when there are errors left */
  close(): Promise<void>;
}

export interface CallOptions {
  readonly token?: string | undefined;
  readonly cookie?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Empty when no JSON object came. */
  readonly body: z.output<typeof bodySchema>;
}

const text = z.string().optional();
/** What tests pass on from one answer to the next call; the rest they compare. */
const bodySchema = z.looseObject({
  code: text,
  access_token: text,
  refresh_token: text,
  csrf_token: text,
  user_id: text,
  key: text,
  url: text.nullable(),
  details: z.looseObject({}).optional(),
});

export const adminPassword = 'violet teapot on mars';

export async function startIdentity(
  database: Database,
  env: Readonly<Record<string, string>> = { PARLEY_ADMIN_PASSWORD: adminPassword },
  port = 0,
): Promise<IdentityReplica> {
  const settings = identitySettingsOf(env);
  if (!settings.success) throw settings.error;
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  // The same for every replica of a test.
  const ring = await openKeyRing(createDataKeyStore(database), [createLocalMasterKey(Buffer.alloc(32, 7))]);
  const sealer = createEnvelopeSealer(ring, onError);
  const jobs = createJobs({ database, onError });
  const reported: string[] = [];
  let passedMs = 0;
  const identity = await createIdentity({
    settings: settings.data,
    port: 0,
    database,
    sealer,
    jobs,
    report: (line) => reported.push(line),
    onError,
    nowMs: () => Date.now() + passedMs,
  });
  const app = Fastify();
  installErrorHandling(app);
  installRoutes(app, identity.routes, {
    gate: {
      schemes: identity.schemes,
      openConversation: () => Promise.reject(new Error('Nobody opens a conversation here.')),
      defaultOrganizationId,
    },
    idempotency: createIdempotencyStore(database, sealer),
    admit: async () => {},
  });
  identity.installProtocols(app);
  const url = await app.listen({ host: '127.0.0.1', port });
  return {
    url,
    reported,
    errors,
    pass: (ms) => {
      passedMs += ms;
    },
    call: async (method, path, { token, cookie, body, headers } = {}) => {
      const response = await fetch(`${url}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(cookie !== undefined && { cookie }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const sent = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') === true;
      return {
        status: response.status,
        headers: response.headers,
        body: bodySchema.parse(isJson ? JSON.parse(sent) : {}),
      };
    },
    close: async () => {
      await app.close();
      identity.close();
      await jobs.close();
      if (errors.length > 0) throw new AggregateError(errors, 'The replica met errors that nobody saw.');
    },
  };
}
