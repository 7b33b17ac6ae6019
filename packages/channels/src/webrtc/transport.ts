/** As browsers and the contract write it. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username?: string | undefined;
  readonly credential?: string | undefined;
}

export type PeerState = 'connecting' | 'connected' | 'disconnected' | 'closed';

/** What happens at a peer. Called from the transport's own callbacks: they must not throw, and come in no promise. */
export interface PeerEvents {
  /** The connection as a whole. `disconnected` may heal; `closed` is the end, and is told once. */
  onState(state: PeerState): void;
  /** A packet of the audio track, RTP or not; the bytes are lent for the call. */
  onAudioPacket(bytes: Uint8Array): void;
  /** The data channel can be written to. */
  onMessagesOpen(): void;
  /** Text, or something else that should have been text. */
  onMessage(data: unknown): void;
}

/** One connection to one far side: an audio track both ways and one data channel of text. */
export interface Peer {
  readonly payloadType: number;
  /** Of the audio that we send. */
  readonly ssrc: number;
  /** Without effect before the track is open. */
  sendAudioPacket(bytes: Uint8Array): void;
  /** Without effect before the channel is open, and false when too much is unsent already. */
  sendMessage(text: string): boolean;
  /** Frees everything. Idempotent. */
  close(): void;
}

/** The offering side, which makes its own description. */
export interface OfferingPeer extends Peer {
  readonly offerSdp: string;
  /** @throws Error when the answer cannot be used */
  acceptAnswer(sdp: string): void;
}

/**
 * What the WebRTC channel needs of a WebRTC implementation; another one (in pure TypeScript, say) is another function
 * that gives this.
 */
export interface Transport {
  /**
   * @throws WireError `invalid_sdp`
   * @throws the signal's reason when gathering does not end in time
   */
  answer(offerSdp: string, events: PeerEvents, signal: AbortSignal): Promise<{ peer: Peer; answerSdp: string }>;
  close(): void;
}
