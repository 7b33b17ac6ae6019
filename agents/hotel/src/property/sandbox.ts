import { type HttpAnswer, httpCall } from '@parley/agent-worlds/http-call.ts';
import { z } from 'zod';
import { errorBody } from '../sandbox/wire.ts';
import { asPropertyErrors, readAnswer, refusalByStatus } from './property-call.ts';
import { PropertyError, propertyErrorCodes } from './property-error.ts';
import { hotelInformation, type PropertySystem, type Reservation, reservation, roomOffer } from './property-system.ts';

export interface SandboxPropertyOptions {
  /** Such as `http://127.0.0.1:4010`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly timeoutMs?: number;
}

/** The sandbox hotel over its API. */
export function sandboxProperty(options: SandboxPropertyOptions): PropertySystem {
  return {
    async searchAvailability(stay, signal) {
      const query = new URLSearchParams({
        arrival: stay.arrival,
        departure: stay.departure,
        adults: String(stay.adults),
        children: String(stay.children),
      });
      const answer = await ask('GET', `/v1/availability?${query}`, undefined, undefined, signal);
      const { offers } = readAnswer(z.object({ offers: z.array(roomOffer) }), answer);
      return offers.sort((one, other) => one.total.amountMinor - other.total.amountMinor);
    },
    async findReservation(claim, signal) {
      return readAnswer(reservation, await ask('POST', '/v1/reservations/find', claim, undefined, signal));
    },
    createReservation: ({ idempotencyKey, ...body }, signal) =>
      change('/v1/reservations', body, idempotencyKey, signal),
    changeDates: (claim, { arrival, departure, idempotencyKey }, signal) =>
      change('/v1/reservations/change-dates', { ...claim, arrival, departure }, idempotencyKey, signal),
    cancelReservation: (claim, { idempotencyKey }, signal) =>
      change('/v1/reservations/cancel', claim, idempotencyKey, signal),
    async information(signal) {
      return readAnswer(hotelInformation, await ask('GET', '/v1/information', undefined, undefined, signal));
    },
  };

  async function change(path: string, body: unknown, key: string, signal: AbortSignal): Promise<Reservation> {
    return readAnswer(reservation, await ask('POST', path, body, key, signal));
  }

  async function ask(
    method: 'GET' | 'POST',
    path: string,
    body: unknown,
    key: string | undefined,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const answer = await asPropertyErrors(() =>
      httpCall({
        method,
        url: `${options.baseUrl}${path}`,
        headers: {
          authorization: `Bearer ${options.apiKey}`,
          ...(key === undefined ? {} : { 'idempotency-key': encodeURIComponent(key) }),
        },
        body,
        signal,
        ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      }),
    );
    if (answer.status >= 400) throw refusal(answer);
    return answer;
  }
}

function refusal(answer: HttpAnswer): PropertyError {
  const parsed = errorBody.safeParse(answer.json);
  const code = propertyErrorCodes.find((one) => parsed.success && one === parsed.data.error.code);
  const words = parsed.success ? (parsed.data.error.message ?? '') : '';
  return code === undefined ? refusalByStatus(answer.status, words) : new PropertyError(code, words);
}
