import { type AudioOutlet, FRAME_MS, FRAME_SAMPLES, type Pcm, SAMPLE_RATE_HZ } from '../ports/audio.ts';
import type { Clock } from '../ports/clock.ts';
import type { SynthesisRequest, SynthesisSink, Synthesizer } from '../ports/synthesizer.ts';
import { words } from '../text/words.ts';
import type { CallLog, Channel, VoiceRequest } from './call-log.ts';
import type { CallScript, ChannelPlan, VoicePlan } from './call-script.ts';

const samplesPerMs = SAMPLE_RATE_HZ / 1000;

/** A voice whose every frame says which sentence it is of, and which part of it. */
export function createSimulatedVoice(clock: Clock, script: CallScript, log: CallLog): Synthesizer {
  return {
    name: 'simulated',
    voices: [],
    close: async () => {},
    synthesize(request, sink) {
      const plan = script.voice(log.requests.length, request.text);
      const entry = createVoiceRequest(clock, plan, request, log);
      log.requests.push(entry);
      if (plan.fault.kind === 'throws') {
        entry.outcome = 'failed';
        entry.endedAtMs = clock.nowMs();
        throw new Error('The script says that the voice throws.');
      }
      speakAsPlanned(clock, plan, entry, markedAudio(log.requests.length), request, sink);
    },
  };
}

/** Gives the sound piece by piece, and fails where the plan has it. */
export function speakAsPlanned(
  clock: Clock,
  plan: VoicePlan,
  entry: VoiceRequest,
  audio: Pcm,
  { text, signal }: SynthesisRequest,
  sink: SynthesisSink,
): void {
  const spoken = words(text);
  const samples = Math.min(audio.length, Math.max(1, spoken.length) * plan.wordMs * samplesPerMs);
  const { fault } = plan;
  let given = 0;

  const later = (ms: number, callback: () => void) => {
    if (ms === 0) callback();
    else clock.wakeAt(clock.nowMs() + ms, callback);
  };

  const end = (outcome: 'done' | 'failed') => {
    entry.outcome = outcome;
    entry.endedAtMs = clock.nowMs();
    if (outcome === 'done') sink.done();
    else sink.failed('simulated_failure', 'The script says so.');
  };

  const piece = (index: number) => {
    if (signal.aborted && !plan.deaf) return;
    if (fault.kind !== 'none' && fault.kind !== 'throws' && index === fault.afterPieces) {
      if (fault.kind === 'fails') return end('failed');
      if (fault.kind === 'stalls') later(fault.ms, () => rest(index));
      return;
    }
    rest(index);
  };

  const rest = (index: number) => {
    if (signal.aborted && !plan.deaf) return;
    if (index === 0 && plan.wordTimes) {
      sink.words(spoken.map((word, at) => ({ text: word, startMs: at * plan.wordMs, endMs: (at + 1) * plan.wordMs })));
    }
    const upTo = Math.round((samples * (index + 1)) / plan.pieces);
    if (!signal.aborted) entry.given.push({ atMs: clock.nowMs(), audioMs: upTo / samplesPerMs });
    sink.audio(audio.subarray(given, upTo));
    given = upTo;
    if (index + 1 === plan.pieces) end('done');
    else later(plan.gapMs, () => piece(index + 1));
  };

  later(plan.firstMs, () => piece(0));
}

/** A line in the log for what a voice is asked for; who speaks fills it in. */
export function createVoiceRequest(
  clock: Clock,
  plan: VoicePlan,
  { text, passage, signal }: SynthesisRequest,
  log: CallLog,
): VoiceRequest {
  const entry: VoiceRequest = {
    atMs: clock.nowMs(),
    reply: Number(passage?.id.split('/').at(-1)),
    sentence: passage?.index ?? 0,
    text,
    wordMs: plan.wordMs,
    wordTimes: plan.wordTimes,
    signal,
    abandonedAtMs: undefined,
    noticesBefore: log.notices.length,
    given: [],
    said: undefined,
    outcome: 'running',
    endedAtMs: undefined,
  };
  signal.addEventListener('abort', () => {
    if (entry.outcome === 'running') entry.abandonedAtMs = clock.nowMs();
  });
  return entry;
}

/** A channel, and the caller's ear at its end. */
export interface SimulatedChannel {
  readonly outlet: AudioOutlet;
  readonly entry: Channel;
  /** What has its time by now sounds. */
  soundUntilNow(): void;
  /** The line is gone, and what it had not played yet with it. */
  detach(): void;
}

/**
 * Reads of each frame what it is of, and writes down what sounded when. What is given ahead of its time sounds one frame after the
 * other, the first as it comes.
 */
export function createSimulatedChannel(clock: Clock, plan: ChannelPlan, log: CallLog): SimulatedChannel {
  const { aheadMs = 0 } = plan;
  const entry: Channel = {
    attachedAtMs: clock.nowMs(),
    playoutDelayMs: plan.playoutDelayMs,
    aheadMs,
    mostGivenAheadMs: 0,
    detachedAtMs: undefined,
    closes: [],
  };
  const channel = log.channels.length;
  log.channels.push(entry);
  const waiting: { readonly frame: Pcm; readonly givenMs: number; readonly dueMs: number }[] = [];
  let freeAtMs = Number.NEGATIVE_INFINITY;
  let soundedUntilMs = Number.NEGATIVE_INFINITY;

  const sound = (frame: Pcm, atMs: number) => {
    const request = log.requests[(frame[0] ?? 0) - 1];
    if (request === undefined) return;
    const frameIndex = frame[1] ?? 0;
    const noticesBefore = noticesUntil(log, atMs);
    const last = log.sounds.at(-1);
    const goesOn =
      last?.request === request &&
      last.channel === channel &&
      frameIndex === last.fromFrame + last.frames &&
      atMs - last.toMs <= frameSlackMs &&
      last.noticesBefore === noticesBefore;
    if (last !== undefined && goesOn) {
      last.frames += 1;
      last.toMs = atMs;
    } else {
      log.sounds.push({ request, channel, fromMs: atMs, toMs: atMs, fromFrame: frameIndex, frames: 1, noticesBefore });
    }
  };

  const soundUntil = (untilMs: number) => {
    for (let next = waiting[0]; next !== undefined && next.dueMs <= untilMs; next = waiting[0]) {
      waiting.shift();
      soundedUntilMs = next.dueMs + FRAME_MS;
      sound(next.frame, Math.max(next.givenMs, next.dueMs));
    }
  };

  const outlet: AudioOutlet = {
    kind: 'simulated',
    playoutDelayMs: plan.playoutDelayMs,
    echo: plan.echo,
    ...(aheadMs > 0 && { aheadMs }),
    write(frame) {
      if (aheadMs === 0) return sound(frame, clock.nowMs());
      const nowMs = clock.nowMs();
      // Its clock is one of whole milliseconds.
      const dueMs = Math.max(Math.floor(nowMs), freeAtMs);
      freeAtMs = dueMs + FRAME_MS;
      entry.mostGivenAheadMs = Math.max(entry.mostGivenAheadMs, freeAtMs - Math.floor(nowMs));
      waiting.push({ frame, givenMs: nowMs, dueMs });
      soundUntil(nowMs);
    },
    clear() {
      soundUntil(clock.nowMs());
      waiting.length = 0;
      // A frame that has begun to sound sounds to its end.
      freeAtMs = soundedUntilMs;
    },
    close(reason) {
      entry.closes.push({ atMs: clock.nowMs(), reason });
    },
  };
  return {
    outlet,
    entry,
    soundUntilNow: () => soundUntil(clock.nowMs()),
    detach() {
      soundUntil(clock.nowMs());
      waiting.length = 0;
      entry.detachedAtMs ??= clock.nowMs();
    },
  };
}

/** How many notices had been told before that moment, or in it when it is now. */
function noticesUntil(log: CallLog, atMs: number): number {
  let count = log.notices.length;
  while (count > 0 && (log.notices[count - 1]?.atMs ?? 0) > atMs) count -= 1;
  return count;
}

/** Frames are 20 ms apart, but for rounding. */
const frameSlackMs = 20.5;

/** Audio of the longest sentence there is in scripts: 24 words of 200 ms. */
const longestSamples = 24 * 200 * samplesPerMs;
const marked: Pcm[] = [];

/** Silence in which each frame carries the number of its sentence and its own. Made once and kept for all calls. */
function markedAudio(request: number): Pcm {
  const existing = marked[request];
  if (existing !== undefined) return existing;
  const audio = new Int16Array(longestSamples);
  for (let sample = 0, frame = 0; sample < audio.length; sample += FRAME_SAMPLES, frame += 1) {
    audio[sample] = request;
    audio[sample + 1] = frame;
  }
  if (request < maxKept) marked[request] = audio;
  return audio;
}

/** 64 sentences are more than most calls have; their audio takes 10 MB. */
const maxKept = 64;
