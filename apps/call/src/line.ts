import { randomUUID } from 'node:crypto';
import { dial } from '@parley/channels/webrtc/dial.ts';
import { type ClientMessage, type ServerMessage, serverMessageSchema } from '@parley/contract/app-messages.ts';
import {
  type ConversationOpened,
  type ConversationView,
  conversationOpenedSchema,
  conversationViewSchema,
  webrtcAnswerSchema,
} from '@parley/contract/conversations.ts';
import { errorBodySchema } from '@parley/contract/errors.ts';
import type { Pcm } from '@parley/engine/ports/audio.ts';
import { WebSocket } from 'ws';
import type { z } from 'zod';
import { type CallChannel, CallError } from './call-events.ts';

/** A server that has not answered by then will not. */
const requestTimeoutMs = 10_000;

/** An open way to the agent. */
export interface Line {
  /** One frame of the caller's voice; without effect in text. */
  send(frame: Pcm): void;
  tell(message: ClientMessage): void;
  close(): void;
}

export interface LineEvents {
  onAudio(frame: Pcm): void;
  onMessage(message: ServerMessage): void;
  onClosed(reason: string): void;
}

export async function openConversation(
  url: string,
  channel: CallChannel,
  options: {
    readonly agentId: string | undefined;
    readonly timeZone: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<ConversationOpened> {
  const body = {
    agent_id: options.agentId,
    channel_type: channel === 'webrtc' ? 'voice' : 'chat',
    time_zone: options.timeZone,
  };
  return request(conversationOpenedSchema, `${url}/v1/conversations`, { method: 'POST', body, signal: options.signal });
}

export async function readRecord(
  url: string,
  opened: ConversationOpened,
  signal: AbortSignal,
): Promise<ConversationView> {
  const address = `${url}/v1/conversations/${opened.conversation_id}`;
  return request(conversationViewSchema, address, { method: 'GET', token: opened.token, signal });
}

/** @throws CallError `connection_failed` */
export async function connect(
  url: string,
  opened: ConversationOpened,
  channel: CallChannel,
  events: LineEvents,
  signal: AbortSignal,
): Promise<Line> {
  try {
    return await (channel === 'webrtc' ? connectVoice : connectChat)(url, opened, events, signal);
  } catch (error) {
    if (error instanceof CallError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CallError('connection_failed', `The call could not be connected to ${url}: ${reason}`);
  }
}

export function newMessageId(): string {
  return randomUUID();
}

async function connectVoice(
  url: string,
  opened: ConversationOpened,
  events: LineEvents,
  signal: AbortSignal,
): Promise<Line> {
  try {
    return await dialServer(url, opened, events, signal);
  } catch (error) {
    // What the server refused it refuses again; a handshake that failed on a busy machine is tried once more, as a page does.
    if (error instanceof CallError || signal.aborted) throw error;
    return dialServer(url, opened, events, signal);
  }
}

function dialServer(url: string, opened: ConversationOpened, events: LineEvents, signal: AbortSignal): Promise<Line> {
  const address = `${url}/v1/conversations/${opened.conversation_id}/webrtc`;
  return dial({
    async exchange(sdp, exchangeSignal) {
      const init = { method: 'POST', token: opened.token, body: { sdp }, signal: exchangeSignal };
      return (await request(webrtcAnswerSchema, address, init)).sdp;
    },
    iceServers: opened.ice_servers,
    onAudio: events.onAudio,
    onMessage: events.onMessage,
    onClosed: events.onClosed,
    signal,
  });
}

function connectChat(url: string, opened: ConversationOpened, events: LineEvents, signal: AbortSignal): Promise<Line> {
  const address = `${url.replace(/^http/, 'ws')}/v1/conversations/${opened.conversation_id}/chat`;
  const socket = new WebSocket(address, ['parley.v1', `parley.token.${opened.token}`], {
    handshakeTimeout: requestTimeoutMs,
  });
  const abort = () => socket.terminate();
  signal.addEventListener('abort', abort, { once: true });
  let closedByUs = false;
  socket.on('message', (data, isBinary) => {
    const message = isBinary ? undefined : parseMessage(data.toString());
    if (message !== undefined) events.onMessage(message);
  });
  return new Promise((resolve, reject) => {
    // Errors after the handshake are followed by 'close', which tells.
    socket.on('error', reject);
    socket.on('close', (code, reason) => {
      signal.removeEventListener('abort', abort);
      reject(new Error(`the connection was closed (${code}).`));
      if (!closedByUs) events.onClosed(reason.toString() || `code ${code}`);
    });
    socket.on('open', () =>
      resolve({
        send: () => {},
        tell: (message) => socket.send(JSON.stringify(message)),
        close: () => {
          closedByUs = true;
          socket.close(1000);
        },
      }),
    );
  });
}

interface RequestInit {
  readonly method: string;
  readonly body?: unknown;
  readonly token?: string;
  readonly signal: AbortSignal;
}

async function request<T>(schema: z.ZodType<T>, address: string, init: RequestInit): Promise<T> {
  const signal = AbortSignal.any([init.signal, AbortSignal.timeout(requestTimeoutMs)]);
  const headers: Record<string, string> = {};
  if (init.token !== undefined) headers.authorization = `Bearer ${init.token}`;
  if (init.body !== undefined) headers['content-type'] = 'application/json';
  let status: number;
  let text: string;
  try {
    const body = init.body === undefined ? null : JSON.stringify(init.body);
    const response = await fetch(address, { method: init.method, headers, body, signal });
    status = response.status;
    text = await response.text();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
    throw new CallError('connection_failed', `No server answers at ${new URL(address).origin} (${reason}).`);
  }
  const json = parseJson(text);
  if (status >= 400) {
    const known = errorBodySchema.safeParse(json);
    const reason = known.success ? known.data.error : `status ${status}`;
    throw new CallError('connection_failed', `The server refused the call: ${reason}`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new CallError('connection_failed', `${address} does not answer as a Parley server does; is the address right?`);
}

function parseMessage(text: string): ServerMessage | undefined {
  return serverMessageSchema.safeParse(parseJson(text)).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
