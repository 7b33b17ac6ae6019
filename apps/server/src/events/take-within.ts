import type { EventSubscriber, HandedEvent } from './event-subscriber.ts';

export type Taking =
  | { readonly kind: 'taken' }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Whether it took them is not known. */
  | { readonly kind: 'too_slow'; readonly error: Error };

/** Hand a batch to a subscriber, and wait no longer than this, whether or not it heeds its signal. Never rejects. */
export async function takeWithin(
  subscriber: EventSubscriber,
  events: readonly HandedEvent[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Taking> {
  const late = new AbortController();
  const tooSlow = Promise.withResolvers<Taking>();
  const timer = setTimeout(() => {
    const error = new Error(`It did not take ${events.length} events within ${timeoutMs} ms.`);
    late.abort(error);
    tooSlow.resolve({ kind: 'too_slow', error });
  }, timeoutMs);
  const stop = () => tooSlow.resolve({ kind: 'failed', error: signal.reason });
  signal.addEventListener('abort', stop, { once: true });
  try {
    const taking = async (): Promise<Taking> => {
      try {
        await subscriber.take(events, AbortSignal.any([signal, late.signal]));
        return { kind: 'taken' };
      } catch (error) {
        return { kind: 'failed', error };
      }
    };
    return await Promise.race([taking(), tooSlow.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
