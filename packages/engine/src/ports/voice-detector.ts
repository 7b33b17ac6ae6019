import type { Pcm } from './audio.ts';

/** A change of what is heard; `frame` is the 0-based index, among the frames pushed, of the one that decided it. */
export type VoiceEvent =
  | { readonly type: 'started'; readonly frame: number }
  /** `silentMs` of the audio up to and with that frame were silence already. */
  | { readonly type: 'stopped'; readonly frame: number; readonly silentMs: number };

/** One caller's voice activity. */
export interface VoiceDetectorStream {
  /**
   * The next frame of 20 ms. Detectors that need no thread answer from inside this call; those that compute elsewhere
   * answer later, and their events say how far they had come.
   */
  push(frame: Pcm): void;
  /**
   * In place of `push`, for detectors that need no more of a frame than how loud it is above about 150 Hz, in dB of full scale: whoever
   * measured it already spares them the samples. Left out by those that need them.
   */
  pushLevel?(levelDbfs: number): void;
}

/** Tells voice from everything else. Shared by all conversations of a process. */
export interface VoiceDetector {
  readonly name: string;
  /** @param signal ends the stream and frees what it holds; no event comes afterwards */
  open(signal: AbortSignal, onEvent: (event: VoiceEvent) => void): VoiceDetectorStream;
  /** Frees threads and memory. */
  close(): Promise<void>;
}
