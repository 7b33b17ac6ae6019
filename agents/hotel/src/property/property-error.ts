/** Why a property system did not do it. */
export const propertyErrorCodes = [
  /** Dates that are no stay: in the past, the departure not after the arrival, or too long. Ask for other dates. */
  'invalid_stay',
  /** The offer was taken or never was one. Search again. */
  'no_rooms',
  /** More guests than the room holds. Offer a larger type or two rooms. */
  'too_many_guests',
  /** It costs another amount by now. Search again and tell the guest. */
  'price_changed',
  /** No reservation has this number and this name. */
  'reservation_not_found',
  /** The stay has begun, is over or was cancelled. Hand over to a person. */
  'not_changeable',
  /** The same idempotency key came with another request: a fault of the caller's code. */
  'idempotency_conflict',
  /** The key or secret of the property system is wrong or lacks a right. */
  'not_authorized',
  /** Too many requests. Wait and try again. */
  'rate_limited',
  /** No readable answer in time; whether a change was made is open. Try again with the same key. */
  'unavailable',
  /** The system refused it for a reason of its own, in the message. */
  'refused',
] as const;
export type PropertyErrorCode = (typeof propertyErrorCodes)[number];

export class PropertyError extends Error {
  override readonly name = 'PropertyError';
  readonly code: PropertyErrorCode;
  constructor(code: PropertyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
