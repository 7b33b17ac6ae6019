import type { Clock } from '@parley/engine/ports/clock.ts';
import { WebSocket } from 'ws';
import { createDelayLine, type NetworkDelay } from './delay-line.ts';
import { createPlayout } from './playout.ts';
import { reachOf } from './reach.ts';
import { signAsTwilio } from './signature.ts';
import {
  connectedMessage,
  dtmfMessage,
  markMessage,
  mediaMessage,
  readServerMessage,
  type StreamStart,
  startMessage,
  stopMessage,
} from './stream-messages.ts';

export interface MediaStreamOptions extends StreamStart {
  /** As TwiML has it; its query is dropped, as Twilio drops it. */
  readonly url: string;
  /** `<Connect><Stream>`: sound, marks and keys both ways. Otherwise a copy of the call's sound, one way. */
  readonly isBothWays: boolean;
  readonly authToken: string;
  readonly reach: Readonly<Record<string, string>>;
  readonly network: NetworkDelay;
  readonly clock: Clock;
  readonly onEvent: (event: MediaStreamEvent) => void;
}

export type MediaStreamEvent =
  | { readonly type: 'started' }
  /** What the server sent, before the network's delay. */
  | { readonly type: 'received'; readonly text: string }
  /** A mark came back: what was sent before it has been heard, or thrown away. */
  | { readonly type: 'mark'; readonly name: string }
  | { readonly type: 'cleared'; readonly unheardMs: number }
  /** What Twilio shows its customer: 31920, 31924, 31930, 31931, 31951. */
  | { readonly type: 'report'; readonly level: 'error' | 'warning'; readonly code: number; readonly text: string }
  /** Once, at the end. `closedBy` `failed`: there never was a stream, or it broke. */
  | {
      readonly type: 'ended';
      readonly closedBy: 'server' | 'here' | 'failed';
      readonly code: number;
      readonly why: string;
    };

/** Twilio's end of a media stream. */
export interface MediaStream {
  /** 20 ms of the call: sends what the caller said (and what they heard, where that is wanted) and gives what they hear now. */
  exchange(spoken: Uint8Array, heard: Uint8Array | undefined): Uint8Array | undefined;
  press(digit: string): void;
  /** The call goes on elsewhere, or is over. Idempotent. */
  stop(): void;
  readonly isOpen: boolean;
  readonly bufferedMs: number;
}

const handshakeTimeoutMs = 10_000;
/** Two seconds of messages that the server does not take: from then on sound is thrown away (31930). */
const maxUnsentBytes = 100 * 350;

/** Opens a stream to a server, and speaks there as Twilio does. */
export function openMediaStream(options: MediaStreamOptions): MediaStream {
  const { isBothWays, streamSid, tracks, clock, onEvent } = options;
  const address = new URL(options.url);
  address.search = '';
  const reached = reachOf(address, options.reach);
  const inwards = createDelayLine(clock, options.network);
  const outwards = createDelayLine(clock, options.network);
  let state: 'opening' | 'open' | 'ended' = 'opening';
  let startedMs = 0;
  let sequence = 1;
  const chunks = { inbound: 0, outbound: 0 };
  const warned = new Set<number>();

  const socket = new WebSocket(reached.url, {
    perMessageDeflate: false,
    handshakeTimeout: handshakeTimeoutMs,
    maxPayload: 1_000_000,
    headers: {
      'user-agent': 'Twilio.TmeWs/1.0',
      'x-twilio-signature': signAsTwilio(options.authToken, address.href),
      ...reached.headers,
    },
  });
  const send = (text: string) =>
    outwards.run(() => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    });
  const playout = createPlayout((name) => {
    if (state !== 'open') return;
    sequence += 1;
    send(markMessage(streamSid, sequence, name));
    onEvent({ type: 'mark', name });
  });
  const report = (level: 'error' | 'warning', code: number, text: string) => {
    // A warning is given once a stream.
    if (level === 'warning' && warned.has(code)) return;
    warned.add(code);
    onEvent({ type: 'report', level, code, text });
  };
  const end = (closedBy: 'server' | 'here' | 'failed', code: number, why: string) => {
    if (state === 'ended') return;
    state = 'ended';
    inwards.drop();
    onEvent({ type: 'ended', closedBy, code, why });
  };
  const fail = (code: number, why: string) => {
    report('error', code, why);
    end('failed', code, why);
    outwards.drop();
    socket.close(1000);
  };
  const onText = (text: string) => {
    if (state !== 'open') return;
    if (!isBothWays) return fail(31_924, 'Nothing may be sent on a stream one way.');
    const message = readServerMessage(text, streamSid);
    if (message.event === 'fault') {
      if (message.is === 'protocol') fail(31_924, message.why);
      else report('warning', 31_951, message.why);
    } else if (message.event === 'media') {
      if (!playout.add(message.sound)) report('warning', 31_931, 'More than ten minutes wait to be heard.');
    } else if (message.event === 'mark') playout.mark(message.name);
    else {
      onEvent({ type: 'cleared', unheardMs: playout.bufferedMs });
      playout.clear();
    }
  };

  socket.on('open', () => {
    state = 'open';
    startedMs = clock.nowMs();
    send(connectedMessage);
    send(startMessage(options));
    onEvent({ type: 'started' });
  });
  socket.on('message', (data, isBinary) => {
    const text = Buffer.isBuffer(data) ? data.toString('utf8') : '';
    if (!isBinary) onEvent({ type: 'received', text });
    inwards.run(() => {
      if (isBinary && state === 'open') fail(31_924, 'Messages are text.');
      else onText(text);
    });
  });
  socket.on('unexpected-response', (request, response) => {
    fail(31_920, `The server answered the handshake with ${response.statusCode ?? 0}.`);
    request.destroy();
  });
  socket.on('error', (error) => {
    if (state === 'opening') fail(31_920, error.message);
  });
  socket.on('close', (code) => {
    // Behind what the server sent before.
    inwards.run(() => {
      if (code === 1006 && state === 'open') report('error', 31_903, 'The server broke the connection.');
      end(code === 1006 ? 'failed' : 'server', code, `closed with ${code}`);
      outwards.drop();
    });
  });

  const sendSound = (track: 'inbound' | 'outbound', frame: Uint8Array) => {
    if (socket.bufferedAmount > maxUnsentBytes)
      return report('warning', 31_930, 'The server takes the sound too slowly.');
    sequence += 1;
    chunks[track] += 1;
    const timestampMs = Math.round(clock.nowMs() - startedMs);
    const payload = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString('base64');
    send(mediaMessage(streamSid, sequence, track, chunks[track], timestampMs, payload));
  };
  return {
    exchange(spoken, heard) {
      if (state !== 'open') return undefined;
      if (tracks.includes('inbound')) sendSound('inbound', spoken);
      if (tracks.includes('outbound') && heard !== undefined) sendSound('outbound', heard);
      return isBothWays ? playout.next() : undefined;
    },
    press(digit) {
      if (state !== 'open' || !isBothWays) return;
      sequence += 1;
      send(dtmfMessage(streamSid, sequence, digit));
    },
    stop() {
      if (state === 'ended') return;
      if (state === 'open') {
        sequence += 1;
        send(stopMessage(options, sequence));
        outwards.run(() => socket.close(1000));
      } else socket.terminate();
      end('here', 1000, 'stopped');
    },
    get isOpen() {
      return state === 'open';
    },
    get bufferedMs() {
      return playout.bufferedMs;
    },
  };
}
