import { FRAME_SAMPLES, type Pcm } from '../ports/audio.ts';

/** The sound of a sentence that has not been sent yet; what was sent is let go. */
export interface SentenceAudio {
  /** The oldest first. */
  readonly chunks: Pcm[];
  /** How much of the oldest chunk is gone. */
  sentOfFirst: number;
  samplesLeft: number;
  /** What has sounded of it. */
  sentSamples: number;
  /** No more will come. */
  finished: boolean;
}

export function createSentenceAudio(): SentenceAudio {
  return { chunks: [], sentOfFirst: 0, samplesLeft: 0, sentSamples: 0, finished: false };
}

export function addSound(audio: SentenceAudio, samples: Pcm): void {
  audio.chunks.push(samples);
  audio.samplesLeft += samples.length;
}

export function hasFrame({ samplesLeft, finished }: SentenceAudio): boolean {
  return samplesLeft >= FRAME_SAMPLES || (finished && samplesLeft > 0);
}

/** All of it has been taken, and no more will come. */
export function isOver({ samplesLeft, finished }: SentenceAudio): boolean {
  return finished && samplesLeft === 0;
}

/** The next frame, taken off; the last one is filled up with silence. Most are a view of a chunk, not a copy. */
export function takeFrame(audio: SentenceAudio): Pcm {
  const [first] = audio.chunks;
  if (first !== undefined && first.length - audio.sentOfFirst >= FRAME_SAMPLES) {
    const frame = first.subarray(audio.sentOfFirst, audio.sentOfFirst + FRAME_SAMPLES);
    letGo(audio, first, FRAME_SAMPLES);
    return frame;
  }
  const frame = new Int16Array(FRAME_SAMPLES);
  let filled = 0;
  for (let chunk = audio.chunks[0]; chunk !== undefined && filled < FRAME_SAMPLES; chunk = audio.chunks[0]) {
    const part = chunk.subarray(audio.sentOfFirst, audio.sentOfFirst + FRAME_SAMPLES - filled);
    frame.set(part, filled);
    filled += part.length;
    letGo(audio, chunk, part.length);
  }
  return frame;
}

/** What was taken comes back, before all that is left. */
export function putBack(audio: SentenceAudio, samples: Pcm): void {
  const [first] = audio.chunks;
  if (first !== undefined && audio.sentOfFirst > 0) audio.chunks[0] = first.subarray(audio.sentOfFirst);
  audio.sentOfFirst = 0;
  audio.chunks.unshift(samples);
  audio.samplesLeft += samples.length;
}

function letGo(audio: SentenceAudio, first: Pcm, samples: number): void {
  audio.samplesLeft -= samples;
  audio.sentOfFirst += samples;
  if (audio.sentOfFirst < first.length) return;
  audio.chunks.shift();
  audio.sentOfFirst = 0;
}
