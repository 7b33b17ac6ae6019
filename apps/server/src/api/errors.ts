import { type ErrorBody, type ErrorCode, errorCatalogue, WireError } from '@parley/contract/errors.ts';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { createRedactor } from '../privacy/redact.ts';
import { redactionDefaults } from '../privacy/redaction-policy.ts';

/** Turns whatever a handler throws into the one error body; what nobody foresaw is logged with the trace id that the caller gets. */
export function installErrorHandling(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => send(request, reply, new WireError('not_found')));
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = toWireError(error);
    if (known.code === 'internal_error') request.log.error({ err: error }, 'request failed');
    return send(request, reply, known);
  });
}

/** Parse what came over the wire, or answer with what is wrong with it. */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new WireError('invalid_request', z.flattenError(result.error));
}

export function toWireError(error: unknown): WireError {
  if (error instanceof WireError) return error;
  return new WireError(fastifyCodes[codeOf(error)] ?? codeByStatus(error));
}

/** Of errors that Fastify may yet learn: its status says whose mistake it was. */
function codeByStatus(error: unknown): ErrorCode {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  // An address that is too long to be one of ours is none of ours.
  if (status === 404 || status === 414) return 'not_found';
  return status >= 400 && status < 500 ? 'invalid_request' : 'internal_error';
}

function send(request: FastifyRequest, reply: FastifyReply, error: WireError): FastifyReply {
  const body: ErrorBody = {
    error: errorCatalogue[error.code].message,
    code: error.code,
    ...(error.details === undefined ? {} : { details: redactor.value(error.details) }),
    trace_id: request.id,
  };
  const isTransient = error.status === 503 || error.status === 429 || error.code === 'conversation_busy';
  if (isTransient) void reply.header('retry-after', String(retryAfterSeconds(error.details)));
  return reply.status(error.status).send(body);
}

/** When whoever threw it knows no better. */
const defaultRetrySeconds = 5;

function retryAfterSeconds(details: unknown): number {
  const told = z.object({ retry_after_seconds: z.int().positive() }).safeParse(details);
  return told.success ? told.data.retry_after_seconds : defaultRetrySeconds;
}

/** Details may repeat what was sent, and error bodies end up in the logs of others. */
const redactor = createRedactor(
  { modes: redactionDefaults.logs, customPatterns: [] },
  { remembered: 500, readsFieldNames: false },
);

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

const fastifyCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'invalid_request',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
  FST_ERR_BAD_URL: 'not_found',
};
