import { ToolError } from '@parley/dialogue/tools/tool.ts';

/** Every way in which an integration fails, and what to do about it. Flows tell them apart by the code. */
export const integrationErrors = {
  definition_invalid: 'Correct the named field of the integration.',
  secret_missing: 'Set the secret of this name for the organization.',
  value_missing: 'Give the value: the template needs it, and it was left out.',
  value_invalid: 'Give a value that can stand in this place; the reason says what cannot.',
  address_refused:
    'Only public addresses are reached. If this one is meant, list it: in allowPrivateAddresses of an agent’s folder, or in the settings of the server.',
  redirect_refused: 'Set the base URL to where the API now lives.',
  unreachable: 'Check the base URL, and that the API is up.',
  timed_out: 'Raise timeoutMs of the integration, or ask its provider why it is slow.',
  rate_limited: 'Raise ratePerMinute of the integration, if its provider allows more.',
  busy: 'Raise maxConcurrent of the integration, if its provider bears it.',
  circuit_open: 'The API failed several times in a row; it is tried again by itself shortly.',
  auth_failed: 'Check the credentials of the integration and what they may do.',
  not_found: 'What was asked for does not exist there.',
  conflict: 'What was asked for contradicts what is there: look again and ask anew.',
  rejected: 'The API takes the request for wrong: check the operation against its documentation.',
  throttled: 'The API asks for fewer requests: lower ratePerMinute.',
  server_failed: 'The API failed: ask its provider.',
  response_too_large: 'Ask for less, or raise maxResponseBytes of the integration.',
  response_type_unexpected: 'Check the path: the API answered with something else than data.',
  response_malformed: 'The API answered with something that cannot be read: ask its provider.',
  response_field_missing: 'Correct the path of the field, or say that it may be missing.',
  graphql_failed: 'Correct the query or its variables; the reason is the API’s own.',
  soap_fault: 'Correct the request; the reason is the API’s own.',
  sql_failed: 'Correct the statement; the reason is the database’s own.',
  cancelled: 'Nothing to do: the conversation went on without it.',
} as const;

export type IntegrationErrorCode = keyof typeof integrationErrors;

export interface IntegrationErrorDetails {
  readonly integration: string;
  readonly operation: string;
  /** Which field of the definition, the input or the answer; where one is to blame. */
  readonly field?: string;
  readonly reason: string;
  /** The HTTP status, if it came to one. */
  readonly status?: number;
  /** The API asks to be left alone for so long. */
  readonly retryAfterMs?: number;
}

/** A use of an integration that did not come about. `code` is the operation's own name for the outcome, where it gives one. */
export class IntegrationError extends ToolError {
  readonly reasonCode: IntegrationErrorCode;
  readonly details: IntegrationErrorDetails;
  constructor(
    reasonCode: IntegrationErrorCode,
    details: IntegrationErrorDetails,
    options?: ErrorOptions & { readonly code?: string },
  ) {
    const place = `${details.integration}.${details.operation}${details.field === undefined ? '' : `, ${details.field}`}`;
    super(options?.code ?? reasonCode, `${place}: ${details.reason} ${integrationErrors[reasonCode]}`, options);
    this.reasonCode = reasonCode;
    this.details = details;
  }
}

/** Where in an integration something happens: makes its errors. */
export interface Place {
  readonly integration: string;
  readonly operation: string;
}

export type Fail = (
  code: IntegrationErrorCode,
  reason: string,
  more?: {
    readonly field?: string;
    readonly status?: number;
    readonly retryAfterMs?: number;
    readonly cause?: unknown;
    readonly code?: string;
  },
) => IntegrationError;

export function failingAt(place: Place): Fail {
  return (code, reason, { cause, code: own, ...more } = {}) =>
    new IntegrationError(code, { ...place, ...more, reason }, { cause, ...(own === undefined ? {} : { code: own }) });
}
