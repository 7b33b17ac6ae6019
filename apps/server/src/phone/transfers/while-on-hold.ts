import type { Talk } from '@parley/channels/phone/talk.ts';

/** The caller hears music, once what the agent said has been heard, for as long as the work takes. */
export async function whileOnHold<Result>(
  talk: Pick<Talk, 'quiet' | 'hold' | 'resume'>,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  const scope = new AbortController();
  const isOver = AbortSignal.any([signal, scope.signal]);
  void talk.quiet(isOver).then(() => {
    if (!isOver.aborted) talk.hold();
  });
  try {
    return await work();
  } finally {
    scope.abort();
    talk.resume();
  }
}
