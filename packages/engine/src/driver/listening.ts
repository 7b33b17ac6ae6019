import { createVad, type VadOptions, vadDefaults } from '../audio/vad.ts';
import { FRAME_MS, type Pcm } from '../ports/audio.ts';
import type { Clock } from '../ports/clock.ts';
import type { RecognizerEvent, RecognizerStream } from '../ports/recognizer.ts';
import type { UntimedEvent, UtteranceId } from '../turn/event.ts';

export interface ListeningOptions {
  readonly vad: VadOptions;
  /** Audio from before the onset that the recogniser gets too. */
  readonly preRollMs: number;
  /** Audio still listened to after push-to-talk was released. */
  readonly pushToTalkTailMs: number;
  /** A stretch of voice is cut here; the turn goes on with the next one. A button held for this long counts as released. */
  readonly maxUtteranceMs: number;
  /** A final that takes longer never comes; since finals answer in order, each later one would be taken for the one before. */
  readonly finalTimeoutMs: number;
}

export const listeningDefaults: ListeningOptions = {
  vad: vadDefaults,
  // The onset is known 60–100 ms after it happened, and soft first sounds ("f", "h") come up to 150 ms before it.
  preRollMs: 300,
  // The button's message is faster than the audio, which waits in the jitter buffer; and people release early.
  pushToTalkTailMs: 200,
  // What a recogniser keeps of one utterance grows with it; nobody speaks 30 s without a breath.
  maxUtteranceMs: 30_000,
  // The turn machine has gone on without it after three; two more for a recogniser that is only slow.
  finalTimeoutMs: 5000,
};

export type ListeningEvent = Extract<
  UntimedEvent,
  {
    type:
      | 'voiceStarted'
      | 'voiceStopped'
      | 'pushToTalkStarted'
      | 'pushToTalkEnded'
      | 'partial'
      | 'final'
      | 'recognizerFailed';
  }
>;

/** The conversation's ear: finds voice in the audio, gives it to the recogniser stretch by stretch, and says what it heard. */
export interface Listening {
  push(frame: Pcm): void;
  expect(context: string | undefined): void;
  pushToTalk(pressed: boolean): void;
  /** The channel is gone: what was being said ends here. */
  interrupt(): void;
  close(): void;
}

/**
 * @param openStream gives a new recogniser stream; asked again, a bounded number of times, when one fails
 */
export function createListening(
  clock: Clock,
  openStream: (onEvent: (event: RecognizerEvent) => void) => RecognizerStream,
  onEvent: (event: ListeningEvent) => void,
  options: ListeningOptions = listeningDefaults,
): Listening {
  const vad = createVad(options.vad);
  const preRoll: Pcm[] = [];
  const preRollFrames = options.preRollMs / FRAME_MS;
  let context: string | undefined;
  let closed = false;
  let failures = 0;
  let lastUtteranceId = 0;
  /** Stretches whose final is still to come, oldest first; the recogniser answers in order. */
  let unanswered: { readonly id: UtteranceId; endedAtMs: number | undefined }[] = [];
  let active: { id: UtteranceId; by: 'voice' | 'pushToTalk'; startedAtMs: number } | undefined;
  let cancelTail: (() => void) | undefined;
  let cancelHeld = () => {};
  let lastVoicedAtMs = clock.nowMs();
  let stream: RecognizerStream | undefined;

  const onRecognizerEvent = (source: number) => (event: RecognizerEvent) => {
    const id = unanswered[0]?.id;
    if (closed || source !== failures) return;
    if (event.type === 'failed') {
      replaceStream();
      active = undefined;
      onEvent({ type: 'recognizerFailed', code: event.code });
    } else if (id !== undefined && event.type === 'partial') {
      onEvent({ type: 'partial', utteranceId: id, text: event.text });
    } else if (id !== undefined && event.type === 'final') {
      unanswered.shift();
      const { text, confidence, rejected, endsTurn } = event;
      onEvent({ type: 'final', utteranceId: id, text, confidence, rejected, endsTurn });
    }
  };

  /** What comes from the stream until now is not listened to any more. */
  const replaceStream = () => {
    failures += 1;
    unanswered = [];
    stream = undefined;
  };

  const openedStream = (): RecognizerStream | undefined => {
    if (stream === undefined && failures < maxFailures) {
      stream = openStream(onRecognizerEvent(failures));
      stream.expect(context);
    }
    return stream;
  };

  const begin = (by: 'voice' | 'pushToTalk') => {
    const { endedAtMs } = unanswered[0] ?? {};
    if (endedAtMs !== undefined && clock.nowMs() - endedAtMs > options.finalTimeoutMs) replaceStream();
    const ear = openedStream();
    if (ear === undefined) return;
    lastUtteranceId += 1;
    // The one place where a number becomes an utterance's id.
    const id = lastUtteranceId as UtteranceId;
    active = { id, by, startedAtMs: clock.nowMs() };
    unanswered.push({ id, endedAtMs: undefined });
    // The machine hears of the voice first: to stop speaking is more urgent than to start recognising.
    onEvent({ type: by === 'voice' ? 'voiceStarted' : 'pushToTalkStarted', utteranceId: id });
    ear.utteranceStarted(preRoll.splice(0));
  };

  const end = (speechEndedAtMs: number) => {
    if (active === undefined) return;
    const { id, by } = active;
    active = undefined;
    cancelHeld();
    const answer = unanswered.find((utterance) => utterance.id === id);
    if (answer !== undefined) answer.endedAtMs = clock.nowMs();
    stream?.utteranceEnded();
    onEvent({ type: by === 'voice' ? 'voiceStopped' : 'pushToTalkEnded', utteranceId: id, speechEndedAtMs });
  };

  const releaseButton = () => {
    cancelTail?.();
    cancelTail = undefined;
    end(clock.nowMs());
  };

  return {
    push(frame) {
      const now = clock.nowMs();
      if (active === undefined) {
        preRoll.push(frame);
        if (preRoll.length > preRollFrames) preRoll.shift();
      } else {
        stream?.write(frame);
      }
      const decision = vad.process(frame);
      if (vad.active) lastVoicedAtMs = now;
      if (active?.by === 'pushToTalk') return;
      if (decision.kind === 'started') begin('voice');
      else if (decision.kind === 'stopped') end(now - decision.silentMs);
      else if (active !== undefined && now - active.startedAtMs > options.maxUtteranceMs) {
        end(now);
        begin('voice');
      }
    },
    expect(next) {
      context = next;
      stream?.expect(next);
    },
    pushToTalk(pressed) {
      if (pressed) {
        cancelTail?.();
        cancelTail = undefined;
        if (active?.by === 'pushToTalk') return;
        cancelHeld = clock.wakeAt(clock.nowMs() + options.maxUtteranceMs, releaseButton);
        if (active === undefined) return begin('pushToTalk');
        active = { ...active, by: 'pushToTalk' };
        onEvent({ type: 'pushToTalkStarted', utteranceId: active.id });
      } else if (active?.by === 'pushToTalk' && cancelTail === undefined) {
        cancelTail = clock.wakeAt(clock.nowMs() + options.pushToTalkTailMs, releaseButton);
      }
    },
    interrupt() {
      cancelTail?.();
      cancelTail = undefined;
      end(lastVoicedAtMs);
    },
    close() {
      closed = true;
      cancelTail?.();
      cancelHeld();
      stream = undefined;
      active = undefined;
    },
  };
}

/** Streams that may fail in one conversation before it goes on without ears. */
const maxFailures = 3;
