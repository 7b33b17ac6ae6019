import type { StorageLike } from './conversation-memory.ts';

/**
 * What the conversation client needs of a browser, as narrow as it is used, so that a test in Node can stand in for it
 * exactly at this border. The real browser objects fit these interfaces as they are.
 */
export interface Environment {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly openSocket: (url: string, protocols: string[]) => SocketLike;
  /** Undefined where the browser has no WebRTC. */
  readonly createPeer: ((iceServers: RTCIceServer[]) => PeerLike) | undefined;
  readonly createStream: (track: TrackLike) => StreamLike;
  /** Undefined where the page may not ask for a microphone (no secure origin, or a browser without media). */
  readonly mediaDevices: MediaDevicesLike | undefined;
  /** Microphones need https, or localhost. */
  readonly isSecureContext: boolean;
  /** Fires `online` and `offline`. */
  readonly network: EventsLike;
  /** Where a reloaded page finds its conversation again; undefined where the browser keeps nothing. */
  readonly storage: StorageLike | undefined;
  readonly randomId: () => string;
  /** 0 ≤ x < 1, for the jitter of reconnects. */
  readonly random: () => number;
}

export interface EventsLike {
  addEventListener(type: string, listener: (event: Event) => void): void;
  removeEventListener(type: string, listener: (event: Event) => void): void;
}

export interface SocketLike extends EventsLike {
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(text: string): void;
  close(code?: number): void;
}

export interface TrackLike extends EventsLike {
  enabled: boolean;
  stop(): void;
}

export interface StreamLike {
  getTracks(): TrackLike[];
  getAudioTracks(): TrackLike[];
}

export interface ChannelLike extends EventsLike {
  readonly readyState: string;
  readonly bufferedAmount: number;
  send(text: string): void;
  close(): void;
}

export interface TransceiverLike {
  readonly receiver: { readonly track: TrackLike };
  readonly sender: { replaceTrack(track: TrackLike | null): Promise<void> };
}

export interface PeerLike extends EventsLike {
  readonly connectionState: string;
  readonly iceGatheringState: string;
  readonly localDescription: { readonly sdp: string } | null;
  addTransceiver(trackOrKind: TrackLike | string, init: { direction: 'sendrecv' }): TransceiverLike;
  createDataChannel(label: string): ChannelLike;
  setLocalDescription(): Promise<void>;
  setRemoteDescription(description: { type: 'answer'; sdp: string }): Promise<void>;
  /** The reports of `RTCStatsReport`, of which only `inbound-rtp` is read. */
  getStats(): Promise<{ forEach(callback: (report: unknown) => void): void }>;
  close(): void;
}

export interface MediaDevicesLike extends EventsLike {
  getUserMedia(constraints: { audio: MediaTrackConstraints }): Promise<StreamLike>;
  enumerateDevices(): Promise<{ readonly kind: string; readonly deviceId: string; readonly label: string }[]>;
}

/** The browser that this page runs in. */
export function browserEnvironment(): Environment {
  return {
    fetch: (url, init) => fetch(url, init),
    openSocket: (url, protocols) => new WebSocket(url, protocols),
    createPeer:
      typeof RTCPeerConnection === 'undefined' ? undefined : (iceServers) => new RTCPeerConnection({ iceServers }),
    createStream: (track) => new MediaStream(track instanceof MediaStreamTrack ? [track] : []),
    // Absent at run time on insecure origins, whatever the type says.
    mediaDevices: 'mediaDevices' in navigator ? navigator.mediaDevices : undefined,
    isSecureContext: window.isSecureContext,
    network: window,
    storage: tabStorage(),
    // crypto.randomUUID needs a secure origin; getRandomValues does not, and typing must work on any origin.
    randomId: () =>
      Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(''),
    random: () => Math.random(),
  };
}

/** Some browsers throw at the mere mention when the person forbids sites to keep data. */
function tabStorage(): StorageLike | undefined {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}
