import type { TurnRecord } from '../../ports/recorder.ts';
import { sameMeaning } from '../../text/meaning.ts';
import { words } from '../../text/words.ts';
import { endpointingDefaults } from '../../turn/endpointing.ts';
import { type CallLog, stateSpans } from '../call-log.ts';
import { lostAfter } from './sound.ts';

/** Each turn as it was last written, whether or not the database took it. */
export function turnsOf(log: CallLog): ReadonlyMap<number, TurnRecord> {
  return new Map(log.writes.map(({ turn }) => [turn.turnNumber, turn]));
}

/** The agent's words that are said in one place only. */
export const tags = /\b[a-z]{3}z\b/g;

/** Names that only one of the caller's stretches of speech has. */
const names = /\b[a-z]{6}x\b/g;

export function wordsAreKept(log: CallLog): string | undefined {
  const kept = [...turnsOf(log).values()].map((turn) => turn.caller?.text ?? '').join(' ');
  for (const { atMs, text, rejected, spokenAtMs } of log.finals) {
    if (rejected || isOverBy(log, spokenAtMs) || hasEcho(log, text) || isBesideEcho(log, spokenAtMs)) continue;
    // Nobody waits for ever: words that come later than that have been asked for again.
    if (atMs - spokenAtMs > endpointingDefaults.transcriptTimeoutMs || followsLate(log, atMs)) continue;
    if (lostAfter(log, spokenAtMs) || log.recognizerFailures.some((failedAtMs) => failedAtMs >= spokenAtMs)) continue;
    const lost = text.match(names)?.find((name) => !kept.includes(name));
    if (lost !== undefined) return `"${text}" was understood at ${atMs} ms, but "${lost}" is in no turn`;
  }
  return undefined;
}

/** Words that came back from the agent are left out, with the few of the caller that they came with. */
function hasEcho(log: CallLog, text: string): boolean {
  const heard = new Set(words(text));
  return log.spoken.some((spoken) => spoken.isEcho && words(spoken.text).some((word) => heard.has(word)));
}

function isBesideEcho(log: CallLog, spokenAtMs: number): boolean {
  return log.spoken.some(
    ({ isEcho, fromMs, toMs }) => isEcho && fromMs - spokenAtMs < patienceMs && spokenAtMs - toMs < patienceMs,
  );
}

/** Did a final come just before that was too late? Nobody can tell then which of them was which. */
function followsLate(log: CallLog, atMs: number): boolean {
  const { transcriptTimeoutMs } = endpointingDefaults;
  return log.finals.some((final) => {
    return (
      final.atMs <= atMs &&
      final.atMs > atMs - transcriptTimeoutMs &&
      final.atMs - final.spokenAtMs > transcriptTimeoutMs
    );
  });
}

export function everyTurnIsAnswered(log: CallLog): string | undefined {
  const turns = [...turnsOf(log).values()];
  for (const turn of turns) {
    const { caller, reply, turnNumber } = turn;
    if (caller === undefined) continue;
    const isSilent = log.thoughts.some(({ cue, outcome }) => {
      return cue.type === 'turn' && cue.turn.turnNumber === turnNumber && outcome === 'empty';
    });
    if (reply === undefined || (reply.text === '' && reply.actions.length === 0 && !reply.interrupted && !isSilent)) {
      return `turn ${turnNumber} ("${caller.text}") has no answer`;
    }
    // An agent that ends the call has the last word, and without a voice there is no other end.
    if (log.closed[0]?.reason === 'error' || log.closed[0]?.reason === 'completed') continue;
    // Nor is there any answer for whoever holds the line and does not come back.
    if (log.holds.at(-1)?.toMs === undefined && log.holds.length > 0) continue;
    const isLast = turns.every((other) => other.turnNumber <= turnNumber);
    if (reply.interrupted && isLast && log.leftAtMs === undefined && !lostAfter(log, 0)) {
      return `the answer to turn ${turnNumber} ("${caller.text}") was cut off, and nothing came of it`;
    }
  }
  return undefined;
}

export function answersAreToTheWords(log: CallLog): string | undefined {
  const turns = turnsOf(log);
  for (const { cue, said, atMs } of log.thoughts) {
    const tag = said
      .map(({ text }) => text)
      .join('')
      .match(tags)?.[0];
    if (cue.type !== 'turn' || tag === undefined) continue;
    const turn = [...turns.values()].find(({ reply }) => reply?.text.includes(tag));
    if (turn?.caller !== undefined && !sameMeaning(turn.caller.text, cue.turn.text)) {
      return `turn ${turn.turnNumber} is "${turn.caller.text}", its answer of ${atMs} ms was to "${cue.turn.text}"`;
    }
  }
  return undefined;
}

export function typedIsAnsweredOnce(log: CallLog): string | undefined {
  for (const { messageId, atMs } of log.typed) {
    const turns = [...turnsOf(log).values()].filter((turn) => turn.caller?.messageId === messageId);
    if (turns.length > 1) return `message ${messageId} is ${turns.length} turns`;
    const wasRefused = log.notices.some(
      (told) => told.atMs >= atMs && told.notice.type === 'trouble' && refusals.includes(told.notice.code),
    );
    if (turns.length === 0 && !wasRefused && hadTime(log, atMs)) return `message ${messageId} is no turn`;
  }
  return undefined;
}

/** Was there a moment at which nothing else was going on? Until then a message waits behind what is. */
function hadTime(log: CallLog, atMs: number): boolean {
  return stateSpans(log).some(({ state, fromMs, toMs }) => state === 'waiting' && fromMs > atMs && toMs > fromMs);
}

const refusals = ['too_many_messages', 'storage_unavailable'];

export function thoughtOnce(log: CallLog): string | undefined {
  const turns = log.thoughts.flatMap((thought) =>
    thought.cue.type === 'turn' ? [{ thought, turn: thought.cue.turn }] : [],
  );
  for (const [index, { thought, turn }] of turns.entries()) {
    const again = turns.slice(index + 1).find(({ turn: later }) => {
      return later.turnNumber === turn.turnNumber && sameMeaning(later.text, turn.text);
    });
    if (again === undefined || thought.outcome === 'failed') continue;
    // An answer to words that were taken for sure is none to words that turned out to be doubtful.
    if (again.turn.confidence !== turn.confidence || again.turn.rejected !== turn.rejected) continue;
    // An echo that comes twice.
    if (hasEcho(log, turn.text)) continue;
    // Between them the caller had said something else, or had taken the floor with the button.
    const between = turns.slice(index + 1, turns.indexOf(again));
    if (between.some(({ turn: other }) => !sameMeaning(other.text, turn.text))) continue;
    if (log.buttons.some(({ held, atMs }) => held && atMs >= thought.atMs && atMs <= again.thought.atMs)) continue;
    return `"${turn.text}" (turn ${turn.turnNumber}) was thought about at ${thought.atMs} and at ${again.thought.atMs} ms`;
  }
  return undefined;
}

export function effectsOnce(log: CallLog): string | undefined {
  const turns = turnsOf(log);
  const byTurn = new Map<number, number>();
  for (const [index, { cue, acts, outcome }] of log.thoughts.entries()) {
    const act = acts[0];
    if (cue.type !== 'turn' || act === undefined) continue;
    const { turnNumber } = cue.turn;
    if (byTurn.has(turnNumber))
      return `both thought ${byTurn.get(turnNumber)} and ${index} acted for turn ${turnNumber}`;
    byTurn.set(turnNumber, index);
    const recorded = turns.get(turnNumber)?.reply?.actions.map(({ name }) => name) ?? [];
    const unknown = acts.find(({ name }) => !recorded.includes(name));
    if (outcome === 'finished' && unknown !== undefined && !isOverBy(log, act.atMs)) {
      return `what was done at ${unknown.atMs} ms for turn ${turnNumber} is in no record`;
    }
  }
  return undefined;
}

/** Was the conversation over, or its caller gone, before anything could have come of it? */
function isOverBy(log: CallLog, atMs: number): boolean {
  const endedAtMs = log.states.find(({ state }) => state === 'ended')?.atMs ?? log.endMs;
  const overAtMs = Math.min(log.leftAtMs ?? log.endMs, endedAtMs);
  return overAtMs - atMs < patienceMs;
}

/** The longest delay of the end of a turn, with a transcript that is late. */
const patienceMs = endpointingDefaults.incompleteDelayMs + endpointingDefaults.transcriptTimeoutMs;
