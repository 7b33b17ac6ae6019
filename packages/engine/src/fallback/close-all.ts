import type { Clock } from '../ports/clock.ts';
import { FallbackError } from './fallback-error.ts';

interface Closable {
  readonly name: string;
  close(): Promise<void>;
}

/** Closes all parts at once. Never rejects, and does not wait for one that hangs. */
export async function closeAll(
  parts: readonly Closable[],
  clock: Clock,
  timeoutMs: number,
  onError: (error: FallbackError) => void,
): Promise<void> {
  await Promise.all(parts.map((part) => closeOne(part, clock, timeoutMs, onError)));
}

function closeOne(
  part: Closable,
  clock: Clock,
  timeoutMs: number,
  onError: (error: FallbackError) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const report = (detail: string, cause?: unknown) => {
      onError(new FallbackError('part_not_closed', `${part.name}: ${detail}`, cause));
      resolve();
    };
    const cancel = clock.wakeAt(clock.nowMs() + timeoutMs, () => report(`not within ${timeoutMs} ms`));
    new Promise<void>((begin) => begin(part.close()))
      .then(resolve, (error: unknown) => report(String(error), error))
      .finally(cancel);
  });
}
