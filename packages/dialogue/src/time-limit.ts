/** Aborted with the outer signal, or when the time is over. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  readonly isOver: boolean;
  /** Whoever began it ends it. */
  end(): void;
}

/**
 * What `AbortSignal.any` with `AbortSignal.timeout` gives, for what happens several times in every turn: those two are kept by weak
 * references until the garbage is collected, which costs a busy server more than the work that they limit.
 */
export function beginTimeLimit(outer: AbortSignal, timeoutMs: number): TimeLimit {
  const either = new AbortController();
  let isOver = false;
  const follow = () => either.abort(outer.reason);
  const timer = setTimeout(() => {
    isOver = true;
    either.abort(new DOMException(`It took longer than ${timeoutMs} ms.`, 'TimeoutError'));
  }, timeoutMs);
  timer.unref();
  if (outer.aborted) follow();
  else outer.addEventListener('abort', follow, { once: true });
  return {
    signal: either.signal,
    get isOver() {
      return isOver;
    },
    end() {
      clearTimeout(timer);
      outer.removeEventListener('abort', follow);
    },
  };
}
