import { WireError } from '@parley/contract/errors.ts';

export type OutgoingErrorCode =
  | 'url_refused'
  | 'port_refused'
  | 'address_refused'
  | 'redirect_refused'
  | 'too_large'
  | 'unreadable'
  | 'timed_out'
  | 'unreachable'
  | 'cancelled';

/** Why a request on behalf of a tenant was not made or gave nothing; the message may be shown to the tenant. */
export class OutgoingError extends Error {
  readonly code: OutgoingErrorCode;

  constructor(code: OutgoingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OutgoingError';
    this.code = code;
  }
}

/** What it is for whoever named the address in a request of theirs, under the field's name. */
export function outgoingWireError(error: OutgoingError, field: string): WireError {
  const isRefused = error.code.endsWith('_refused');
  return new WireError(isRefused ? 'address_refused' : 'outside_failed', {
    [field]: error.message,
    reason: error.code,
  });
}
