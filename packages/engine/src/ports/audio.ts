/**
 * The one audio format inside the house: 16-bit signed PCM, mono, 16 kHz, in frames of 20 ms (320 samples).
 * 16 kHz is what recognisers want; 20 ms is the packet of Opus, G.711 and every telephone. Channels convert at their edge.
 */
export const SAMPLE_RATE_HZ = 16_000;
export const FRAME_MS = 20;
export const FRAME_SAMPLES = (SAMPLE_RATE_HZ * FRAME_MS) / 1000;

/** PCM samples, mono, 16 kHz. Whoever receives one may keep it: the giver never writes to it again. */
export type Pcm = Int16Array<ArrayBufferLike>;

/**
 * What a line carries outside the house: sound of the whole 16 kHz, or G.711 of 8 kHz as telephones do. Inside it is `Pcm` all the same;
 * engines that can take and give the line's own form are spared the part of the spectrum that nobody hears, and a quarter of the bytes.
 */
export type LineFormat = 'wide' | 'mulaw' | 'alaw';

/** The keys of a telephone. */
export type Digit = (typeof digits)[number];
export const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'] as const;

/** What a channel gives the conversation to speak into. Calls never throw and never block. */
export interface AudioOutlet {
  /** Names the way in for records and metrics: `webrtc`, `sip`, `twilio`. */
  readonly kind: string;
  /** Time between `write` and the caller's ear that the channel adds (its own buffer, network, far jitter buffer). */
  readonly playoutDelayMs: number;
  /**
   * Does the far end keep the agent's voice out of its microphone? Browsers and good telephones do, after a second or two of
   * learning; loudspeakers and some lines do not, and the agent hears itself.
   */
  readonly echo: 'cancelled' | 'possible';
  /** What the channel carries; left out: `wide`. */
  readonly line?: LineFormat;
  /**
   * The channel, or what is behind it (a service's own buffer, a thread with a ring), keeps up to so many milliseconds of what was
   * written and has not sounded yet, plays it at its own pace, and `clear()` throws it away. The driver gives each frame up to so much
   * before it is due: a stall of the process that is no longer makes no hole, and no word is later for it. What was given ahead and
   * cleared is given again when it is to sound after all. Left out or 0: each frame is given when it is due. Read when the channel is
   * attached.
   */
  readonly aheadMs?: number;
  /**
   * One frame of 320 samples. The driver paces: one call each 20 ms while the agent speaks; with `aheadMs` several at once at the
   * beginning and after a stall.
   */
  write(frame: Pcm): void;
  /** Throw away what the channel has buffered and not yet sent. A channel that buffers nothing does nothing. */
  clear(): void;
  /** Whether a caller who is cut off can come back to the same conversation, as pages do; left out: they can. */
  readonly comesBack?: boolean;
  /** The conversation has no more use for the channel: it ended, or another channel took its place. Idempotent. */
  close(reason: string): void;
}

/** What the conversation gives the channel to listen with. */
export interface AudioInlet {
  /** One frame of 320 samples in order, lost ones already concealed. Ignored after the conversation or the attachment ended. */
  push(frame: Pcm): void;
  /** A key was pressed (DTMF by RFC 4733, SIP INFO or the channel's own message; a tone in the audio is not looked for). */
  digit(digit: Digit): void;
  /**
   * The way to the ear turned out longer or shorter than `AudioOutlet.playoutDelayMs` said: what was heard is reckoned by the newest,
   * in milliseconds from 0. A channel that cannot measure it never calls.
   */
  playoutDelay(playoutDelayMs: number): void;
  /** The far side put the call on hold and hears nothing, or took it back. A channel without such a thing never calls. */
  held?(isHeld: boolean): void;
  /** The channel is gone. The conversation lives on for a while so that the caller can come back. Idempotent. */
  lost(reason: string): void;
}
