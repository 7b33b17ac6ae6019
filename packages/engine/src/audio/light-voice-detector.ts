import type { VoiceDetector } from '../ports/voice-detector.ts';
import { createVad, type VadOptions, vadDefaults } from './vad.ts';

/** The detector that needs nothing: two microseconds a frame, and its answer comes from inside `push`. */
export function createLightVoiceDetector(options: VadOptions = vadDefaults): VoiceDetector {
  return {
    name: 'light',
    close: async () => {},
    open(signal, onEvent) {
      const vad = createVad(options);
      let frame = -1;
      return {
        push(samples) {
          if (signal.aborted) return;
          frame += 1;
          const decision = vad.process(samples);
          if (decision.kind === 'started') onEvent({ type: 'started', frame });
          else if (decision.kind === 'stopped') onEvent({ type: 'stopped', frame, silentMs: decision.silentMs });
        },
      };
    },
  };
}
