import type { JsonValue } from 'jsonpath-rfc9535';
import type { Fail } from '../errors.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import type { TemplateScope } from '../values/template.ts';

/** What an operation asks over HTTP, before anyone's credentials are added. */
export interface HttpAsk {
  readonly method: string;
  readonly url: URL;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What tells REST, GraphQL and SOAP apart: how a request is made and how its answer is read. */
export interface HttpKind {
  /** As it is written in the definition: for the record. */
  readonly target: string;
  /** Whether the same request twice is as good as once. */
  readonly mayRepeat: boolean;
  readonly errorCodes: Readonly<Record<string, string>>;
  readonly idempotencyHeader: string | undefined;
  /** @throws IntegrationError `value_missing`, `value_invalid` */
  ask(scope: TemplateScope, fail: Fail): HttpAsk;
  /** Answers that tell by themselves what went wrong, whatever their status: throws then. */
  explain?(answer: HttpAnswer, fail: Fail): void;
  /** @throws IntegrationError `response_type_unexpected`, `response_malformed`, and the kind's own */
  read(answer: HttpAnswer, fail: Fail): JsonValue;
}
