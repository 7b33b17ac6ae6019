import { z } from 'zod';

/**
 * Every error that crosses a wire. `message` says what happened and what to do next, in words fit for a person;
 * `status` is the HTTP status where the error is the answer of a request.
 */
export const errorCatalogue = {
  invalid_request: { status: 400, message: 'The request does not have the expected form; see details.' },
  invalid_json: { status: 400, message: 'The message is not JSON. Send one JSON object per message.' },
  unknown_message_type: { status: 400, message: 'No such message type; see the protocol in docs/protocol.md.' },
  binary_not_expected: { status: 400, message: 'Binary data came where text belongs. Send JSON as text.' },
  message_too_large: { status: 413, message: 'The message is too large; at most 4,096 characters are taken.' },
  body_too_large: { status: 413, message: 'The request body is too large.' },
  invalid_sdp: { status: 400, message: 'The SDP offer could not be used; send an offer with one Opus audio section.' },
  unauthorized: { status: 401, message: 'Sign in first: send the key or the conversation token as a bearer token.' },
  sign_in_failed: {
    status: 401,
    message:
      'The e-mail address or the password is wrong, or too many tries locked the account for some minutes. Wait, or reset the password.',
  },
  session_ended: { status: 401, message: 'The session is over. Sign in again.' },
  refresh_superseded: {
    status: 409,
    message: 'This session was refreshed a moment ago, by another tab perhaps. Use the tokens given then.',
  },
  too_many_attempts: { status: 429, message: 'Too many tries. Wait some minutes and try again.' },
  link_invalid: { status: 400, message: 'This link was used, replaced or is too old. Ask for a new one.' },
  password_refused: { status: 400, message: 'This password is too easy to guess; details say why. Choose another.' },
  email_taken: { status: 409, message: 'Somebody with this e-mail address is on this server already.' },
  role_above_own: { status: 403, message: 'That role may more than you do. Ask an admin.' },
  permission_above_own: {
    status: 403,
    message: 'A key can be given only what its maker may; details name what is missing.',
  },
  last_admin: { status: 409, message: 'This is the last admin. Make somebody else one first.' },
  invitation_pending: {
    status: 409,
    message: 'This person has not accepted the invitation yet. Invite them again instead.',
  },
  not_a_human_agent: {
    status: 409,
    message: 'You are not set up to answer conversations. Ask somebody who manages users.',
  },
  too_many_api_keys: { status: 409, message: 'There are too many keys. Revoke those that are not used.' },
  forbidden: { status: 403, message: 'This key or token does not allow that; details name what it would take.' },
  not_found: { status: 404, message: 'There is nothing at this address.' },
  conversation_not_found: { status: 404, message: 'No such conversation, or it is over. Start a new one.' },
  conversation_ended: { status: 409, message: 'The conversation is over. Start a new one.' },
  turn_not_found: { status: 404, message: 'The conversation has no turn of this number.' },
  recording_not_found: { status: 404, message: 'There is no such recording, or it was deleted.' },
  recording_not_live: {
    status: 409,
    message: 'This conversation is not being recorded right now.',
  },
  recording_unavailable: {
    status: 503,
    message: 'The store of recordings cannot be reached. Try again in a moment.',
  },
  range_not_satisfiable: { status: 416, message: 'The file ends before that range; see its Content-Range.' },
  conversation_moved: {
    status: 409,
    message: 'The conversation goes on in another server. Connect again, and send again what was not acknowledged.',
  },
  conversation_busy: {
    status: 409,
    message: 'The conversation is in a call that another server carries. Try again after the call.',
  },
  token_expired: {
    status: 401,
    message: 'The token has expired. Ask for a new one before the hour is over, or use a key.',
  },
  turn_timeout: {
    status: 503,
    message: 'The answer took too long. Send the message again with the same Idempotency-Key: it is answered once.',
  },
  turn_failed: {
    status: 503,
    message: 'The message could not be answered. Send it again with the same Idempotency-Key.',
  },
  audio_not_usable: {
    status: 400,
    message: 'The audio could not be used: send WAV (PCM, 16 bit) of at most two minutes, as base64 or as an address.',
  },
  precondition_failed: {
    status: 412,
    message: 'It was changed by somebody else meanwhile. Read it again, apply your change to that, and send it again.',
  },
  precondition_required: { status: 428, message: 'Say in If-Match which state you change: the ETag that you read.' },
  idempotency_key_reused: {
    status: 409,
    message: 'This Idempotency-Key was used for another request. Use a new key for each thing that you want done.',
  },
  idempotency_in_progress: {
    status: 409,
    message: 'The first request with this key is still under way. Try again soon.',
  },
  idempotency_answer_lost: {
    status: 409,
    message:
      'The first request with this key may have been carried out, and its answer was lost. Look whether it was; to do it again, use a new key.',
  },
  rate_limited: { status: 429, message: 'Too many requests. Wait for as long as Retry-After says, then go on.' },
  number_taken: {
    status: 409,
    message: 'Somebody answers at this number already. Change or delete that entry; another organization may have it.',
  },
  handoff_taken: { status: 409, message: 'Somebody else is taking this caller. Look for others who wait.' },
  phone_not_open: {
    status: 403,
    message:
      'The telephone is not open to this organization. Whoever runs the server can list it in PHONE_ORGANIZATIONS.',
  },
  too_many_numbers: { status: 409, message: 'There are too many numbers. Delete those that are not used.' },
  number_not_allowed: { status: 422, message: 'This number or address may not be called from here; see details.' },
  no_way_to_call: {
    status: 409,
    message: 'The server has no way to call this. An administrator can set SIP_TRUNK, or an account at Twilio.',
  },
  too_many_calls: {
    status: 429,
    message: 'The organization calls as many people as it may. Wait until calls are over, or ask an administrator.',
  },
  too_many_webhooks: { status: 409, message: 'There are too many webhooks. Delete those that are not used.' },
  webhook_disabled: { status: 409, message: 'The webhook is switched off. Set is_active to true first.' },
  delivery_erased: {
    status: 409,
    message: 'What it told of was erased. It cannot be sent again.',
  },
  too_many_messages: { status: 429, message: 'Too much at once. Wait a moment and try again.' },
  overloaded: {
    status: 503,
    message: 'The server has more to do than it can right now. Try again when Retry-After has passed.',
  },
  request_timeout: { status: 408, message: 'The request took too long to arrive. Send it again.' },
  headers_too_large: { status: 431, message: 'The headers or the address of the request are too long.' },
  origin_not_allowed: {
    status: 403,
    message: 'Pages of this origin may not use the server. An administrator can allow it in ALLOWED_ORIGINS.',
  },
  csrf_rejected: {
    status: 403,
    message: 'Send the value of the parley_csrf cookie in the x-csrf-token header, from a page of this server.',
  },
  signature_invalid: { status: 401, message: 'The signature of the request is missing, wrong or too old.' },
  media_not_accepted: { status: 415, message: 'The content is of no kind that is accepted here; see details.' },
  address_refused: { status: 422, message: 'This address may not be reached from the server; see details.' },
  outside_failed: { status: 502, message: 'What the address points to could not be read; see details.' },
  too_many_conversations: { status: 503, message: 'All lines are busy. Try again in a moment.' },
  shutting_down: { status: 503, message: 'The server is shutting down. Try again in a moment.' },
  storage_unavailable: {
    status: 503,
    message: 'The database cannot be reached; nothing was lost. Try again in a moment.',
  },
  speech_unavailable: { status: 503, message: 'Speech is not available right now. You can type instead.' },
  agent_not_found: { status: 404, message: 'There is no such agent; GET /v1/agents lists those there are.' },
  flow_invalid: { status: 422, message: 'The flow cannot run as it is; details say what is wrong at which node.' },
  flow_not_published: { status: 409, message: 'No version of this flow answers. Publish it first.' },
  flow_conflict: { status: 409, message: 'That is not possible with the versions there are; details say why.' },
  integration_invalid: { status: 422, message: 'The integration cannot work as it is; details say what is wrong.' },
  speech_invalid: {
    status: 400,
    message: 'These engines cannot be used as they are named; details say why, and who could be.',
  },
  account_invalid: { status: 422, message: 'The account does not have the form that the provider takes; see details.' },
  account_not_needed: { status: 409, message: 'This provider needs no account.' },
  name_taken: { status: 409, message: 'There is another one of this name. Choose another.' },
  language_not_understood: {
    status: 422,
    message: 'The agent does not speak this language; details list those that it does.',
  },
  erasure_not_confirmed: {
    status: 409,
    message: 'An erasure cannot be undone. Send in `confirm` the same person as in `person` to show that it is meant.',
  },
  export_not_ready: {
    status: 409,
    message:
      'The export is not ready, or a day has passed since. Ask after it at /v1/privacy/requests, or start another.',
  },
  wrong_region: {
    status: 421,
    message:
      "This server stands in another region than the organization's data may be in. Use the server of its region.",
  },
  sealed_unreadable: {
    status: 500,
    message:
      'Something stored could not be decrypted. Check that PARLEY_MASTER_KEY is the key that it was stored with.',
  },
  internal_error: {
    status: 500,
    message: 'Something went wrong on our side. Try again; the trace id helps us find it.',
  },
} as const satisfies Record<string, { status: number; message: string }>;

export type ErrorCode = keyof typeof errorCatalogue;

/** The body of every error answer. */
export const errorBodySchema = z.object({
  /** For people. */
  error: z.string(),
  /** For programs: a key of the catalogue. */
  code: z.string(),
  details: z.unknown().optional(),
  trace_id: z.string(),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;

/** An error that a client may see. Throw it anywhere below a border; the border turns it into an `ErrorBody` or an `error` message. */
export class WireError extends Error {
  readonly code: ErrorCode;
  readonly details: unknown;

  constructor(code: ErrorCode, details?: unknown) {
    super(errorCatalogue[code].message);
    this.name = 'WireError';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }
}
