import { createEchoGate } from '@parley/engine/audio/echo-gate.ts';
import { createLightVoiceDetector } from '@parley/engine/audio/light-voice-detector.ts';
import { createListening } from '@parley/engine/driver/listening.ts';
import { FRAME_MS, FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import type { RecognizedWord, Recognizer, RecognizerStream } from '@parley/engine/ports/recognizer.ts';

export interface HearingOptions {
  readonly recognizer: Recognizer;
  /** BCP 47. */
  readonly language: string;
  readonly vocabularyId: string;
  /** What the sound was before it became frames. */
  readonly line: 'wide' | 'mulaw';
  readonly onEvent: (event: HearingEvent) => void;
}

export type HearingEvent =
  /** Voice began; a `final` follows, or the failure. */
  | { readonly type: 'started'; readonly atMs: number }
  | { readonly type: 'partial'; readonly text: string }
  | {
      readonly type: 'final';
      /** Empty when nothing was made out. */
      readonly text: string;
      readonly confidence: number;
      /** Counted from the beginning of the sound. */
      readonly words: readonly RecognizedWord[];
    }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

/** Sound outside of any conversation, frame by frame, cut into stretches of voice by our own detector. */
export interface Hearing {
  /** The next 320 samples. */
  push(frame: Pcm): void;
  /** No more comes: what is being said ends here. */
  finish(): void;
  /** Stretches whose final is still to come. */
  readonly unanswered: number;
  /** What was pushed, in milliseconds. */
  readonly heardMs: number;
  close(): void;
}

/** Silence that ends what is being said at the end of the sound. */
const tailFrames = 50;

/** Time is that of the sound, however fast it comes: whoever pushes waits for the answers. */
export function createHearing({ recognizer, language, vocabularyId, line, onEvent }: HearingOptions): Hearing {
  let frames = 0;
  let unanswered = 0;
  let startedAtMs = 0;
  let isClosed = false;
  /** Word times of the stretches in the order of their finals. */
  const heardWords: (readonly RecognizedWord[])[] = [];
  /** What the recogniser said last of why it fails. */
  let failure = '';
  const nowMs = () => frames * FRAME_MS;
  const listening = createListening(
    {
      clock: { nowMs, epochMs: nowMs, wakeAt: () => () => {}, everyFrame: () => () => {} },
      openStream: (signal, tell) => {
        const stream = recognizer.open({ language, vocabularyId, line, signal }, (event) => {
          if (event.type === 'final') heardWords.push(event.words.map((word) => later(word, startedAtMs)));
          if (event.type === 'failed') failure = event.message;
          tell(event);
        });
        return noteStart(stream, (preRollFrames) => {
          startedAtMs = nowMs() - preRollFrames * FRAME_MS;
        });
      },
      openEchoGate: () => createEchoGate('cancelled'),
      openDetector: (signal, tell) => createLightVoiceDetector().open(signal, tell),
      onEvent: (event) => {
        if (isClosed) return;
        switch (event.type) {
          case 'voiceStarted':
            unanswered += 1;
            return onEvent({ type: 'started', atMs: nowMs() });
          case 'partial':
            return onEvent({ type: 'partial', text: event.text });
          case 'final': {
            unanswered = Math.max(0, unanswered - 1);
            const words = heardWords.shift() ?? [];
            const { text, confidence, rejected } = event;
            return onEvent({
              type: 'final',
              text: rejected ? '' : text.trim(),
              confidence,
              words: rejected ? [] : words,
            });
          }
          case 'recognizerFailed':
            unanswered = 0;
            return onEvent({ type: 'failed', code: event.code, message: failure });
        }
      },
    },
    // In the time of the sound, which may come much faster than it is heard: whoever pushes has time-outs of their own.
    {
      preRollMs: 300,
      pushToTalkTailMs: 0,
      maxUtteranceMs: 30_000,
      finalTimeoutMs: Number.POSITIVE_INFINITY,
      retryAfterMs: 0,
    },
  );
  const push = (frame: Pcm) => {
    listening.push(frame);
    frames += 1;
  };
  return {
    push,
    finish() {
      for (let n = 0; n < tailFrames; n += 1) push(new Int16Array(FRAME_SAMPLES));
      listening.interrupt();
    },
    get unanswered() {
      return unanswered;
    },
    get heardMs() {
      return nowMs();
    },
    close() {
      isClosed = true;
      listening.close();
    },
  };
}

function noteStart(stream: RecognizerStream, onStart: (preRollFrames: number) => void): RecognizerStream {
  return {
    expect: (context) => stream.expect(context),
    utteranceStarted: (preRoll) => {
      onStart(preRoll.length);
      stream.utteranceStarted(preRoll);
    },
    write: (frame) => stream.write(frame),
    utteranceEnded: () => stream.utteranceEnded(),
  };
}

/** Whole milliseconds; a word may seem to begin before the sound, in the quiet that recognisers put before it. */
function later({ text, startMs, endMs }: RecognizedWord, byMs: number): RecognizedWord {
  const from = Math.max(0, Math.round(startMs + byMs));
  return { text, startMs: from, endMs: Math.max(from, Math.round(endMs + byMs)) };
}
