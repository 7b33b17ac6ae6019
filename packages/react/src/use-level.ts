import { type RefObject, useEffect } from 'react';
import type { StreamLike } from './environment.ts';

/** Below this the meter is empty: the noise of a quiet room. */
const FLOOR_DBFS = -55;
/** At this the meter is full: loud speech close by. */
const CEILING_DBFS = -12;
/** A meter that falls at once flickers between syllables. */
const FALL_PER_FRAME = 0.06;

/**
 * Meters a stream: sets the CSS variable `--level` (0–1) on the element, frame by frame and without rendering.
 * The level is 0 while there is no stream.
 */
export function useLevel(stream: StreamLike | undefined, element: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const target = element.current;
    if (target === null || !(stream instanceof MediaStream)) return;
    const context = borrowContext();
    const analyser = new AnalyserNode(context, { fftSize: 512 });
    const source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    source.connect(analyser);
    // A context that was made before the page was touched sleeps; nobody hears it, so a refusal does no harm.
    void context.resume().catch(() => undefined);
    const samples = new Float32Array(analyser.fftSize);
    let level = 0;
    let frame = requestAnimationFrame(measure);

    function measure(): void {
      analyser.getFloatTimeDomainData(samples);
      level = Math.max(levelOf(samples), level - FALL_PER_FRAME);
      target?.style.setProperty('--level', level.toFixed(3));
      frame = requestAnimationFrame(measure);
    }

    return () => {
      cancelAnimationFrame(frame);
      target.style.setProperty('--level', '0');
      source.disconnect();
      returnContext();
    };
  }, [stream, element]);
}

let shared: AudioContext | undefined;
let borrowers = 0;

/** One context for all meters: browsers allow few, and each costs an audio thread. */
function borrowContext(): AudioContext {
  borrowers += 1;
  shared ??= new AudioContext();
  return shared;
}

function returnContext(): void {
  borrowers -= 1;
  if (borrowers > 0) return;
  void shared?.close();
  shared = undefined;
}

/** 0–1 between floor and ceiling of the RMS of samples in -1–1. */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const dbfs = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(1, Math.max(0, (dbfs - FLOOR_DBFS) / (CEILING_DBFS - FLOOR_DBFS)));
}
