import { createHash } from 'node:crypto';
import type { Route } from '@parley/contract/api/route.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { countedAddress, plainAddress } from '../edge/client-address.ts';
import { authenticate, type Gate } from './authenticate.ts';
import type { HandledRoute } from './handle.ts';
import type { IdempotencyStore, IdempotentRequest, KeptAnswer } from './idempotency.ts';
import { actorName, type Identity, type RequestContext } from './request-context.ts';

export interface RouteParts {
  readonly gate: Gate;
  readonly idempotency: IdempotencyStore;
  /** Asked before anything else is done for a request that is known to be allowed: limits of rate. Throws to refuse. */
  readonly admit: (identity: Identity, request: FastifyRequest, routeId: string) => Promise<void>;
}

/** The longest that any route may take; those that stream their answer have limits of their own. */
const requestTimeoutMs = 30_000;

/** Every route the same way: who asks, may they, are they within limits, is it well-formed, was it done before; then the handler. */
export function installRoutes(app: FastifyInstance, routes: readonly HandledRoute[], parts: RouteParts): void {
  const identities = new WeakMap<FastifyRequest, Identity>();
  const letGoOf = new WeakMap<FastifyRequest, () => void>();
  let largeBodies = 0;
  for (const handled of routes) {
    const { route } = handled;
    app.route({
      method: route.method,
      url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      ...(route.bodyLimitBytes !== undefined && { bodyLimit: route.bodyLimitBytes }),
      // Before anything of the body is read: bodies are megabytes, and whoever may not ask gets none of that memory.
      onRequest: async (request, reply) => {
        const identity = await authenticate(parts.gate, route, request);
        await parts.admit(identity, request, route.id);
        identities.set(request, identity);
        if (route.bodyLimitBytes === undefined || !mayBeLarge(request)) return;
        if (largeBodies >= maxLargeBodies) throw new WireError('overloaded');
        largeBodies += 1;
        let isHeld = true;
        const letGo = () => {
          if (isHeld) largeBodies -= 1;
          isHeld = false;
        };
        reply.raw.once('close', letGo);
        letGoOf.set(request, letGo);
      },
      // One that did not say how large it is turned out to be ordinary, as a rule: its turn may take seconds yet.
      preValidation: (request, _reply, done) => {
        if (request.headers['content-length'] === undefined) letGoOf.get(request)?.();
        done();
      },
      handler: async (request, reply) => {
        const identity = identities.get(request);
        if (identity === undefined) throw new WireError('unauthorized');
        const answer = async () => run(handled, identity, request, reply);
        const once = route.isIdempotent === true ? idempotent(request, identity, route.id) : undefined;
        const body =
          once === undefined ? await answer() : await answerOnce(parts.idempotency, once, reply, answer, request.log);
        // The handler sent it itself.
        if ('mediaType' in route.reply) return reply;
        return reply.send(body);
      },
    });
  }
}

/** Sound and drawn agents. Each is held three times while it is read: as bytes, as text, and parsed. */
const maxLargeBodies = 16;
/** What ordinary requests have at most. */
const ordinaryBodyBytes = 128 * 1024;

/** Also one that does not say how large it is. */
function mayBeLarge({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > ordinaryBodyBytes;
}

/**
 * That everything which is described is also done.
 * @throws Error naming a route of the contract that has no handler
 */
export function requireHandlers(described: readonly Route[], handled: readonly HandledRoute[]): void {
  const done = new Set(handled.map(({ route }) => route.id));
  const missing = described.filter(({ id }) => !done.has(id)).map(({ id }) => id);
  if (missing.length > 0) throw new Error(`Nobody handles the routes ${missing.join(', ')}: see handle.ts`);
}

async function run(
  { route, run: handler }: HandledRoute,
  identity: Identity,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const gone = new AbortController();
  const leave = () => gone.abort(new Error('The client went away.'));
  // A timer of one's own: `AbortSignal.any` and `timeout` leave weak references behind, which cost more than the rest of this.
  const timer = setTimeout(() => gone.abort(new DOMException('It took too long.', 'TimeoutError')), requestTimeoutMs);
  request.raw.once('aborted', leave);
  const context: RequestContext = {
    ...identity,
    traceId: request.id,
    clientAddress: plainAddress(request.ip),
    signal: gone.signal,
    ifMatchVersion: route.etag === 'write' ? ifMatch(request) : undefined,
    setEtag: (version) => void reply.header('etag', `"${version}"`),
    http: { request, reply },
  };
  try {
    const sent = { params: request.params, query: request.query, body: request.body ?? undefined };
    const output = await handler(sent, context);
    // What is sent by the handler itself has a status of its own: a part of a file, for one.
    if (!('mediaType' in route.reply)) void reply.status(route.reply.status);
    // What the schema does not name does not leave the house.
    return 'schema' in route.reply ? route.reply.schema.parse(output) : undefined;
  } finally {
    clearTimeout(timer);
    request.raw.off('aborted', leave);
  }
}

async function answerOnce(
  store: IdempotencyStore,
  once: IdempotentRequest,
  reply: FastifyReply,
  answer: () => Promise<unknown>,
  log: FastifyBaseLogger,
): Promise<unknown> {
  const begun = await store.begin(once);
  if (begun.kind === 'again') {
    void reply.status(begun.answer.status).header('idempotent-replayed', 'true');
    return begun.answer.body;
  }
  let body: unknown;
  try {
    body = await answer();
  } catch (error) {
    // Whoever asked is told of what failed first.
    await store
      .release(once)
      .catch((failure: unknown) => log.error({ err: failure }, 'letting go of an idempotency key'));
    throw error;
  }
  const kept = { status: reply.statusCode, body };
  try {
    await store.keep(once, kept);
  } catch (error) {
    // It is done, and whoever asked is told so. Sent again meanwhile it is not done again: nobody let go of its key.
    log.error({ err: error }, 'keeping the answer to an idempotency key');
    keepLater(store, once, kept, log);
  }
  return body;
}

/** A database that is away for some seconds, as a rule. */
const keepAgainMs = [500, 2000, 8000, 20_000];
/** Answers in memory for that; of more, whoever asks again is told that it was lost. */
const maxKeptLater = 100;
let keptLater = 0;

function keepLater(store: IdempotencyStore, once: IdempotentRequest, kept: KeptAnswer, log: FastifyBaseLogger): void {
  if (keptLater >= maxKeptLater) return;
  keptLater += 1;
  const again = (attempt: number): void => {
    const delayMs = keepAgainMs[attempt];
    if (delayMs === undefined) {
      keptLater -= 1;
      log.error(`The answer to an idempotency key of ${once.routeId} is lost: sent again, it is refused for a day.`);
      return;
    }
    setTimeout(() => {
      store.keep(once, kept).then(
        () => {
          keptLater -= 1;
        },
        () => again(attempt + 1),
      );
    }, delayMs).unref();
  };
  again(0);
}

/** Shorter ones may meet by chance, and one caller's answer would be another's. */
const minKeyLength = 16;
const maxKeyLength = 255;

function idempotent(request: FastifyRequest, identity: Identity, routeId: string): IdempotentRequest | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || key.length < minKeyLength || key.length > maxKeyLength) {
    throw new WireError('invalid_request', {
      'Idempotency-Key': `must have ${minKeyLength} to ${maxKeyLength} characters, such as a UUID`,
    });
  }
  const requestHash = createHash('sha256')
    .update(`${request.url}\n${JSON.stringify(request.body ?? null)}`)
    .digest('hex');
  return { organizationId: identity.organizationId, actor: keeperOf(identity, request), key, routeId, requestHash };
}

/** Whose answers they are. Of people who do not say who they are, one must not get what another was given, whatever their keys. */
function keeperOf({ actor }: Identity, request: FastifyRequest): string {
  return actor.kind === 'anonymous' ? `${actorName(actor)}:${countedAddress(request.ip)}` : actorName(actor);
}

/** @throws WireError `precondition_required`, `precondition_failed` for a tag that is none of ours */
function ifMatch(request: FastifyRequest): number | undefined {
  const header = request.headers['if-match'];
  if (header === undefined) throw new WireError('precondition_required');
  if (header === '*') return undefined;
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(header)?.[1];
  if (version === undefined) throw new WireError('precondition_failed');
  return Number(version);
}
