import { createVad } from '@parley/engine/audio/vad.ts';
import { FRAME_MS, type Pcm } from '@parley/engine/ports/audio.ts';
import type { VoiceEvent } from '@parley/engine/ports/voice-detector.ts';

/**
 * The light detector, listening along from the first frame at a microsecond each: when it has to take over it knows the
 * noise already, and whether somebody is speaking.
 */
export function createLightCompanion() {
  const vad = createVad();
  let frame = -1;
  /** Frame that ended the last voice, and the silence it had by then. */
  let stoppedFrame = 0;
  let silentMs = 0;
  return {
    push(samples: Pcm): VoiceEvent | undefined {
      frame += 1;
      const decision = vad.process(samples);
      if (decision.kind === 'started') return { type: 'started', frame };
      if (decision.kind === 'unchanged') return undefined;
      stoppedFrame = frame;
      silentMs = decision.silentMs;
      return { type: 'stopped', frame, silentMs };
    },
    /** What has to be said to whoever was told until now that there is voice, or that there is none. */
    takeOver(isVoiced: boolean): VoiceEvent | undefined {
      if (vad.active === isVoiced || frame < 0) return undefined;
      if (vad.active) return { type: 'started', frame };
      return { type: 'stopped', frame, silentMs: silentMs + (frame - stoppedFrame) * FRAME_MS };
    },
  };
}
