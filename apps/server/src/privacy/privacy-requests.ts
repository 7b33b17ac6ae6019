import { randomUUID } from 'node:crypto';
import { WireError } from '@parley/contract/errors.ts';
import { z } from 'zod';
import { actorName } from '../api/request-context.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import type { Database } from '../storage/database.ts';
import { type AuditContext, recordAudit, recordOwnAudit } from './audit.ts';
import { erasePerson } from './erase-person.ts';
import type { Figures } from './erasure-repository.ts';
import { exportPerson } from './export-person.ts';
import { parsePerson } from './person.ts';
import {
  beginRequest,
  countOpenRequests,
  fetchableExports,
  findRequest,
  finishRequest,
  forgetExpired,
  forgetResult,
  insertRequest,
  type StoredPrivacyRequest,
} from './privacy-requests-repository.ts';
import type { Redaction } from './redaction.ts';
import type { Sealer } from './sealer.ts';

/** Wishes to export or erase a person's data: taken at once, done in the background by whichever replica comes to it. */
export interface PrivacyRequests {
  /** @throws WireError `invalid_request` when the person is not told well enough, `rate_limited` when too many wait */
  create(context: AuditContext, kind: 'export' | 'erasure', person: string): Promise<StoredPrivacyRequest>;
  /** @throws WireError `not_found` */
  get(organizationId: string, requestId: string): Promise<StoredPrivacyRequest>;
  /** The file of an export; whoever fetches it is written down. @throws WireError `not_found`, `export_not_ready` */
  file(context: AuditContext, requestId: string): Promise<string>;
}

export interface PrivacyRequestParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly redaction: Redaction;
  readonly jobs: Jobs;
  /** What is kept of conversations beside the database. */
  readonly sessions: Pick<SessionStore, 'remove'>;
}

/** Long enough to come back after a night. */
const fetchableForMs = 24 * 60 * 60_000;
const forgetEveryMs = 60 * 60_000;
/** A million conversations are looked through in minutes. */
const timeoutMs = 60 * 60_000;
/** Of one organization; each may take an hour, one after another. More than a team types in a day. */
const maxOpen = 20;
/** Most are done in seconds. */
const retryAfterSeconds = 60;
/** As a file it must be read at once; a person's words of years are some megabytes. */
const maxFileBytes = 64 * 1024 * 1024;

const jobKind = 'privacy_request';
const jobSchema = z.object({ request_id: z.uuid() });
const purposeOf = (requestId: string, what: 'person' | 'result') => `privacy_request:${requestId}:${what}`;

export function createPrivacyRequests({
  database,
  sealer,
  redaction,
  jobs,
  sessions,
}: PrivacyRequestParts): PrivacyRequests {
  const personOf = async ({ requestId, sealedPerson }: StoredPrivacyRequest) =>
    sealedPerson === null ? undefined : sealer.open(sealedPerson, purposeOf(requestId, 'person'));

  const runExport = async (request: StoredPrivacyRequest, given: string, signal: AbortSignal): Promise<void> => {
    const { requestId, organizationId } = request;
    const { exports } = await redaction.of(organizationId);
    const data = await exportPerson(database, organizationId, parsePerson(given), exports, signal);
    const file = JSON.stringify(data, undefined, 2);
    const figures: Figures = {
      conversations: data.conversations.length,
      appointments: data.appointments.length,
      users: data.users.length,
    };
    const fits = Buffer.byteLength(file) <= maxFileBytes;
    const sealedResult = fits ? await sealer.seal(file, purposeOf(requestId, 'result')) : null;
    await database.inOrganization(organizationId, async (tx) => {
      await finishRequest(tx, requestId, {
        status: fits ? 'done' : 'failed',
        figures,
        // By which an erasure finds the file.
        sealedPerson: fits ? request.sealedPerson : null,
        sealedResult,
        expiresAt: fits ? new Date(Date.now() + fetchableForMs) : null,
      });
      await recordOwnAudit(tx, organizationId, {
        action: 'privacy:exported',
        resourceType: 'privacy_request',
        resourceId: requestId,
        after: figures,
      });
    });
  };

  const runErasure = async (request: StoredPrivacyRequest, given: string, signal: AbortSignal): Promise<void> => {
    const { requestId, organizationId } = request;
    const person = parsePerson(given);
    let status: 'done' | 'failed' = 'done';
    let figures: Figures = {};
    try {
      figures = await erasePerson(database, organizationId, person, signal, (id) => sessions.remove(id));
    } catch (error) {
      if (!(error instanceof WireError) || error.code !== 'last_admin') throw error;
      status = 'failed';
      figures = { last_admin: 1 };
    }
    const files = await database.inOrganization(organizationId, (tx) => fetchableExports(tx, organizationId));
    for (const file of status === 'done' ? files : []) {
      const theirs = await personOf(file);
      if (theirs === undefined || parsePerson(theirs).needle !== person.needle) continue;
      await database.inOrganization(organizationId, (tx) => forgetResult(tx, file.requestId));
    }
    await database.inOrganization(organizationId, async (tx) => {
      await finishRequest(tx, requestId, { status, figures, sealedPerson: null, sealedResult: null, expiresAt: null });
      await recordOwnAudit(tx, organizationId, {
        action: status === 'done' ? 'privacy:erased' : 'privacy:refused',
        resourceType: 'privacy_request',
        resourceId: requestId,
        after: figures,
      });
    });
  };

  jobs.handle(
    jobKind,
    jobSchema,
    async ({ request_id: requestId }, signal, organizationId) => {
      if (organizationId === undefined) return;
      const request = await database.inOrganization(organizationId, (tx) => beginRequest(tx, requestId));
      const given = request === undefined ? undefined : await personOf(request);
      // Done by a run whose end was not noticed.
      if (request === undefined || given === undefined) return;
      await (request.kind === 'export' ? runExport : runErasure)(request, given, signal);
    },
    { timeoutMs },
  );
  jobs.every('forget_privacy_exports', forgetEveryMs, async () => {
    await forgetExpired(database);
  });

  const get = async (organizationId: string, requestId: string): Promise<StoredPrivacyRequest> => {
    const found = await database.inOrganization(organizationId, (tx) => findRequest(tx, requestId));
    if (found === undefined) throw new WireError('not_found');
    return found;
  };

  return {
    get,
    create: async (context, kind, given) => {
      const person = parsePerson(given);
      const { organizationId } = context;
      const requestId = randomUUID();
      const sealedPerson = await sealer.seal(person.given, purposeOf(requestId, 'person'));
      return database.inOrganization(organizationId, async (tx) => {
        if ((await countOpenRequests(tx, organizationId)) >= maxOpen) {
          throw new WireError('rate_limited', { limits: ['privacy_requests'], retry_after_seconds: retryAfterSeconds });
        }
        const requestedBy = actorName(context.actor);
        const [made] = await insertRequest(tx, { requestId, organizationId, kind, requestedBy, sealedPerson });
        if (made === undefined) throw new Error('The request was not written.');
        await recordAudit(tx, context, {
          action: kind === 'export' ? 'privacy:export' : 'privacy:erase',
          resourceType: 'privacy_request',
          resourceId: requestId,
          // Whom it was about stays known until they are erased.
          after: { kind, caller_id: person.given },
        });
        await jobs.enqueue(tx, { kind: jobKind, payload: { request_id: requestId }, organizationId });
        return made;
      });
    },
    file: async (context, requestId) => {
      const { kind, sealedResult, expiresAt } = await get(context.organizationId, requestId);
      if (kind !== 'export') throw new WireError('not_found');
      if (sealedResult === null || expiresAt === null || expiresAt.getTime() < Date.now()) {
        throw new WireError('export_not_ready');
      }
      await database.inOrganization(context.organizationId, (tx) =>
        recordAudit(tx, context, {
          action: 'privacy:export',
          resourceType: 'privacy_request',
          resourceId: requestId,
          after: { fetched: true },
        }),
      );
      return sealer.open(sealedResult, purposeOf(requestId, 'result'));
    },
  };
}
