import { createEchoGate } from '@parley/engine/audio/echo-gate.ts';
import { createLightVoiceDetector } from '@parley/engine/audio/light-voice-detector.ts';
import { type AudioOutlet, FRAME_MS, FRAME_SAMPLES } from '@parley/engine/ports/audio.ts';
import { createRandom } from '@parley/engine/simulation/random.ts';

const samplesAMs = 16;

/** A caller's room, with a loudspeaker in it. */
export interface Room {
  /** From the server to the loudspeaker, through the air, and back. */
  readonly delayMs: number;
  /** How loud the agent comes back, against what was sent; undefined when it does not. */
  readonly couplingDb: number | undefined;
}

/** Of each sentence of the agent, what the conversation's ear made of it. */
export interface EchoTrial {
  /** A voice was found where only the agent spoke. */
  readonly selfInterrupted: boolean;
  readonly callerSpoke: boolean;
  /** From the caller's first sound to the moment the voice was found; undefined when nobody spoke, or nobody was found. */
  readonly foundAfterMs: number | undefined;
}

/** Where the caller begins: the agent has said a few words. */
const talkOverAfterMs = 1200;
/** The agent's pause between its sentences. */
const pauseMs = 800;

/**
 * The agent says its sentences into a room whose microphone hears it; from `talkOverFrom` on, a caller talks over each one,
 * as much louder than the echo (or than −30 dBFS in a room without) as `callerDb` says. What the microphone hears goes
 * through the gate, or without it, to the light detector. The agent goes on whatever is found.
 */
export function talkInRoom(
  room: Room,
  {
    sentences,
    caller,
    callerDb,
    talkOverFrom,
    echo,
    gated,
    seed,
  }: {
    readonly sentences: readonly Int16Array[];
    readonly caller: readonly Int16Array[];
    readonly callerDb: number;
    readonly talkOverFrom: number;
    readonly echo: AudioOutlet['echo'];
    readonly gated: boolean;
    readonly seed: number;
  },
): EchoTrial[] {
  const random = createRandom(seed);
  const gate = createEchoGate(echo);
  const vad = detector();
  const pause = new Int16Array(pauseMs * samplesAMs);
  const callerRms = room.couplingDb === undefined ? 10 ** (-30 / 20) * 32_768 : undefined;
  const sent: Int16Array = joined([pause, pause, ...sentences.flatMap((sentence) => [sentence, pause])]);
  const heard = echoOf(sent, room, random.next);
  const trials: { fromFrame: number; callerFromFrame: number | undefined; toFrame: number }[] = [];
  let at = 2 * pause.length;
  for (const [index, sentence] of sentences.entries()) {
    const words = caller[index % caller.length];
    const callerAt = at + talkOverAfterMs * samplesAMs;
    const speaks = index >= talkOverFrom && words !== undefined && callerAt + 8000 < at + sentence.length;
    if (speaks && words !== undefined) {
      const echoRms = rms(sentence) * 10 ** ((room.couplingDb ?? 0) / 20);
      const gain = ((callerRms ?? echoRms) * 10 ** (callerDb / 20)) / rms(words);
      // Not longer than the agent: what is left of it would be found in the pause.
      const last = Math.min(words.length, at + sentence.length - callerAt);
      for (let index = 0; index < last; index += 1) {
        heard[callerAt + index] = (heard[callerAt + index] ?? 0) + gain * (words[index] ?? 0);
      }
    }
    const end = at + sentence.length + pause.length;
    trials.push({
      fromFrame: Math.floor(at / FRAME_SAMPLES),
      callerFromFrame:
        speaks && words !== undefined ? Math.floor((callerAt + onsetOf(words)) / FRAME_SAMPLES) : undefined,
      toFrame: Math.floor(end / FRAME_SAMPLES),
    });
    at = end;
  }
  const microphone = Int16Array.from(heard, (value) => Math.max(-32_768, Math.min(32_767, Math.round(value))));

  const starts: number[] = [];
  let late: Int16Array | undefined;
  for (let frame = 0; (frame + 1) * FRAME_SAMPLES <= sent.length; frame += 1) {
    const cut = (samples: Int16Array) => samples.subarray(frame * FRAME_SAMPLES, (frame + 1) * FRAME_SAMPLES);
    const out = cut(sent);
    const speaking = out.some((sample) => sample !== 0);
    // The two directions are not paced by one clock: now and then a frame is heard before the one of its time is sent.
    if (late !== undefined) gate.sent(late);
    late = undefined;
    if (speaking && random.next() < 0.05) late = out;
    else if (speaking) gate.sent(out);
    const filtered = gated ? gate.filter(cut(microphone)) : cut(microphone);
    if (vad(filtered)) starts.push(frame);
  }
  return trials.map(({ fromFrame, callerFromFrame, toFrame }) => {
    const until = callerFromFrame ?? toFrame;
    const found = starts.find((frame) => callerFromFrame !== undefined && frame >= callerFromFrame && frame < toFrame);
    return {
      selfInterrupted: starts.some((frame) => frame >= fromFrame && frame < until),
      callerSpoke: callerFromFrame !== undefined,
      foundAfterMs:
        found === undefined || callerFromFrame === undefined ? undefined : (found + 1 - callerFromFrame) * FRAME_MS,
    };
  });
}

/** The microphone's signal: the direct sound, six reflections, and a tail that falls by 60 dB in 300 ms; noise at −60 dBFS. */
function echoOf(sent: Int16Array, { delayMs, couplingDb }: Room, random: () => number): Float32Array {
  const heard = new Float32Array(sent.length);
  const noise = 10 ** (-60 / 20) * 32_768;
  for (let index = 0; index < heard.length; index += 1) {
    heard[index] = noise * Math.sqrt(3) * (2 * random() - 1);
  }
  if (couplingDb === undefined) return heard;
  const direct = delayMs * samplesAMs;
  const taps = [{ at: 0, gain: 1 }];
  for (let tap = 1; tap <= 24; tap += 1) {
    const at = Math.round((tap <= 6 ? 2 + 3 * tap : 10 * (tap - 4)) * samplesAMs * (0.9 + 0.2 * random()));
    taps.push({ at, gain: (random() < 0.5 ? -0.5 : 0.5) * 10 ** ((-60 * at) / (300 * samplesAMs) / 20) });
  }
  const scale = 10 ** (couplingDb / 20) / Math.sqrt(taps.reduce((sum, { gain }) => sum + gain * gain, 0));
  for (const { at, gain } of taps) {
    for (let index = direct + at; index < heard.length; index += 1) {
      heard[index] = (heard[index] ?? 0) + scale * gain * (sent[index - direct - at] ?? 0);
    }
  }
  return heard;
}

/** @returns a function that says of the next frame whether a voice began with it */
function detector(): (frame: Int16Array) => boolean {
  let started = false;
  const stream = createLightVoiceDetector().open(new AbortController().signal, (event) => {
    if (event.type === 'started') started = true;
  });
  return (frame) => {
    started = false;
    stream.push(frame);
    return started;
  };
}

/** The first sample that is not the voice's own silence. */
function onsetOf(samples: Int16Array): number {
  const least = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0) / 30;
  return Math.max(
    0,
    samples.findIndex((sample) => Math.abs(sample) > least),
  );
}

function rms(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

function joined(parts: readonly Int16Array[]): Int16Array {
  const samples = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return samples;
}
