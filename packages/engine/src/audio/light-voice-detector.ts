import type { Pcm } from '../ports/audio.ts';
import type { VoiceDetector, VoiceDetectorStream, VoiceEvent } from '../ports/voice-detector.ts';
import { createVad, type Vad, type VadDecision, type VadOptions, vadDefaults } from './vad.ts';

/** The detector that needs nothing: half a microsecond a frame, and its answer comes from inside `push`. */
export function createLightVoiceDetector(options: VadOptions = vadDefaults): VoiceDetector {
  return {
    name: 'light',
    close: async () => {},
    open: (signal, onEvent) => new LightStream(createVad(options), signal, onEvent),
  };
}

class LightStream implements VoiceDetectorStream {
  readonly #vad: Vad;
  readonly #signal: AbortSignal;
  readonly #onEvent: (event: VoiceEvent) => void;
  #frame = -1;

  constructor(vad: Vad, signal: AbortSignal, onEvent: (event: VoiceEvent) => void) {
    this.#vad = vad;
    this.#signal = signal;
    this.#onEvent = onEvent;
  }

  push(frame: Pcm): void {
    this.#frame += 1;
    this.#tell(this.#vad.process(frame));
  }

  pushLevel(levelDbfs: number): void {
    this.#frame += 1;
    this.#tell(this.#vad.processLevel(levelDbfs));
  }

  #tell(decision: VadDecision): void {
    if (decision.kind === 'unchanged' || this.#signal.aborted) return;
    const frame = this.#frame;
    if (decision.kind === 'started') this.#onEvent({ type: 'started', frame });
    else this.#onEvent({ type: 'stopped', frame, silentMs: decision.silentMs });
  }
}
