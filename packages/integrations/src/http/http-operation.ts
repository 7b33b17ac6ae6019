import { createHash } from 'node:crypto';
import type { JsonValue } from 'jsonpath-rfc9535';
import type { Authenticator, Credentials } from '../auth/credentials.ts';
import type { HttpIntegration } from '../definition.ts';
import type { Fail, IntegrationErrorCode } from '../errors.ts';
import type { HttpKind } from '../kinds/http-kind.ts';
import type { TemplateScope } from '../values/template.ts';
import type { HttpAnswer, HttpClient } from './exchange.ts';

export interface HttpOutcome {
  readonly value: JsonValue;
  readonly status: number;
  readonly bytes: number;
  readonly contentType: string;
}

export interface HttpUse {
  readonly definition: HttpIntegration;
  readonly kind: HttpKind;
  /** It may be redirected: it changes nothing. */
  readonly reads: boolean;
  readonly scope: TemplateScope;
  readonly idempotencyKey: string;
}

/**
 * One request and what became of it. With credentials that can be renewed, an answer of 401 is tried once more.
 *
 * @throws IntegrationError
 */
export async function sendHttp(
  use: HttpUse,
  parts: { readonly http: HttpClient; readonly authenticator: Authenticator },
  fail: Fail,
  signal: AbortSignal,
): Promise<HttpOutcome> {
  const { kind } = use;
  const once = async () => {
    const credentials = await parts.authenticator.credentials(fail, signal);
    return { credentials, answer: await parts.http.send(requestOf(use, credentials, fail), fail, signal) };
  };
  let { credentials, answer } = await once();
  if (answer.status === 401 && parts.authenticator.refused(credentials)) ({ credentials, answer } = await once());
  kind.explain?.(answer, fail);
  checkStatus(answer, kind, fail);
  return {
    value: kind.read(answer, fail),
    status: answer.status,
    bytes: answer.bytes,
    contentType: answer.contentType,
  };
}

function requestOf({ definition, kind, reads, scope, idempotencyKey }: HttpUse, credentials: Credentials, fail: Fail) {
  const { url, headers, ...ask } = kind.ask(scope, fail);
  for (const [name, value] of Object.entries(credentials.query)) url.searchParams.set(name, value);
  const fixed = Object.fromEntries(
    Object.entries(definition.headers).map(([name, value]) => {
      if (!/^[\t\x20-\x7e]*$/.test(value))
        throw fail('value_invalid', 'A header holds printable ASCII on one line.', { field: `headers.${name}` });
      return [name.toLowerCase(), value];
    }),
  );
  const once =
    kind.idempotencyHeader === undefined ? {} : { [kind.idempotencyHeader.toLowerCase()]: keyOf(idempotencyKey) };
  // Nobody's header takes the place of the credentials or of the key.
  return { ...ask, url, headers: { ...fixed, ...headers, ...once, ...credentials.headers }, follow: reads };
}

/** As it is if a header can hold it, otherwise a digest: equal keys stay equal. */
function keyOf(key: string): string {
  return /^[\x21-\x7e]{1,255}$/.test(key) ? key : createHash('sha256').update(key).digest('hex');
}

function checkStatus({ status, retryAfterMs }: HttpAnswer, kind: HttpKind, fail: Fail): void {
  if (status >= 200 && status < 300) return;
  const code = kind.errorCodes[String(status)];
  throw fail(codeOf(status), `The API answered ${status}.`, {
    status,
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function codeOf(status: number): IntegrationErrorCode {
  if (status >= 500) return 'server_failed';
  switch (status) {
    case 401:
    case 403:
      return 'auth_failed';
    case 404:
    case 410:
      return 'not_found';
    case 408:
      return 'timed_out';
    case 409:
    case 412:
      return 'conflict';
    case 429:
      return 'throttled';
    default:
      return 'rejected';
  }
}
