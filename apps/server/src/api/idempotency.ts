/** What was answered under an idempotency key. */
export interface KeptAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface IdempotentRequest {
  readonly organizationId: string;
  /** `actorName` of who asks: keys of two callers are two keys. */
  readonly actor: string;
  readonly key: string;
  readonly routeId: string;
  /** SHA-256 of path and body. */
  readonly requestHash: string;
}

/** Answers kept for a day, so that a request sent again does nothing again. */
export interface IdempotencyStore {
  /**
   * `first`: nobody sent it before; do it, then `keep` or `release`. `again`: answer with what was answered.
   * @throws WireError `idempotency_key_reused`; `idempotency_in_progress`; `idempotency_answer_lost` for one that began and of which
   *   nobody ever said how it ended: it may have been done
   */
  begin(
    request: IdempotentRequest,
  ): Promise<{ readonly kind: 'first' } | { readonly kind: 'again'; readonly answer: KeptAnswer }>;
  /** May be called again when it failed. */
  keep(request: IdempotentRequest, answer: KeptAnswer): Promise<void>;
  /** It failed: the same key may try anew. */
  release(request: IdempotentRequest): Promise<void>;
}
