import { createEchoGate } from '@parley/engine/audio/echo-gate.ts';
import { createLightVoiceDetector } from '@parley/engine/audio/light-voice-detector.ts';
import { createListening, type ListeningEvent } from '@parley/engine/driver/listening.ts';
import { FRAME_MS, type Pcm } from '@parley/engine/ports/audio.ts';
import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import { withNoise } from './voice-loop.ts';

/** What came out at the far end of a call: the stretches of voice that were found, as one answer. */
export interface Heard {
  readonly text: string;
  /** The least of its stretches'. */
  readonly confidence: number;
  /** Nothing was understood, or no voice was found. */
  readonly rejected: boolean;
}

export interface PhoneLine {
  readonly recognizer: Recognizer;
  readonly vocabularyId: string;
  /** Coding and decoding of one frame, such as Opus; a new one each call. */
  readonly codec: () => (frame: Pcm) => Pcm;
}

const FRAME_SAMPLES = 320;
const LEAD_SAMPLES = 24_000;
const TAIL_SAMPLES = 12_800;

/**
 * The way of a caller's words into the recogniser as in a real call, faster than real time: a codec, the conversation's
 * own voice activity detection with its pre-roll and hangover, frame by frame; a new caller each time.
 *
 * @param noise deviation of white noise on the line, in sample units; none is digital silence around the speech
 */
export async function hearOnLine(
  { recognizer, vocabularyId, codec }: PhoneLine,
  speech: Int16Array,
  context: string | undefined,
  noise = 0,
): Promise<Heard> {
  let nowMs = 0;
  let awaited = 0;
  const finals: Extract<ListeningEvent, { type: 'final' }>[] = [];
  const caller = new AbortController();
  const coded = codec();
  await new Promise<void>((resolve, reject) => {
    let spoken = false;
    const listening = createListening({
      clock: {
        nowMs: () => nowMs,
        epochMs: () => nowMs,
        wakeAt: () => () => undefined,
        everyFrame: () => () => undefined,
      },
      openStream: (_signal, onEvent) =>
        recognizer.open({ language: 'en-US', vocabularyId, signal: caller.signal }, onEvent),
      openEchoGate: () => createEchoGate('cancelled'),
      openDetector: (signal, onEvent) => createLightVoiceDetector().open(signal, onEvent),
      onEvent: (event) => {
        if (event.type === 'voiceStarted') awaited += 1;
        else if (event.type === 'recognizerFailed') reject(new Error(event.code));
        else if (event.type === 'final') {
          finals.push(event);
          if (spoken && finals.length === awaited) resolve();
        }
      },
    });
    listening.expect(context);
    const audio = new Int16Array(LEAD_SAMPLES + speech.length + TAIL_SAMPLES);
    audio.set(speech, LEAD_SAMPLES);
    const line = noise > 0 ? withNoise(audio, noise, speech.length) : audio;
    for (let at = 0; at < line.length; at += FRAME_SAMPLES) {
      const frame = new Int16Array(FRAME_SAMPLES);
      frame.set(line.subarray(at, at + FRAME_SAMPLES));
      listening.push(coded(frame));
      nowMs += FRAME_MS;
    }
    listening.interrupt();
    spoken = true;
    if (awaited === 0) resolve();
  });
  caller.abort();
  const understood = finals.filter(({ rejected }) => !rejected);
  const answer = understood.length > 0 ? understood : finals;
  return {
    text: answer.map(({ text }) => text).join(' '),
    confidence: Math.min(1, ...answer.map(({ confidence }) => confidence)),
    rejected: understood.length === 0,
  };
}
