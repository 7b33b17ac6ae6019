import type { Json, JsonObject } from '@parley/dialogue/tools/tool.ts';
import type { IntegrationErrorCode } from './errors.ts';

/** Where secrets are kept. A definition names them and never holds them. */
export interface SecretSource {
  /** undefined: there is none of the name. */
  get(name: string, signal: AbortSignal): Promise<string | undefined>;
}

/** Milliseconds since 1970; for the life of tokens, rate limits and durations. */
export interface Clock {
  nowEpochMs(): number;
}

/** One try of one use, for the record. Holds no secret, no value of the answer, and no input that is marked as personal. */
export interface IntegrationCall {
  readonly integration: string;
  readonly operation: string;
  readonly outcome: 'ok' | IntegrationErrorCode;
  /** The HTTP status, if it came to one. */
  readonly status: number | undefined;
  readonly startedEpochMs: number;
  readonly durationMs: number;
  /** 1-based; 0 when nothing was sent: the breaker, the rate or the number at once forbade it. */
  readonly attempt: number;
  readonly conversationId: string;
  readonly turnNumber: number;
  /** `target` is the method and the path as it is written in the definition, the statement's first words for SQL. */
  readonly request: { readonly target: string; readonly input: JsonObject };
  /** `fields` are the names of what was taken from the answer. */
  readonly response:
    | { readonly bytes: number; readonly contentType: string; readonly fields: readonly string[] }
    | undefined;
  /** What went wrong, for engineers; shortened, and without numbers of accounts, cards and phones. */
  readonly reason: string | undefined;
}

export interface SqlRequest {
  /** With `$1`, `$2`…: values never stand in the text. */
  readonly text: string;
  readonly values: readonly Json[];
  /** The database itself refuses to change anything. */
  readonly readOnly: boolean;
  readonly timeoutMs: number;
  /** More rows are an error (`too_many_rows`), not a silent cut. */
  readonly maxRows: number;
}

/** A database that takes statements with bound values. Rejects with a `SqlError`. */
export interface SqlRunner {
  run(
    request: SqlRequest,
    signal: AbortSignal,
  ): Promise<{ readonly rows: readonly JsonObject[]; readonly rowCount: number }>;
  /** Idempotent. */
  close(): Promise<void>;
}

export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly kind:
    | 'unreachable'
    | 'timed_out'
    | 'conflict'
    | 'too_many_rows'
    | 'address_refused'
    | 'auth_failed'
    | 'failed';
  constructor(kind: SqlError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
