import { FRAME_MS } from '../../ports/audio.ts';
import { type CallLog, type StateSpan, stateSpans } from '../call-log.ts';
import { hasChannel, lostAfter, wasOnHold } from './sound.ts';

export function statesAreTrue(log: CallLog): string | undefined {
  return toldOtherwise(log) ?? soundsInSilence(log);
}

/** Longest time in which a caller who is being answered hears nothing: two more fillers and the wait after them. */
const longestSilenceMs = 20_500;

export function callerIsNotLeftInSilence(log: CallLog): string | undefined {
  // Where the voice itself fails there is text, or the end.
  if (log.requests.some(({ outcome, given }) => outcome !== 'done' || given.length === 0)) return undefined;
  for (const { state, fromMs, toMs } of stateSpans(log)) {
    if (state !== 'processing' && state !== 'responding') continue;
    if (!hasChannel(log, fromMs) || lostAfter(log, fromMs) || wasOnHold(log, fromMs, toMs)) continue;
    const moments = [
      fromMs,
      ...log.sounds.flatMap((sound) => [sound.fromMs, sound.toMs]).filter((atMs) => atMs > fromMs && atMs < toMs),
      toMs,
    ];
    const silent = moments.findIndex((atMs, index) => (moments[index + 1] ?? atMs) - atMs > longestSilenceMs);
    if (silent !== -1) return `${state} from ${fromMs} to ${toMs} ms, in silence from ${moments[silent]} ms on`;
  }
  return undefined;
}

/** What clients are told is what is. */
function toldOtherwise(log: CallLog): string | undefined {
  const told = log.notices.filter(({ notice }) => notice.type === 'state');
  const wrong = told.find(({ atMs, notice }) => {
    const states = log.states.filter((entry, index) => {
      const untilMs = log.states[index + 1]?.atMs ?? log.endMs;
      // The state is looked at from outside now and then: what was just told may be seen a frame later.
      return entry.atMs <= atMs + FRAME_MS && untilMs >= atMs;
    });
    return notice.type === 'state' && !isPassing(log, atMs) && states.every(({ state }) => state !== notice.state);
  });
  return wrong && `"${JSON.stringify(wrong.notice)}" was told at ${wrong.atMs} ms`;
}

/** Two states at one moment: the first is over before anybody can look. */
function isPassing(log: CallLog, atMs: number): boolean {
  return log.notices.filter((entry) => entry.atMs === atMs && entry.notice.type === 'state').length > 1;
}

function soundsInSilence(log: CallLog): string | undefined {
  const silent = stateSpans(log).filter(({ state }) => state === 'waiting' || state === 'ended');
  for (const { request, fromMs, toMs } of log.sounds) {
    const span: StateSpan | undefined = silent.find((entry) => entry.fromMs < toMs - 1 && entry.toMs > fromMs + 1);
    if (span !== undefined && toMs > span.fromMs + 1) {
      return `"${request.text}" sounded until ${toMs} ms, ${span.state} since ${span.fromMs} ms`;
    }
  }
  return undefined;
}
