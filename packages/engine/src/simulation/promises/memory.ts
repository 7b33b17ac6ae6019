import type { HistoryLine } from '../../ports/agent.ts';
import { FRAME_MS } from '../../ports/audio.ts';
import type { TurnRecord } from '../../ports/recorder.ts';
import { countWords, words } from '../../text/words.ts';
import type { CallLog, VoiceRequest } from '../call-log.ts';
import { tags, turnsOf } from './turns.ts';

export function heardIsRecorded(log: CallLog): string | undefined {
  /** The last reply that a record was found for: what was cut off may be said again in a later one. */
  let lastReply = 0;
  for (const turn of [...turnsOf(log).values()].toSorted((a, b) => a.turnNumber - b.turnNumber)) {
    const { reply, turnNumber } = turn;
    if (reply?.heardText === undefined) continue;
    if (!isWithin(words(reply.heardText), words(reply.text))) {
      return `of turn ${turnNumber}, "${reply.text}", something else was recorded as heard: "${reply.heardText}"`;
    }
    const spoken = spokenFor(log, turn, lastReply);
    if (spoken.length === 0) continue;
    lastReply = spoken[0]?.reply ?? lastReply;
    const recorded = countWords(reply.heardText);
    const sounded = (request: VoiceRequest) => log.sounds.some((sound) => sound.request === request);
    // The line was lost before a word of it sounded: it was shown instead.
    if (!spoken.some(sounded) && isShown(log, turn)) continue;
    const bounds = spoken.map((request) =>
      heardWords(log, request, reply.interrupted && request === spoken.findLast(sounded)),
    );
    const least = bounds.reduce((sum, { least }) => sum + least, 0);
    const most = bounds.reduce((sum, { most }) => sum + most, 0);
    if (recorded < least - 1 || recorded > most + 1) {
      return `of turn ${turnNumber}, "${reply.text}", ${least} to ${most} words were heard, but ${recorded} are recorded: "${reply.heardText}"`;
    }
  }
  return undefined;
}

export function historyIsRecorded(log: CallLog): string | undefined {
  // A turn that could not be stored is taken back, from the history too: what the agent was told meanwhile was right then.
  if (log.writes.some(({ outcome }) => outcome !== 'stored')) return undefined;
  const turns = [...turnsOf(log).values()].toSorted((a, b) => a.turnNumber - b.turnNumber);
  for (const { cue, history, atMs } of log.thoughts) {
    if (cue.type !== 'turn' || history.length >= 100) continue;
    const before = turns.filter((turn) => turn.turnNumber < cue.turn.turnNumber).flatMap(linesOf);
    const wrong = before.findIndex((line, index) => line.text !== history[index]?.text);
    if (wrong !== -1 || history.length !== before.length) {
      const [told, is] = [history[wrong]?.text, before[wrong]?.text];
      return `at ${atMs} ms the agent was told ${history.length} lines, recorded are ${before.length}: "${told}" for "${is}"`;
    }
  }
  return undefined;
}

export function recordsAreWhole(log: CallLog): string | undefined {
  const turns = turnsOf(log);
  const numbers = [...turns.keys()].toSorted((a, b) => a - b);
  const gap = numbers.findIndex((number, index) => number !== index + 1);
  if (gap !== -1) return `turn ${gap + 1} is missing: there are ${numbers.join(', ')}`;
  const wasShutDown = log.closed[0]?.reason === 'shutdown';
  for (const [turnNumber, turn] of turns) {
    if (turn.reply?.heardText === undefined && !wasShutDown) {
      return `what was heard of turn ${turnNumber} was never recorded`;
    }
    const last = log.writes.findLast((write) => write.turn.turnNumber === turnNumber);
    if (last?.outcome === 'stored' && log.stored.get(turnNumber) !== last.turn) {
      return `an older record of turn ${turnNumber} replaced a newer one`;
    }
  }
  return undefined;
}

function linesOf({ caller, reply }: TurnRecord): readonly HistoryLine[] {
  const lines: HistoryLine[] = [];
  if (caller !== undefined) lines.push({ speaker: 'caller', text: caller.text });
  if (reply?.heardText !== undefined && reply.heardText !== '') lines.push({ speaker: 'agent', text: reply.heardText });
  return lines;
}

/** The sentences of the reply that is known by what only it says; without fillers, which are no part of the answer. */
function spokenFor(log: CallLog, { reply }: TurnRecord, after: number): readonly VoiceRequest[] {
  const tag = reply?.text.match(tags)?.[0];
  if (reply === undefined || tag === undefined) return [];
  const id = log.requests.find((request) => request.reply > after && request.text.includes(tag))?.reply;
  return log.requests.filter((request) => request.reply === id && reply.text.includes(request.text));
}

/** How many of its words can have been heard; a sentence that has no voice, or loses it, is shown. */
function heardWords(
  log: CallLog,
  request: VoiceRequest,
  wasCutOff: boolean,
): { readonly least: number; readonly most: number } {
  const count = countWords(request.text);
  const sounds = log.sounds.filter((sound) => sound.request === request);
  const soundedMs = sounds.reduce((sum, sound) => sum + sound.frames, 0) * FRAME_MS;
  const audioMs = request.given.at(-1)?.audioMs ?? 0;
  const isWhole = request.outcome === 'done' && audioMs >= count * request.wordMs;
  // Of a sentence that is still being made a voice without word times does not know how long it will be.
  if (!isWhole && !(wasCutOff && request.wordTimes && soundedMs > 0)) return { least: 0, most: count };
  const delayMs = Math.max(0, ...sounds.map((sound) => log.channels[sound.channel]?.playoutDelayMs ?? 0));
  // Of what was cut off the last bit had not arrived.
  const arrivedMs = !wasCutOff && isWhole && soundedMs >= audioMs ? soundedMs : Math.max(0, soundedMs - delayMs);
  const spread = request.wordTimes ? 0 : 1;
  return {
    least: Math.max(0, Math.floor((arrivedMs - saidAgainMs(request)) / request.wordMs) - spread),
    most: Math.min(count, Math.ceil(soundedMs / request.wordMs) + spread),
  };
}

/**
 * Of words that sounded twice, as one voice broke off and another one went on, all but once: of the word in which it broke off, and, where
 * no times of words tell which that was, of those before it from which the other one began.
 */
function saidAgainMs({ said = [], text, wordMs, wordTimes }: VoiceRequest): number {
  const written = [...words(text)];
  let againMs = 0;
  for (const { text: word, ms } of said) {
    const isWhole = Math.round(ms) >= wordMs;
    const place = written.indexOf(word);
    if (!isWhole || (!wordTimes && place === -1)) againMs += ms;
    else if (place !== -1) written.splice(place, 1);
  }
  return againMs;
}

function isShown(log: CallLog, { turnNumber, reply }: TurnRecord): boolean {
  const shown = log.notices.flatMap(({ notice }) => {
    return notice.type === 'said' && notice.turnNumber === turnNumber ? [notice.text] : [];
  });
  return reply?.heardText !== undefined && isWithin(words(reply.heardText), words(shown.join(' ')));
}

/** The same words in the same order, some left out: of sentences that had no voice. */
function isWithin(part: readonly string[], whole: readonly string[]): boolean {
  let next = 0;
  for (const word of whole) if (word === part[next]) next += 1;
  return next === part.length;
}
