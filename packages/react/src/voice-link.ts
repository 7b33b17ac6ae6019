import type { Environment, EventsLike, PeerLike, StreamLike, TrackLike } from './environment.ts';
import { LINK_TIMEOUT_MS, type Link, type LinkHandlers, MAX_UNSENT_BYTES, textOf } from './link.ts';
import { clientError } from './notices.ts';
import { watchForSilence } from './silent-peer.ts';

/** Host candidates come at once; a STUN server that does not answer must not hold the call up. */
const GATHERING_TIMEOUT_MS = 2_000;
/** ICE often recovers from a short gap (Wi-Fi to mobile) by itself. */
const DISCONNECTED_GRACE_MS = 4_000;

/** A STUN or TURN server, as answers of the API name it. */
interface IceServerView {
  readonly urls: readonly string[];
  readonly username?: string | undefined;
  readonly credential?: string | undefined;
}

export interface VoiceLink extends Link {
  readonly agentStream: StreamLike;
  /** Swaps the microphone without a new handshake. */
  replaceMicrophone(track: TrackLike): Promise<void>;
}

/**
 * Calls the server: microphone and agent's voice over WebRTC, app messages over the data channel. Resolves once the
 * data channel is open. Rejects with the server's code, `voice_unsupported`, or `voice_unreachable` when no media path
 * opens in time, leaving nothing behind. Does not own the microphone.
 */
export async function openVoiceLink(
  args: {
    readonly environment: Environment;
    readonly opened: { readonly ice_servers: readonly IceServerView[] };
    readonly microphone: StreamLike;
    readonly exchangeSdp: (sdp: string, signal: AbortSignal) => Promise<string>;
    readonly signal: AbortSignal;
  } & LinkHandlers,
): Promise<VoiceLink> {
  const track = args.microphone.getAudioTracks()[0];
  if (args.environment.createPeer === undefined) throw clientError('voice_unsupported');
  if (track === undefined) throw clientError('microphone_missing');

  const peer = args.environment.createPeer(args.opened.ice_servers.map(toIceServer));
  const channel = peer.createDataChannel('app');
  let isOpen = false;
  let isReleased = false;
  let graceTimer: ReturnType<typeof setTimeout> | undefined;
  let stopWatching = (): void => undefined;
  const onMessage = (event: Event): void => args.onMessage(textOf(event));
  channel.addEventListener('message', onMessage);
  channel.addEventListener('close', broken);
  peer.addEventListener('connectionstatechange', onConnectionState);

  try {
    const transceiver = peer.addTransceiver(track, { direction: 'sendrecv' });
    // The receiving track exists from the start: no `track` event and no a=msid in the answer is needed.
    const agentStream = args.environment.createStream(transceiver.receiver.track);
    await peer.setLocalDescription();
    await waitFor(peer, 'icegatheringstatechange', () => peer.iceGatheringState === 'complete', {
      timeoutMs: GATHERING_TIMEOUT_MS,
      signal: args.signal,
    });
    args.signal.throwIfAborted();
    const offer = peer.localDescription?.sdp;
    if (offer === undefined) throw clientError('voice_unreachable');
    const answer = await args.exchangeSdp(offer, args.signal);
    args.signal.throwIfAborted();
    await peer.setRemoteDescription({ type: 'answer', sdp: answer });
    isOpen = await waitFor(channel, 'open', () => channel.readyState === 'open', {
      timeoutMs: LINK_TIMEOUT_MS,
      signal: args.signal,
    });
    if (!isOpen || isReleased) throw clientError('voice_unreachable');
    stopWatching = watchForSilence(peer, broken);
    return {
      agentStream,
      send(text) {
        if (channel.readyState !== 'open' || channel.bufferedAmount > MAX_UNSENT_BYTES) return false;
        channel.send(text);
        return true;
      },
      replaceMicrophone: (next) => transceiver.sender.replaceTrack(next),
      close: release,
    };
  } catch (error) {
    release();
    throw error;
  }

  function onConnectionState(): void {
    clearTimeout(graceTimer);
    const state = peer.connectionState;
    if (state === 'failed' || state === 'closed') broken();
    else if (state === 'disconnected') graceTimer = setTimeout(broken, DISCONNECTED_GRACE_MS);
  }

  function broken(): void {
    if (isReleased || !isOpen) return;
    release();
    args.onClosed();
  }

  function release(): void {
    isReleased = true;
    clearTimeout(graceTimer);
    stopWatching();
    channel.removeEventListener('message', onMessage);
    channel.removeEventListener('close', broken);
    peer.removeEventListener('connectionstatechange', onConnectionState);
    channel.close();
    peer.close();
  }
}

/** True once `done()`; false when it did not come about within the time or the signal aborted. */
function waitFor(
  target: PeerLike | EventsLike,
  type: string,
  done: () => boolean,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<boolean> {
  if (done()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const check = (): void => {
      if (done()) finish(true);
    };
    const giveUp = (): void => finish(false);
    const timer = setTimeout(giveUp, limits.timeoutMs);
    target.addEventListener(type, check);
    limits.signal.addEventListener('abort', giveUp);
    if (limits.signal.aborted) giveUp();

    function finish(result: boolean): void {
      clearTimeout(timer);
      target.removeEventListener(type, check);
      limits.signal.removeEventListener('abort', giveUp);
      resolve(result);
    }
  });
}

function toIceServer(server: IceServerView): RTCIceServer {
  return {
    urls: [...server.urls],
    ...(server.username === undefined ? {} : { username: server.username }),
    ...(server.credential === undefined ? {} : { credential: server.credential }),
  };
}
