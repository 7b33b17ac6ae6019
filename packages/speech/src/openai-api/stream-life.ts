import type { RecognizerEvent } from '@parley/engine/ports/recognizer.ts';
import type { ProviderFailure } from '../provider/provider-failure.ts';

/** The life of a recogniser's stream: until its owner aborts it, the recogniser is closed, or it fails. */
export interface StreamLife {
  readonly isOver: boolean;
  /** Aborted at the end, whatever the end was. */
  readonly signal: AbortSignal;
  /** Ignored after the end. */
  tell(event: RecognizerEvent): void;
  /** Ends it and tells why. Not from inside a call to the stream: `failLater` is for that. */
  fail(failure: ProviderFailure): void;
  failLater(failure: ProviderFailure): void;
}

/** @param title whose stream it is, for failures @param closing aborted when the recogniser is closed */
export function createStreamLife(
  title: string,
  signal: AbortSignal,
  closing: AbortSignal,
  onEvent: (event: RecognizerEvent) => void,
): StreamLife {
  const scope = new AbortController();
  const finish = () => {
    signal.removeEventListener('abort', finish);
    closing.removeEventListener('abort', onClosing);
    scope.abort();
  };
  const fail = ({ message, ...failure }: ProviderFailure) => {
    if (scope.signal.aborted) return;
    finish();
    onEvent({ type: 'failed', ...failure, message: `${title}: ${message}` });
  };
  const failLater = (failure: ProviderFailure) => {
    setImmediate(() => fail(failure));
  };
  const onClosing = () => failLater({ code: 'provider_failed', message: 'The recogniser was closed.' });
  signal.addEventListener('abort', finish, { once: true });
  closing.addEventListener('abort', onClosing, { once: true });
  if (signal.aborted) finish();
  else if (closing.aborted) onClosing();
  return {
    get isOver() {
      return scope.signal.aborted;
    },
    signal: scope.signal,
    tell(event) {
      if (!scope.signal.aborted) onEvent(event);
    },
    fail,
    failLater,
  };
}
