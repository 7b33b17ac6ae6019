import { randomBytes, timingSafeEqual } from 'node:crypto';
import { type JsonReply, type JsonRequest, type JsonServer, serveJson } from '@parley/agent-worlds/json-server.ts';
import { keptAnswers } from '@parley/agent-worlds/kept-answers.ts';
import { PropertyError, type PropertyErrorCode } from '../property/property-error.ts';
import type { Reservation } from '../property/property-system.ts';
import { type Inventory, sandboxInventory } from './inventory.ts';
import { sandboxInformation } from './sandbox-hotel.ts';
import { changeBody, claimBody, createBody, searchQuery } from './wire.ts';

export interface HotelSandbox {
  /** Where it listens, such as `http://127.0.0.1:41234`. */
  readonly url: string;
  /** What requests carry as `Authorization: Bearer …`. */
  readonly apiKey: string;
  /** The hotel behind the wire, for tests and for a list of who can be asked for. */
  readonly inventory: Inventory;
  close(): Promise<void>;
}

export interface HotelSandboxOptions {
  /** The same seed on the same day gives the same hotel. */
  readonly seed?: number;
  /** 0 takes any free port. */
  readonly port?: number;
  readonly host?: string;
  /** Made up at random when not given. */
  readonly apiKey?: string;
  /** Reads the time, epoch milliseconds. */
  readonly now?: () => number;
}

/** Keys are remembered for the last so many changes: hours of a busy demonstration. */
const keptKeys = 10_000;
const maxKeyLength = 200;

/**
 * A hotel to try the agent out with: a JSON API over a small inventory in memory, on a port of its own. It forgets everything
 * when it is closed.
 */
export async function startHotelSandbox(options: HotelSandboxOptions = {}): Promise<HotelSandbox> {
  const inventory = sandboxInventory({ seed: options.seed ?? 1, now: options.now ?? Date.now });
  const apiKey = options.apiKey ?? randomBytes(24).toString('base64url');
  const kept = keptAnswers<Reservation>(keptKeys);
  const server: JsonServer = await serveJson({
    handle: (request) => {
      try {
        return route(request);
      } catch (error) {
        if (error instanceof PropertyError) return failure(statuses[error.code], error.code, error.message);
        throw error;
      }
    },
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.host === undefined ? {} : { host: options.host }),
  });
  return { url: server.url, apiKey, inventory, close: () => server.close() };

  function route(request: JsonRequest): JsonReply {
    if (!sameSecret(request.header('authorization') ?? '', `Bearer ${apiKey}`)) {
      return failure(401, 'not_authorized', 'Send the API key as Authorization: Bearer KEY');
    }
    switch (`${request.method} ${request.path}`) {
      case 'GET /v1/information':
        return { status: 200, body: sandboxInformation };
      case 'GET /v1/availability': {
        const query = searchQuery.safeParse(Object.fromEntries(request.query));
        return query.success
          ? { status: 200, body: { offers: inventory.search(query.data) } }
          : badRequest(query.error);
      }
      case 'POST /v1/reservations/find': {
        const body = claimBody.safeParse(request.body);
        return body.success ? { status: 200, body: inventory.find(body.data) } : badRequest(body.error);
      }
      case 'POST /v1/reservations': {
        const body = createBody.safeParse(request.body);
        if (!body.success) return badRequest(body.error);
        const { offerId, stay, guest, quotedTotal, requests } = body.data;
        return change(request, 201, () => inventory.create({ roomType: offerId, stay, guest, quotedTotal, requests }));
      }
      case 'POST /v1/reservations/change-dates': {
        const body = changeBody.safeParse(request.body);
        if (!body.success) return badRequest(body.error);
        return change(request, 200, () => inventory.changeDates(body.data, body.data.arrival, body.data.departure));
      }
      case 'POST /v1/reservations/cancel': {
        const body = claimBody.safeParse(request.body);
        return body.success ? change(request, 200, () => inventory.cancel(body.data)) : badRequest(body.error);
      }
      default:
        return failure(404, 'refused', 'There is no such method of this API');
    }
  }

  function change(request: JsonRequest, status: number, act: () => Reservation): JsonReply {
    const key = request.header('idempotency-key') ?? '';
    if (key === '' || key.length > maxKeyLength) {
      return failure(400, 'refused', `A change needs an Idempotency-Key of at most ${maxKeyLength} characters`);
    }
    const answer = kept.once(key, `${request.path} ${JSON.stringify(request.body)}`, act);
    if (answer.outcome === 'conflict') {
      return failure(409, 'idempotency_conflict', 'This Idempotency-Key was used for another request');
    }
    return { status, body: answer.value, headers: { 'idempotent-replay': String(answer.outcome === 'repeated') } };
  }
}

const statuses: Readonly<Record<PropertyErrorCode, number>> = {
  invalid_stay: 422,
  no_rooms: 409,
  too_many_guests: 422,
  price_changed: 409,
  reservation_not_found: 404,
  not_changeable: 409,
  idempotency_conflict: 409,
  not_authorized: 401,
  rate_limited: 429,
  unavailable: 503,
  refused: 400,
};

function failure(status: number, code: PropertyErrorCode, message: string): JsonReply {
  return { status, body: { error: { code, message } } };
}

function badRequest(error: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}): JsonReply {
  const issue = error.issues[0];
  return failure(400, 'refused', `${issue?.path.map(String).join('.') || 'request'}: ${issue?.message ?? 'not valid'}`);
}

function sameSecret(given: string, wanted: string): boolean {
  const one = Buffer.from(given);
  const other = Buffer.from(wanted);
  return one.length === other.length && timingSafeEqual(one, other);
}
