import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { FRAME_MS, type Pcm } from '@parley/engine/ports/audio.ts';
import { SPEECH_DBFS } from './utterance.ts';

/** A gap this short is a stop consonant or a breath; a new sound after a longer one is a new beginning. */
const gapMs = 200;

/** Hears when the agent speaks, by the energy of what arrives and nothing else. */
export interface AgentEar {
  hear(frame: Pcm, nowMs: number): void;
  /** When the agent last was heard; undefined before the first sound. */
  readonly lastSoundMs: number | undefined;
  /** When the agent last began to speak, after at least 200 ms of silence. */
  readonly lastOnsetMs: number | undefined;
}

export function createAgentEar(): AgentEar {
  let lastSoundMs: number | undefined;
  let lastOnsetMs: number | undefined;
  return {
    hear(frame, nowMs) {
      if (rmsDbfs(frame) <= SPEECH_DBFS) return;
      if (lastSoundMs === undefined || nowMs - lastSoundMs > gapMs + FRAME_MS) lastOnsetMs = nowMs;
      lastSoundMs = nowMs;
    },
    get lastSoundMs() {
      return lastSoundMs;
    },
    get lastOnsetMs() {
      return lastOnsetMs;
    },
  };
}
