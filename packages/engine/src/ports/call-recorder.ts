import type { Pcm } from './audio.ts';

/** Who is heard on which track. */
export type Track = 'caller' | 'agent';

/**
 * Why nothing is written down for a while. Each reason is ended by itself: what an API client paused does not go on because a
 * question was answered.
 */
export type PauseReason = 'secret' | 'request';

/**
 * The sound of one call on its way to wherever it is kept. The driver calls from the path of the audio: nothing here throws,
 * waits, or gives a promise. Frames are 20 ms, in order; where nothing comes there is silence.
 */
export interface CallRecording {
  /** A frame of the caller's, as it came out of the channel's jitter buffer. */
  caller(frame: Pcm): void;
  /** A frame of the agent's, as it leaves for the channel. */
  agent(frame: Pcm): void;
  /** From now on both tracks are silent; time goes on. Idempotent. */
  pause(reason: PauseReason): void;
  /** Sound again, unless another reason still holds. Idempotent. */
  resume(reason: PauseReason): void;
  /** No more sound comes. Idempotent; what came is still being written then. */
  end(): void;
}

/** Gives a conversation its recording when its first channel of sound is attached. Undefined: this one is not recorded. */
export type BeginRecording = () => CallRecording | undefined;
