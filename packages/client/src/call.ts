/** What is known of an operation when it is called. */
export interface OperationFacts {
  readonly method: string;
  /** With `{names}` that the input fills. */
  readonly path: string;
  /** Names of the input that stand in the query. */
  readonly query: readonly string[];
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Instead of the client's own. */
  readonly timeoutMs?: number;
  /** Told of the answer's headers: the `ETag` to change it by. */
  readonly onHeaders?: (headers: Headers) => void;
}

/** Sends requests. Each rejects with `ApiError`, or as `fetch` does when the server cannot be reached. */
export interface Transport {
  json<Output>(facts: OperationFacts, input: object, options?: CallOptions): Promise<Output>;
  /** The answer as it comes, its body unread. */
  file(facts: OperationFacts, input: object, options?: CallOptions): Promise<Response>;
  nothing(facts: OperationFacts, input: object, options?: CallOptions): Promise<void>;
}
