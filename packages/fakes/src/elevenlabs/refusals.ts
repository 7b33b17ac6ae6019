/** A refusal as the vendor writes it now: with `type` and `code`, and `status` as it used to be. */
export function refusal(type: string, code: string, message: string, param?: string): object {
  return {
    detail: { type, code, message, status: code, request_id: 'req-fake', ...(param !== undefined && { param }) },
  };
}

/** What a fault's status looks like; the older form with its single field is met as well, for statuses of the vendor's own gateway. */
export function refusalForStatus(status: number): object {
  if (status === 401) return refusal('authentication_error', 'invalid_api_key', 'Invalid API key.');
  if (status === 429) return refusal('rate_limit_error', 'rate_limit_exceeded', 'Too many requests.');
  return { detail: { status: 'internal_server_error', message: `The fault asked for ${status}.` } };
}

/** What the vendor says of a body that does not fit its schema. */
export function invalid(field: string, message: string): object {
  return { detail: [{ loc: ['body', field], msg: message, type: 'value_error' }] };
}
