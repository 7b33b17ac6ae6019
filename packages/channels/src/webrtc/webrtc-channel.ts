import { WireError } from '@parley/contract/errors.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { AudioInlet } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Conversation } from '@parley/engine/ports/conversation.ts';
import { type AppClient, attachAppClient, type Hello } from '../app-messages/app-client.ts';
import { createAudioReceiver } from './audio-receiver.ts';
import { createAudioSender } from './audio-sender.ts';
import { createNodeDataChannelTransport, type NodeDataChannelOptions } from './node-datachannel-transport.ts';
import type { Peer, PeerEvents, Transport } from './transport.ts';

/**
 * Chromium's own path from packet to ear takes 70–74 ms on loopback (jitter buffer, mixer, sound card); the transport
 * adds less than 10. A network's way is on top and not known here.
 */
const PLAYOUT_DELAY_MS = 75;

export interface WebRtcChannelOptions extends NodeDataChannelOptions {
  /** Time from the answer to a connection; a handshake through TURN takes a few seconds. */
  readonly connectTimeoutMs?: number;
  /** How long a connection may be without a sign of life before it counts as lost: a change of network heals within it. */
  readonly disconnectedTimeoutMs?: number;
  /**
   * How long the caller's audio may stay away once it has come. Browsers send it without a pause, muted or not; a tab
   * that crashed says nothing, and ICE itself takes half a minute to see it.
   */
  readonly audioTimeoutMs?: number;
  readonly clock?: Clock;
  readonly transport?: Transport;
}

export interface AnswerRequest {
  /** An offer with one Opus audio section, a data channel, and all its candidates. */
  readonly sdp: string;
  readonly conversation: Conversation;
  readonly hello: Hello;
  /** Bounds the making of the answer, not the call. */
  readonly signal: AbortSignal;
}

/** Of all calls since the start. */
export interface AudioFigures {
  /** Frames of 20 ms sent to callers. */
  readonly framesOut: number;
  /** Packets from callers that came too late to be heard, or never. */
  readonly packetsLate: number;
  readonly packetsLost: number;
}

export interface WebRtcChannel {
  readonly activePeers: number;
  readonly figures: AudioFigures;
  /**
   * Connects a browser to the conversation and gives the answer. The audio is attached once the connection stands.
   * @throws WireError `invalid_sdp` or `shutting_down`
   * @throws the signal's reason
   */
  answer(request: AnswerRequest): Promise<string>;
  /** Ends all connections; their conversations are told that the audio is lost. Idempotent. */
  close(): void;
}

export function createWebRtcChannel(options: WebRtcChannelOptions): WebRtcChannel {
  const clock = options.clock ?? createSystemClock();
  const transport = options.transport ?? createNodeDataChannelTransport(options);
  const connectTimeoutMs = options.connectTimeoutMs ?? 15_000;
  const disconnectedTimeoutMs = options.disconnectedTimeoutMs ?? 5000;
  const audioTimeoutMs = options.audioTimeoutMs ?? 8000;
  const calls = new Set<Call>();
  /** Of calls that are over. */
  let past: AudioFigures = { framesOut: 0, packetsLate: 0, packetsLost: 0 };
  let isClosed = false;

  return {
    get activePeers() {
      return calls.size;
    },
    get figures() {
      return [...calls].reduce((sum, { figures }) => plus(sum, figures), past);
    },
    async answer({ sdp, conversation, hello, signal }) {
      if (isClosed) throw new WireError('shutting_down');
      if (conversation.state === 'ended') throw new WireError('conversation_ended');
      // Of a conversation's offers the last one counts: connections that are only offered must not pile up.
      for (const other of calls) if (other.conversation === conversation && !other.isConnected) other.end('replaced');
      const call = createCall(
        { clock, conversation, hello, connectTimeoutMs, disconnectedTimeoutMs, audioTimeoutMs },
        () => {
          if (calls.delete(call)) past = plus(past, call.figures);
        },
      );
      calls.add(call);
      try {
        const { peer, answerSdp } = await transport.answer(sdp, call.events, signal);
        call.start(peer);
        return answerSdp;
      } catch (error) {
        call.end('handshake failed');
        throw error;
      }
    },
    close() {
      isClosed = true;
      for (const call of calls) call.end('shutdown');
      transport.close();
    },
  };
}

function plus(a: AudioFigures, b: AudioFigures): AudioFigures {
  return {
    framesOut: a.framesOut + b.framesOut,
    packetsLate: a.packetsLate + b.packetsLate,
    packetsLost: a.packetsLost + b.packetsLost,
  };
}

interface CallSetting {
  readonly clock: Clock;
  readonly conversation: Conversation;
  readonly hello: Hello;
  readonly connectTimeoutMs: number;
  readonly disconnectedTimeoutMs: number;
  readonly audioTimeoutMs: number;
}

interface Call {
  readonly conversation: Conversation;
  readonly isConnected: boolean;
  readonly figures: AudioFigures;
  readonly events: PeerEvents;
  start(peer: Peer): void;
  end(reason: string): void;
}

/** One browser's connection: owns the peer, the codec, the frame timer, and its two attachments to the conversation. */
function createCall(setting: CallSetting, onEnded: () => void): Call {
  const { clock, conversation } = setting;
  let peer: Peer | undefined;
  let inlet: AudioInlet | undefined;
  let client: AppClient | undefined;
  let isConnected = false;
  let isMessagesOpen = false;
  let isEnded = false;
  let stopFrames = () => {};
  let cancelDeadline = () => {};
  let cancelMessagesWait: (() => void) | undefined;
  let receive = (_bytes: Uint8Array) => {};
  let framesOut = 0;
  let packets = () => ({ late: 0, lost: 0 });

  const end = (reason: string) => {
    if (isEnded) return;
    isEnded = true;
    cancelDeadline();
    cancelMessagesWait?.();
    stopFrames();
    client?.detach();
    inlet?.lost(reason);
    peer?.close();
    onEnded();
  };

  const deadline = (afterMs: number, reason: string) => {
    cancelDeadline();
    cancelDeadline = clock.wakeAt(clock.nowMs() + afterMs, () => end(reason));
  };

  const attachAudio = (connected: Peer) => {
    const receiver = createAudioReceiver(connected.payloadType);
    const sender = createAudioSender(connected, (bytes) => connected.sendAudioPacket(bytes));
    let lastPacketMs: number | undefined;
    packets = () => receiver.packets;
    receive = (bytes) => {
      lastPacketMs = clock.nowMs();
      receiver.receive(bytes, lastPacketMs);
    };
    inlet = conversation.attachAudio({
      kind: 'webrtc',
      playoutDelayMs: PLAYOUT_DELAY_MS,
      // Browsers cancel echo unless told not to, and the page does not tell them.
      echo: 'cancelled',
      write: (frame) => {
        if (isEnded) return;
        framesOut += 1;
        sender.write(frame, clock.nowMs());
      },
      // Each frame leaves as it is written: there is nothing to take back.
      clear: () => {},
      // The conversation may do this from inside a call of ours, and its last messages may still be on their way.
      close: (reason) => {
        clock.wakeAt(clock.nowMs() + LAST_MESSAGES_MS, () => end(reason));
      },
    });
    stopFrames = clock.everyFrame(() => {
      const nowMs = clock.nowMs();
      if (lastPacketMs !== undefined && nowMs - lastPacketMs > setting.audioTimeoutMs) return end('connection lost');
      const frame = receiver.nextFrame(nowMs);
      if (frame !== undefined) inlet?.push(frame);
      sender.tick(nowMs);
    });
  };

  const attachWhatIsThere = () => {
    if (isEnded || peer === undefined) return;
    const connected = peer;
    // The app's messages first, so that the page sees the agent's first state before it hears it.
    if (isMessagesOpen && client === undefined) {
      client = attachAppClient(conversation, setting.hello, (text) => {
        // A page that does not read is let go rather than told half; not from inside the conversation's own call.
        if (!connected.sendMessage(text)) queueMicrotask(() => end('messages are not being read'));
      });
    }
    if (!isConnected || inlet !== undefined) return;
    // The agent greets as soon as there is audio, and what it says is told once: the connection stands before its data channel does.
    if (isMessagesOpen) attachAudio(connected);
    else cancelMessagesWait ??= clock.wakeAt(clock.nowMs() + MESSAGES_WAIT_MS, () => attachHeard(connected));
  };

  /** Better heard and not read than neither. */
  const attachHeard = (connected: Peer) => {
    if (!isEnded && inlet === undefined) attachAudio(connected);
  };

  return {
    conversation,
    get isConnected() {
      return isConnected;
    },
    get figures() {
      const { late, lost } = packets();
      return { framesOut, packetsLate: late, packetsLost: lost };
    },
    events: {
      onState(state) {
        if (isEnded) return;
        if (state === 'closed') return end(isConnected ? 'connection closed' : 'connection failed');
        if (state === 'disconnected') return deadline(setting.disconnectedTimeoutMs, 'connection lost');
        if (state !== 'connected') return;
        cancelDeadline();
        isConnected = true;
        attachWhatIsThere();
      },
      onAudioPacket: (bytes) => receive(bytes),
      onMessagesOpen() {
        isMessagesOpen = true;
        attachWhatIsThere();
      },
      onMessage: (data) => client?.receive(data),
    },
    start(opened) {
      peer = opened;
      if (isEnded) return opened.close();
      if (!isConnected) deadline(setting.connectTimeoutMs, 'connection timed out');
      attachWhatIsThere();
    },
    end,
  };
}

/**
 * How long the audio waits for the data channel to open. It is two round trips behind the connection; a lost packet on the way
 * costs the second after which SCTP sends again.
 */
const MESSAGES_WAIT_MS = 3000;

/** What a connection is kept open for after the conversation let go of it, so that "ended" reaches the page. */
const LAST_MESSAGES_MS = 500;
