/** The server refused, and says why. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** For programs. See the list in the API's documentation. */
  readonly code: string;
  readonly details: unknown;
  /** Finds the request in the server's logs. */
  readonly traceId: string | undefined;
  /** How long to wait before trying again, where the server says so. */
  readonly retryAfterMs: number | undefined;

  constructor(facts: {
    readonly status: number;
    readonly message: string;
    readonly code: string;
    readonly details: unknown;
    readonly traceId: string | undefined;
    readonly retryAfterMs: number | undefined;
  }) {
    super(facts.message);
    this.status = facts.status;
    this.code = facts.code;
    this.details = facts.details;
    this.traceId = facts.traceId;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** From an answer that is no success; whatever stands in its body, the caller gets an `ApiError`. */
export async function toApiError(response: Response): Promise<ApiError> {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const body = readBody(await response.text().catch(() => ''));
  return new ApiError({
    status: response.status,
    message: text(body.error) ?? `The server answered ${response.status}`,
    code: text(body.code) ?? 'unknown',
    details: body.details,
    traceId: text(body.trace_id),
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : undefined,
  });
}

function readBody(json: string): { readonly [name: string]: unknown } {
  try {
    const body: unknown = JSON.parse(json);
    return typeof body === 'object' && body !== null ? { ...body } : {};
  } catch {
    return {};
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
