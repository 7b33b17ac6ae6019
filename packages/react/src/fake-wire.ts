import type { ServerMessage } from '@parley/contract/app-messages.ts';
import { type ErrorCode, errorCatalogue } from '@parley/contract/errors.ts';
import type { TurnView } from '@parley/contract/turn.ts';
import { z } from 'zod';
import type { ChannelLike, Environment, PeerLike, SocketLike, StreamLike, TrackLike } from './environment.ts';

/** For tests: the far side of the wire and the devices of the machine, scripted at the border that the client uses. */
export const conversationId = '0b4d9f62-52f0-4f0e-9d0c-5a3c41f1d7aa';

type Answer = { readonly status: number; readonly body: unknown } | 'unreachable';

export interface FakeWire {
  readonly environment: Environment;
  readonly sockets: FakeSocket[];
  readonly peers: FakePeer[];
  readonly microphones: FakeStream[];
  readonly network: EventTarget;
  /** What the tab keeps over a reload. */
  readonly stored: Map<string, string>;
  readonly devices: FakeDevices;
  /** Method and path of every request, with its bearer. */
  readonly requests: {
    readonly method: string;
    readonly path: string;
    readonly bearer: string | null;
    readonly body: unknown;
  }[];
  /** Changes what a request is answered: `open`, `view` or `webrtc`. */
  readonly answers: Record<'open' | 'view' | 'webrtc', Answer>;
  /** Where the last link's messages go. */
  newestLink(): FakeSocket | FakeChannel;
}

export function createFakeWire(): FakeWire {
  const sockets: FakeSocket[] = [];
  const peers: FakePeer[] = [];
  const devices = new FakeDevices();
  const network = new EventTarget();
  const stored = new Map<string, string>();
  const requests: FakeWire['requests'] = [];
  let ids = 0;
  const answers: FakeWire['answers'] = {
    open: { status: 201, body: openedBody() },
    view: { status: 200, body: viewBody([]) },
    webrtc: { status: 200, body: { sdp: 'v=0 answer' } },
  };
  const environment: Environment = {
    async fetch(url, init) {
      const path = new URL(url).pathname;
      const method = init.method ?? 'GET';
      const bearer = new Headers(init.headers).get('authorization');
      requests.push({ method, path, bearer, body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined });
      const answer = answers[path.endsWith('/webrtc') ? 'webrtc' : method === 'POST' ? 'open' : 'view'];
      if (answer === 'unreachable') throw new TypeError('fetch failed');
      return new Response(JSON.stringify(answer.body), { status: answer.status });
    },
    openSocket(url, protocols) {
      const socket = new FakeSocket(url, protocols);
      sockets.push(socket);
      return socket;
    },
    createPeer() {
      const peer = new FakePeer();
      peers.push(peer);
      return peer;
    },
    createStream: (track) => new FakeStream([track]),
    mediaDevices: devices,
    isSecureContext: true,
    network,
    storage: {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => void stored.set(key, value),
      removeItem: (key) => void stored.delete(key),
    },
    randomId: () => `m-${++ids}`,
    random: () => 1,
  };
  return {
    environment,
    sockets,
    peers,
    microphones: devices.streams,
    network,
    stored,
    devices,
    requests,
    answers,
    newestLink() {
      const link = peers.at(-1)?.channel ?? sockets.at(-1);
      if (link === undefined) throw new Error('nothing has connected yet');
      return link;
    },
  };
}

/** What both ways of sending app messages share. */
class FakeText extends EventTarget {
  bufferedAmount = 0;
  readonly sent: unknown[] = [];

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  /** The server says something. */
  say(message: ServerMessage): void {
    this.sayRaw(JSON.stringify(message));
  }

  sayRaw(data: string | ArrayBuffer): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }

  hello(): void {
    this.sayRaw(
      JSON.stringify({ type: 'conversation', data: { conversationId, agent: 'receptionist', language: 'en' } }),
    );
  }
}

export class FakeSocket extends FakeText implements SocketLike {
  readyState = 0;
  readonly url: string;
  readonly protocols: readonly string[];

  constructor(url: string, protocols: readonly string[]) {
    super();
    this.url = url;
    this.protocols = protocols;
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }

  close(): void {
    this.drop();
  }

  /** The connection breaks. */
  drop(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(new Event('close'));
  }
}

export class FakeChannel extends FakeText implements ChannelLike {
  readyState = 'connecting';

  open(): void {
    this.readyState = 'open';
    this.dispatchEvent(new Event('open'));
  }

  close(): void {
    this.readyState = 'closed';
  }
}

export class FakePeer extends EventTarget implements PeerLike {
  connectionState = 'new';
  iceGatheringState = 'new';
  localDescription: { readonly sdp: string } | null = null;
  readonly channel = new FakeChannel();
  track: TrackLike | null = null;
  answer: string | undefined;

  addTransceiver(track: TrackLike | string) {
    this.track = typeof track === 'string' ? null : track;
    return {
      receiver: { track: new FakeTrack() },
      sender: {
        replaceTrack: async (next: TrackLike | null): Promise<void> => {
          this.track = next;
        },
      },
    };
  }

  createDataChannel(): FakeChannel {
    return this.channel;
  }

  async setLocalDescription(): Promise<void> {
    this.localDescription = { sdp: 'v=0 offer' };
    this.iceGatheringState = 'complete';
  }

  async setRemoteDescription(description: { sdp: string }): Promise<void> {
    this.answer = description.sdp;
  }

  /** What has come from the server so far; it grows by itself, as a live call's does, while `isSending`. */
  packetsReceived = 0;
  isSending = true;

  async getStats() {
    if (this.isSending) this.packetsReceived += 50;
    return [{ type: 'inbound-rtp', packetsReceived: this.packetsReceived }];
  }

  become(state: string): void {
    this.connectionState = state;
    this.dispatchEvent(new Event('connectionstatechange'));
  }

  close(): void {
    this.connectionState = 'closed';
  }
}

export class FakeTrack extends EventTarget implements TrackLike {
  enabled = true;
  isStopped = false;

  stop(): void {
    this.isStopped = true;
  }
}

export class FakeStream implements StreamLike {
  readonly tracks: TrackLike[];

  constructor(tracks: TrackLike[]) {
    this.tracks = tracks;
  }

  getTracks(): TrackLike[] {
    return this.tracks;
  }

  getAudioTracks(): TrackLike[] {
    return this.tracks;
  }
}

export class FakeDevices extends EventTarget {
  readonly streams: FakeStream[] = [];
  readonly constraints: MediaTrackConstraints[] = [];
  /** The name of the DOMException that the browser refuses with. */
  refusal: string | undefined;
  present = [{ kind: 'audioinput', deviceId: 'built-in', label: 'Built-in' }];

  async getUserMedia(constraints: { audio: MediaTrackConstraints }): Promise<FakeStream> {
    if (this.refusal !== undefined) throw new DOMException('refused', this.refusal);
    this.constraints.push(constraints.audio);
    const stream = new FakeStream([new FakeTrack()]);
    this.streams.push(stream);
    return stream;
  }

  async enumerateDevices() {
    return this.present;
  }
}

export function openedBody() {
  return {
    conversation_id: conversationId,
    token: 'token-1',
    agent: { id: 'receptionist', name: 'Front desk', language: 'en', greeting_hint: 'Hello' },
    ice_servers: [],
  };
}

export function viewBody(turns: readonly TurnView[], endReason: string | null = null) {
  return {
    conversation_id: conversationId,
    agent_id: 'receptionist',
    channel_type: 'chat',
    started_at: '2026-11-21T10:00:00.000Z',
    ended_at: endReason === null ? null : '2026-11-21T10:05:00.000Z',
    end_reason: endReason,
    turn_count: turns.length,
    turns: turns.map((turn) => ({ ...turn, annotation: unannotated })),
    bookings: [],
    recordings: [],
  };
}

const unannotated = { is_correct_intent: null, corrected_intent: null, annotation_notes: null };

export function errorAnswer(code: ErrorCode): Answer {
  const { status, message } = errorCatalogue[code];
  return { status, body: { error: message, code, trace_id: 'trace-1' } };
}

/** A stored turn; what is left out is as in a typed turn that was answered in full. */
export function turnOf(change: {
  readonly turnNumber: number;
  readonly userText?: string;
  readonly messageId?: string;
  readonly replyText?: string;
  readonly heardText?: string | null;
  readonly interrupted?: boolean;
}): TurnView {
  const replyText = change.replyText ?? 'Certainly.';
  return {
    turn_number: change.turnNumber,
    cause: change.userText === undefined ? 'greeting' : 'turn',
    started_at: '2026-11-21T10:00:01.000Z',
    user:
      change.userText === undefined
        ? null
        : {
            text: change.userText,
            confidence: 1,
            rejected: false,
            modality: 'text',
            message_id: change.messageId ?? null,
          },
    nlu: null,
    reply: {
      text: replyText,
      heard_text: change.heardText === undefined ? replyText : change.heardText,
      interrupted: change.interrupted ?? false,
      tone: 'warm',
      actions: [],
    },
    waterfall: {
      end_of_turn_ms: 300,
      transcript_ms: 40,
      agent_ms: 5,
      sentence_ms: 1,
      synthesis_ms: 120,
      playout_ms: 14,
      voice_to_voice_ms: 480,
    },
  };
}

const sentSchema = z.object({
  type: z.string(),
  data: z.object({ messageId: z.string().optional(), text: z.string().optional() }),
});

/** What was sent over a link, as short words: `user_text m-1`. */
export function sentOver(link: { readonly sent: readonly unknown[] }): readonly string[] {
  return link.sent.map((raw) => {
    const { type, data } = sentSchema.parse(raw);
    return data.messageId === undefined ? type : `${type} ${data.messageId}`;
  });
}
