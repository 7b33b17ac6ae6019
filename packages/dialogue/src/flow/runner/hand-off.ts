import type { Wording } from '@parley/contract/flow/parts.ts';
import { renderTemplate } from '../template.ts';
import type { HandOffTarget } from './parts.ts';
import { type Run, type Speaking, type Step, say, saySystem, spokenScopeOf } from './run.ts';
import { hideSaidSecrets } from './secrets.ts';

export interface HandOffRequest {
  readonly to: HandOffTarget;
  readonly text: Wording | undefined;
  /** A template. */
  readonly summary: string | undefined;
  readonly reason: 'asked' | 'stuck' | 'flow';
  /** The node that follows when nobody takes over; the caller is told, if there is none. */
  readonly failed?: string;
}

/** A person who answered is waited for this long: callers hear that they are put through, and then nothing. */
const answerTimeoutMs = 30_000;

/** Asks for a person first, and says afterwards what came of it. */
export async function* handOff(run: Run, request: HandOffRequest): Speaking<Step> {
  const summary =
    request.summary === undefined
      ? summaryOf(run)
      : hideSaidSecrets(run, renderTemplate(request.summary, spokenScopeOf(run)));
  await run.request.commit();
  const outcome = await ask(run, request, summary);
  if (outcome === 'accepted') {
    yield { type: 'acted', name: 'handed_off', data: { to: request.to, reason: request.reason, summary } };
    if (request.text === undefined) yield* saySystem(run, 'handOff');
    else yield* say(run, request.text);
    run.ended = true;
    return { kind: 'ended' };
  }
  // The wish is in the record, where the team sees it, whatever comes now.
  yield { type: 'acted', name: 'handoff_requested', data: { to: request.to, reason: request.reason, summary } };
  if (request.failed !== undefined) return { kind: 'next', node: request.failed };
  if (request.reason === 'stuck') yield* saySystem(run, 'stuck');
  yield* saySystem(run, 'nobodyFree');
  if (request.reason !== 'stuck') return { kind: 'wait' };
  yield* saySystem(run, 'goodbye');
  run.ended = true;
  return { kind: 'ended' };
}

async function ask(run: Run, { to, reason }: HandOffRequest, summary: string): Promise<'accepted' | 'unavailable'> {
  const { handOff: askForPerson } = run.parts;
  if (askForPerson === undefined) return 'unavailable';
  run.signal.throwIfAborted();
  const signal = AbortSignal.any([run.signal, AbortSignal.timeout(answerTimeoutMs)]);
  const gaveUp = Promise.withResolvers<never>();
  const onAbort = () => gaveUp.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const asked = askForPerson({ conversationId: run.request.conversationId, to, summary, reason }, signal);
    // Who does not heed the signal is left behind all the same.
    return await Promise.race([asked, gaveUp.promise]);
  } catch (error) {
    run.signal.throwIfAborted();
    run.report(error);
    return 'unavailable';
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The last words of both, for a person who comes in. */
function summaryOf(run: Run): string {
  return run.request.history
    .slice(-8)
    .map(({ speaker, text }) => `${speaker}: ${hideSaidSecrets(run, text)}`)
    .join('\n')
    .slice(0, 2000);
}
