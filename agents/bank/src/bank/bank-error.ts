/** Why a bank did not do it. */
export const bankErrorCodes = [
  /** The caller is not verified, or was too long ago. Verify them. */
  'not_verified',
  /** There is no such account, payee or card of this customer. */
  'account_not_found',
  'payee_not_found',
  'card_not_found',
  /** The account does not hold the amount. Offer a smaller one. */
  'insufficient_funds',
  /** More than one transfer may move. Offer a smaller one or a person. */
  'over_transfer_limit',
  /** More than the customer may move in a day. Offer tomorrow or a person. */
  'over_daily_limit',
  /** Zero, less, or in another currency than the account's. */
  'invalid_amount',
  /** The prepared transfer is unknown or too old. Prepare it again and ask the caller again. */
  'prepared_transfer_gone',
  /** It was made before, under another key. Do not make it again. */
  'already_made',
  /** The same idempotency key came with another request: a fault of the caller's code. */
  'idempotency_conflict',
  /** The client's id, secret or scope is wrong. */
  'not_authorized',
  /** Too many requests or too much kept. Wait and try again. */
  'rate_limited',
  /** No readable answer in time; whether a change was made is open. Try again with the same key. */
  'unavailable',
  /** The bank refused it for a reason of its own, in the message. */
  'refused',
] as const;
export type BankErrorCode = (typeof bankErrorCodes)[number];

export class BankError extends Error {
  override readonly name = 'BankError';
  readonly code: BankErrorCode;
  constructor(code: BankErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
