import type { PhoneLeg } from '@parley/channels/phone/phone-leg.ts';
import { FRAME_SAMPLES, type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';

/** A tone from one end, until it is stopped. */
export function tone(leg: PhoneLeg, frequencyHz: number) {
  let sample = 0;
  const timer = setInterval(() => {
    const frame = new Int16Array(FRAME_SAMPLES);
    for (let index = 0; index < FRAME_SAMPLES; index += 1, sample += 1) {
      frame[index] = 8000 * Math.sin((2 * Math.PI * frequencyHz * sample) / SAMPLE_RATE_HZ);
    }
    leg.write(frame);
  }, 20);
  return { stop: () => clearInterval(timer) };
}

/** Resolves when so many frames were heard that are loud enough, or that are mostly the tone. */
export function hears(
  leg: PhoneLeg,
  what: { readonly louderThan: number; readonly frames: number } | { readonly toneHz: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('It was not heard within 25 s.')), 25_000);
    let left = 'frames' in what ? what.frames : 10;
    leg.listen({
      frame(frame) {
        const isIt = 'toneHz' in what ? toneLevel(frame, what.toneHz) > 3000 : levelOf(frame) > what.louderThan;
        if (!isIt) return;
        left -= 1;
        if (left > 0) return;
        clearTimeout(timer);
        leg.listen(undefined);
        resolve();
      },
      digit() {},
    });
  });
}

function levelOf(frame: Pcm): number {
  let sum = 0;
  for (const sample of frame) sum += sample * sample;
  return Math.sqrt(sum / frame.length);
}

/** How loud one frequency is in a frame: the length of its projection on a sine and a cosine. */
export function toneLevel(frame: Pcm, frequencyHz: number): number {
  let real = 0;
  let imaginary = 0;
  for (const [index, sample] of frame.entries()) {
    const angle = (2 * Math.PI * frequencyHz * index) / SAMPLE_RATE_HZ;
    real += sample * Math.cos(angle);
    imaginary += sample * Math.sin(angle);
  }
  return (2 * Math.hypot(real, imaginary)) / frame.length;
}
