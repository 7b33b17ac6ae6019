import type { Wording } from '@parley/contract/flow/parts.ts';
import { renderTemplate } from '../template.ts';
import type { HandOffRequest as AskedHandOff, HandOffOutcome, HandOffTarget } from './parts.ts';
import { type Run, type Speaking, type Step, say, saySystem, spokenScopeOf } from './run.ts';
import { hideSaidSecrets } from './secrets.ts';
import type { SystemWording } from './system-wordings.ts';

export interface HandOffRequest {
  readonly to: HandOffTarget;
  readonly text: Wording | undefined;
  /** A template. */
  readonly summary: string | undefined;
  readonly reason: 'asked' | 'stuck' | 'flow';
  readonly mode?: 'warm' | 'cold' | undefined;
  /** The node that follows when nobody takes over; the caller is told, if there is none. */
  readonly failed?: string;
}

/** A person who answered is waited for this long: callers hear that they are put through, and then nothing. */
const answerTimeoutMs = 30_000;
/** Where it takes long, whoever does it has a limit of its own; ours comes after it. */
const marginMs = 5000;

/** Asks for a person first, and says afterwards what came of it. */
export async function* handOff(run: Run, request: HandOffRequest): Speaking<Step> {
  const asked = askedOf(run, request);
  const { summary } = asked;
  await run.request.commit();
  const takesUpToMs = run.parts.handOff?.takesUpToMs?.(asked);
  if (takesUpToMs !== undefined) {
    yield* saySystem(run, 'askingForPerson');
    yield { type: 'waiting', upToMs: takesUpToMs + marginMs };
  }
  const outcome = await ask(run, asked, takesUpToMs === undefined ? answerTimeoutMs : takesUpToMs + marginMs);
  if (outcome === 'accepted') {
    run.handedOver = true;
    yield { type: 'acted', name: 'handed_off', data: { to: request.to, reason: request.reason, summary } };
    if (request.text === undefined) yield* saySystem(run, 'handOff');
    else yield* say(run, request.text);
    run.ended = true;
    return { kind: 'ended' };
  }
  // The wish is in the record, where the team sees it, whatever comes now.
  const data = { to: request.to, reason: request.reason, summary, why: outcome };
  yield { type: 'acted', name: 'handoff_requested', data };
  if (request.failed !== undefined) return { kind: 'next', node: request.failed };
  if (request.reason === 'stuck') yield* saySystem(run, 'stuck');
  // Who waited is told what came of it, whatever they said meanwhile.
  yield* saySystem(run, sorry[outcome], undefined, takesUpToMs === undefined);
  if (request.reason !== 'stuck') return { kind: 'wait' };
  yield* saySystem(run, 'goodbye');
  run.ended = true;
  return { kind: 'ended' };
}

const sorry: Readonly<Record<Exclude<HandOffOutcome, 'accepted'>, SystemWording>> = {
  unavailable: 'nobodyFree',
  refused: 'nobodyFree',
  busy: 'lineBusy',
  no_answer: 'noAnswer',
};

async function ask(run: Run, asked: AskedHandOff, timeoutMs: number): Promise<HandOffOutcome> {
  const { handOff: askForPerson } = run.parts;
  if (askForPerson === undefined) return 'unavailable';
  run.signal.throwIfAborted();
  const signal = AbortSignal.any([run.signal, AbortSignal.timeout(timeoutMs)]);
  const gaveUp = Promise.withResolvers<never>();
  const onAbort = () => gaveUp.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const outcome = askForPerson(asked, signal);
    // Who does not heed the signal is left behind all the same.
    return await Promise.race([outcome, gaveUp.promise]);
  } catch (error) {
    run.signal.throwIfAborted();
    run.report(error);
    return 'unavailable';
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function askedOf(run: Run, { to, reason, mode, summary: template }: HandOffRequest): AskedHandOff {
  const { conversationId } = run.request;
  const { language } = run.memory;
  const shared = { conversationId, to, reason, language, ...(mode !== undefined && { mode }) };
  if (template === undefined) return { ...shared, summary: lastWords(run), brief: callersWords(run) };
  const summary = hideSaidSecrets(run, renderTemplate(template, spokenScopeOf(run)));
  return { ...shared, summary, brief: summary };
}

/** The last words of both, for a person who comes in. */
function lastWords(run: Run): string {
  return run.request.history
    .slice(-8)
    .map(({ speaker, text }) => `${speaker}: ${hideSaidSecrets(run, text)}`)
    .join('\n')
    .slice(0, 2000);
}

/** What the caller said last, for a person who hears it: more would keep two people waiting. */
function callersWords(run: Run): string {
  const said = run.request.history.filter(({ speaker }) => speaker === 'caller').map(({ text }) => text);
  const now = run.request.cue.type === 'turn' ? run.request.cue.turn.text : '';
  // The turn that asks for a person may stand in the history already, or not yet.
  if (now !== '' && said.at(-1) !== now) said.push(now);
  return said
    .slice(-2)
    .map((text) => hideSaidSecrets(run, text))
    .join(' ')
    .slice(-300);
}
