import type { VoiceDetector } from '../ports/voice-detector.ts';
import { createVad, type VadDecision, type VadOptions, vadDefaults } from './vad.ts';

/** The detector that needs nothing: half a microsecond a frame, and its answer comes from inside `push`. */
export function createLightVoiceDetector(options: VadOptions = vadDefaults): VoiceDetector {
  return {
    name: 'light',
    close: async () => {},
    open(signal, onEvent) {
      const vad = createVad(options);
      let frame = -1;
      const tell = (decision: VadDecision) => {
        if (decision.kind === 'unchanged' || signal.aborted) return;
        if (decision.kind === 'started') onEvent({ type: 'started', frame });
        else onEvent({ type: 'stopped', frame, silentMs: decision.silentMs });
      };
      return {
        push(samples) {
          frame += 1;
          tell(vad.process(samples));
        },
        pushLevel(levelDbfs) {
          frame += 1;
          tell(vad.processLevel(levelDbfs));
        },
      };
    },
  };
}
