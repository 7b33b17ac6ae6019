import { FRAME_MS } from '../../ports/audio.ts';
import { interruptionDefaults } from '../../turn/interruption.ts';
import { type CallLog, type Sound, type StateSpan, stateSpans, type VoiceRequest } from '../call-log.ts';

export function nothingSoundsOutOfTurn(log: CallLog): string | undefined {
  const closedAtMs = log.closed[0]?.atMs ?? Number.POSITIVE_INFINITY;
  const cutOffs = log.notices.flatMap(({ notice }, index) => (notice.type === 'cutOff' ? [index] : []));
  for (const { request, fromMs, toMs, noticesBefore } of log.sounds) {
    if (request.abandonedAtMs !== undefined && toMs > request.abandonedAtMs) {
      return `"${request.text}" sounded until ${toMs} ms, though it was given up at ${request.abandonedAtMs} ms`;
    }
    if (toMs > closedAtMs) return `"${request.text}" sounded at ${toMs} ms, after the end at ${closedAtMs} ms`;
    if (cutOffs.some((index) => request.noticesBefore <= index && noticesBefore > index)) {
      return `"${request.text}" sounded at ${fromMs} ms, though its reply had been cut off`;
    }
  }
  return undefined;
}

export function onlyOneSounds(log: CallLog): string | undefined {
  let before: Sound | undefined;
  for (const sound of log.sounds) {
    const { request, fromMs, fromFrame } = sound;
    const isSame = before?.request === request;
    if (before !== undefined && !isSame && isBefore(request, before.request)) {
      return `"${request.text}" sounded at ${fromMs} ms after "${before.request.text}", which comes after it`;
    }
    const expected = isSame && before !== undefined ? before.fromFrame + before.frames : 0;
    if (fromFrame !== expected) {
      return `"${request.text}" went on with frame ${fromFrame} at ${fromMs} ms, not with frame ${expected}`;
    }
    if (before !== undefined && fromMs < before.toMs) return `two frames left at once at ${fromMs} ms`;
    before = sound;
  }
  return undefined;
}

/** Until somebody knows better, the floor is the caller's: not longer than a hold may last, and no longer than they speak. */
export function stopsForVoice(log: CallLog): string | undefined {
  for (const { startedAtMs, stoppedAtMs } of log.voiceHeard) {
    if (isIgnored(log, startedAtMs)) continue;
    // A hold lasts from the first voice of what is being said.
    const listening = stateSpans(log).find(
      ({ state, fromMs, toMs }) => state === 'listening' && fromMs <= startedAtMs && toMs >= startedAtMs,
    );
    const untilMs = Math.min(
      stoppedAtMs ?? log.endMs,
      (listening?.fromMs ?? startedAtMs) + interruptionDefaults.maxHoldMs,
      ...[...log.recognizerFailures, ...log.finals.map((final) => final.atMs)].filter((atMs) => atMs >= startedAtMs),
      ...log.channels
        .flatMap(({ attachedAtMs, detachedAtMs = attachedAtMs }) => [attachedAtMs, detachedAtMs])
        .filter((atMs) => atMs >= startedAtMs),
    );
    const sound = log.sounds.find(
      ({ request, fromMs, toMs }) =>
        toMs > startedAtMs + FRAME_MS && fromMs < untilMs && !isPassage(log, request) && toMs > fromMs - FRAME_MS,
    );
    if (sound !== undefined && Math.min(sound.toMs, untilMs) > startedAtMs + FRAME_MS) {
      return `"${sound.request.text}" went on sounding, though the caller spoke from ${startedAtMs} ms on`;
    }
  }
  return undefined;
}

export function channelsAreNotFlooded(log: CallLog): string | undefined {
  const full = log.channels.find(({ aheadMs, mostGivenAheadMs }) => mostGivenAheadMs > aheadMs);
  if (full === undefined) return undefined;
  return `a channel that keeps ${full.aheadMs} ms was given ${full.mostGivenAheadMs} ms that had not sounded`;
}

export function nothingSoundsOnHold(log: CallLog): string | undefined {
  for (const { fromMs: heldAtMs, toMs: backAtMs = log.endMs } of log.holds) {
    const sound = log.sounds.find(({ fromMs, toMs }) => fromMs < backAtMs && toMs > heldAtMs + FRAME_MS);
    if (sound !== undefined)
      return `"${sound.request.text}" sounded at ${sound.fromMs} ms, on hold since ${heldAtMs} ms`;
  }
  return undefined;
}

export function passagesAreHeard(log: CallLog): string | undefined {
  for (const request of log.requests) {
    if (!isPassage(log, request) || request.outcome !== 'done' || request.abandonedAtMs !== undefined) continue;
    const sounds = log.sounds.filter((sound) => sound.request === request);
    const first = sounds[0];
    if (first === undefined || lostAfter(log, first.fromMs)) continue;
    const heard = sounds.reduce((sum, sound) => sum + sound.frames, 0);
    const frames = Math.ceil((request.given.at(-1)?.audioMs ?? 0) / FRAME_MS);
    if (heard < frames) return `of "${request.text}" ${heard} of ${frames} frames were heard`;
    const [paused] = sounds.slice(1).filter((sound, index) => {
      const givenAtMs = availableAtMs(request, sound.fromFrame) ?? sound.fromMs;
      const freeAtMs = Math.max(givenAtMs, sounds[index]?.toMs ?? 0);
      return sound.fromMs - freeAtMs > 2 * FRAME_MS && !wasOnHold(log, freeAtMs, sound.fromMs);
    });
    if (paused !== undefined) return `"${request.text}" was interrupted until ${paused.fromMs} ms`;
  }
  return undefined;
}

/** Where the agent has the floor, no frame that is there waits for longer than two frames last. */
export function soundIsNotLate(log: CallLog): string | undefined {
  for (const span of stateSpans(log)) {
    if (!hasChannel(log, span.fromMs)) continue;
    const waited = span.state === 'responding' ? gapIn(log, span) : span.state === 'processing' && lateStart(log, span);
    if (waited) return waited;
  }
  return undefined;
}

/** A reply that sounds: after each frame the next follows if it is there. */
function gapIn(log: CallLog, span: StateSpan): string | undefined {
  const latest = log.requests.findLast(({ atMs }) => atMs <= span.fromMs)?.reply;
  for (const [index, { request, toMs, fromFrame, frames }] of log.sounds.entries()) {
    if (toMs >= span.toMs) return undefined;
    const next = log.sounds[index + 1];
    if (next !== undefined && next.fromMs < span.fromMs) continue;
    const goesOn = next !== undefined && next.request !== request ? next.request : request;
    if (goesOn.reply !== request.reply || request.reply !== latest) continue;
    const frame = goesOn === request ? fromFrame + frames : 0;
    const readyAtMs = availableAtMs(goesOn, frame);
    // The next sentence waits until it is known that of the one before no more will come.
    const freeAtMs = goesOn === request ? toMs : turnAtMs(log, goesOn);
    if (readyAtMs === undefined) continue;
    const waited = waitedFor(
      log,
      goesOn,
      Math.max(toMs, readyAtMs, freeAtMs, span.fromMs),
      Math.min(next?.fromMs ?? log.endMs, span.toMs),
    );
    if (waited !== undefined) return waited;
  }
  return undefined;
}

/** A reply that has no sound now, though that of its next sentence is there. */
function lateStart(log: CallLog, span: StateSpan): string | undefined {
  const thoughtAtMs = log.thoughts.findLast(({ atMs }) => atMs < span.toMs)?.atMs ?? 0;
  const latest = log.requests.findLast((request) => request.atMs < span.toMs);
  const isNext = (request: VoiceRequest) =>
    request.reply === latest?.reply &&
    request.atMs > thoughtAtMs &&
    (request.abandonedAtMs === undefined || request.abandonedAtMs > span.fromMs) &&
    !log.sounds.some((sound) => sound.request === request && sound.fromMs < span.toMs);
  const next = log.requests.find(isNext);
  const readyAtMs = next && availableAtMs(next, 0);
  if (next === undefined || readyAtMs === undefined) return undefined;
  return waitedFor(log, next, Math.max(readyAtMs, turnAtMs(log, next), span.fromMs), span.toMs);
}

/** When the sentences before it were over. */
function turnAtMs(log: CallLog, { reply, sentence }: VoiceRequest): number {
  const before = log.requests.filter((request) => request.reply === reply && request.sentence < sentence);
  return Math.max(0, ...before.map(({ abandonedAtMs, endedAtMs }) => abandonedAtMs ?? endedAtMs ?? log.endMs));
}

function waitedFor(log: CallLog, request: VoiceRequest, fromMs: number, toMs: number): string | undefined {
  const untilMs = Math.min(toMs, request.abandonedAtMs ?? toMs);
  if (untilMs - fromMs <= 2 * FRAME_MS + slackMs || wasWithoutLine(log, fromMs, untilMs)) return undefined;
  if (wasOnHold(log, fromMs, untilMs)) return undefined;
  return `sound of "${request.text}" was there, and waited from ${fromMs} to ${untilMs} ms`;
}

/** A resumed sound waits for the next tick of the frames. */
const slackMs = 1;

/** When the frame could have been sent; undefined if there was none. */
export function availableAtMs(request: VoiceRequest, frame: number): number | undefined {
  const whole = request.given.find(({ audioMs }) => audioMs >= (frame + 1) * FRAME_MS);
  if (whole !== undefined) return whole.atMs;
  const rest = (request.given.at(-1)?.audioMs ?? 0) > frame * FRAME_MS;
  return rest && request.outcome === 'done' ? request.endedAtMs : undefined;
}

/** Is it a sentence that the agent did not let be interrupted? */
export function isPassage(log: CallLog, request: VoiceRequest): boolean {
  return log.thoughts.some(({ said }) =>
    said.some((piece) => !piece.interruptible && piece.text.trim() === request.text),
  );
}

/** Did the caller go, or the line, or the whole conversation? */
export function lostAfter(log: CallLog, atMs: number): boolean {
  if (log.leftAtMs !== undefined && log.leftAtMs >= atMs) return true;
  return log.channels.some(({ detachedAtMs }) => detachedAtMs !== undefined && detachedAtMs >= atMs);
}

/** Did the caller hold the line at some time between these moments? */
export function wasOnHold(log: CallLog, fromMs: number, toMs: number): boolean {
  return log.holds.some((hold) => hold.fromMs <= toMs && (hold.toMs ?? log.endMs) >= fromMs);
}

/** Was there a time between these moments at which nobody could hear anything? */
function wasWithoutLine(log: CallLog, fromMs: number, toMs: number): boolean {
  return log.channels.some(
    ({ detachedAtMs }) =>
      detachedAtMs !== undefined && detachedAtMs <= toMs && !hasChannel(log, Math.max(detachedAtMs, fromMs)),
  );
}

export function hasChannel(log: CallLog, atMs: number): boolean {
  return log.channels.some(
    ({ attachedAtMs, detachedAtMs }) => attachedAtMs <= atMs && (detachedAtMs === undefined || detachedAtMs > atMs),
  );
}

function isBefore(a: VoiceRequest, b: VoiceRequest): boolean {
  return a.reply < b.reply || (a.reply === b.reply && a.sentence < b.sentence);
}

/** A voice while a button is held, and a conversation that has no ears for now. */
function isIgnored(log: CallLog, atMs: number): boolean {
  if (log.buttons.findLast((button) => button.atMs <= atMs)?.held === true) return true;
  return !log.utterances.includes(atMs);
}
