import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { transcribe } from '@parley/contract/api/speech-api.ts';
import { WireError } from '@parley/contract/errors.ts';
import { type StreamMessage, transcribeStreamQuerySchema } from '@parley/contract/transcribe-stream.ts';
import { decodeG711 } from '@parley/engine/audio/g711.ts';
import { createLineToWide } from '@parley/engine/audio/line-rate.ts';
import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { authenticate, type Gate } from '../api/authenticate.ts';
import type { AgentDirectory } from '../conversations/agent-directory.ts';
import type { SpeechRoom } from './create-speech-room.ts';
import { createHearing } from './hear.ts';
import { createPlaces } from './places.ts';
import { agentOf, openPart, prepareEar } from './speech-routes.ts';

export interface TranscribeStreamOptions {
  /** In this process, and of one organization. */
  readonly most: number;
  readonly mostOfOne: number;
  /** Sound beyond what has passed in time since the beginning: whoever sends a file has a request for that. */
  readonly maxAheadMs: number;
  /** Without sound or a message. */
  readonly idleMs: number;
  readonly maxDurationMs: number;
  /** How long the recogniser may take to be ready. */
  readonly readyTimeoutMs: number;
}

export const transcribeStreamDefaults: TranscribeStreamOptions = {
  // A recogniser each, which calls want too.
  most: 50,
  mostOfOne: 10,
  // A network that stood still for some seconds, and a file sent a little faster than it sounds.
  maxAheadMs: 10_000,
  idleMs: 60_000,
  // As long as the longest call.
  maxDurationMs: 3_600_000,
  readyTimeoutMs: 15_000,
};

export interface TranscribeStreamParts {
  readonly room: Pick<SpeechRoom, 'speech' | 'checkEngine' | 'count'>;
  readonly directory: AgentDirectory;
  readonly gate: Pick<Gate, 'schemes' | 'openConversation' | 'defaultOrganizationId'>;
}

/** Sound comes in binary messages, what was understood goes out as JSON. */
export interface TranscribeStream {
  /** Whether the address is this one's. */
  isAddressed(path: string): boolean;
  /** Becomes a WebSocket, or throws WireError. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** Close all connections with "service restart". */
  close(): void;
}

const protocol = 'parley.v1';
const tokenPrefix = 'parley.token.';
/** Four seconds of sound. */
const maxPayloadBytes = 128 * 1024;
/** Unsent, of one that does not read: transcripts are small. */
const maxUnsentBytes = 256 * 1024;
const closeTimeoutMs = 2000;

export function createTranscribeStream(
  { room, directory, gate }: TranscribeStreamParts,
  options: TranscribeStreamOptions = transcribeStreamDefaults,
): TranscribeStream {
  const places = createPlaces(options);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxPayloadBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
  });

  return {
    isAddressed: (path) => /^\/v1\/transcribe-stream(?:\?|$)/.test(path),
    async upgrade(request, socket, head) {
      const { organizationId } = await authenticate(gate, transcribe, { headers: withToken(request), params: {} });
      const query = Object.fromEntries(new URL(request.url ?? '/', 'http://localhost').searchParams);
      const asked = transcribeStreamQuerySchema.safeParse(query);
      if (!asked.success) throw new WireError('invalid_request', z.treeifyError(asked.error));
      const freePlace = places.take(organizationId);
      const usage = room.count(organizationId);
      const leave = () => {
        freePlace();
        usage.end();
      };
      try {
        const { agent, vocabulary } = await agentOf(directory, organizationId, asked.data.agent_id);
        const { language = agent.language, engine, encoding } = asked.data;
        const { recognizer } = await openPart(room, { organizationId, language, engine }, 'recognizer', usage);
        await prepareEar(recognizer, vocabulary, AbortSignal.timeout(options.readyTimeoutMs));
        const hear = { recognizer, language, vocabularyId: vocabulary.id, encoding };
        sockets.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, hear, options, leave));
        socket.once('close', leave);
      } catch (error) {
        leave();
        throw error;
      }
    },
    close() {
      for (const client of sockets.clients) client.close(1012, 'service restart');
      sockets.close();
      setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, closeTimeoutMs).unref();
    },
  };
}

type Hear = Pick<Parameters<typeof createHearing>[0], 'recognizer' | 'language' | 'vocabularyId'> & {
  readonly encoding: z.output<typeof transcribeStreamQuerySchema>['encoding'];
};

function serve(socket: WebSocket, hear: Hear, options: TranscribeStreamOptions, leave: () => void): void {
  const startedAtMs = performance.now();
  let isFinishing = false;
  const tell = (message: StreamMessage) => {
    if (socket.bufferedAmount > maxUnsentBytes) return socket.terminate();
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };
  const fail = (code: 'speech_unavailable' | 'too_many_messages' | 'invalid_request', reason: string) => {
    tell({ type: 'error', code, reason });
    socket.close(1008, code);
  };
  const endWhenAnswered = () => {
    if (!isFinishing || hearing.unanswered > 0) return;
    tell({ type: 'done', heard_ms: Math.round(hearing.heardMs) });
    socket.close(1000);
  };
  const hearing = createHearing({
    recognizer: hear.recognizer,
    language: hear.language,
    vocabularyId: hear.vocabularyId,
    line: hear.encoding === 'mulaw_8000' ? 'mulaw' : 'wide',
    onEvent: (event) => {
      switch (event.type) {
        case 'started':
          return tell({ type: 'started', at_ms: Math.round(event.atMs) });
        case 'partial':
          return tell({ type: 'partial', text: event.text });
        case 'final': {
          const words = event.words.map(({ text, startMs, endMs }) => ({ text, start_ms: startMs, end_ms: endMs }));
          tell({ type: 'final', text: event.text, confidence: event.confidence, words });
          return endWhenAnswered();
        }
        case 'failed':
          return fail('speech_unavailable', event.code);
      }
    },
  });
  const frames = createFrames(hear.encoding);
  let idle: NodeJS.Timeout | undefined;
  const stayAwake = () => {
    clearTimeout(idle);
    idle = setTimeout(() => socket.close(1000, 'idle'), options.idleMs);
  };
  const tooLong = setTimeout(() => socket.close(1000, 'max_duration'), options.maxDurationMs);
  stayAwake();

  socket.on('message', (data, isBinary) => {
    stayAwake();
    if (isFinishing) return;
    if (!isBinary) {
      if (!isFinish(String(data))) return fail('invalid_request', 'unknown_message');
      isFinishing = true;
      hearing.finish();
      return endWhenAnswered();
    }
    const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
    for (const frame of frames(bytes)) hearing.push(frame);
    if (hearing.heardMs > performance.now() - startedAtMs + options.maxAheadMs)
      fail('too_many_messages', 'too_far_ahead');
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearTimeout(idle);
    clearTimeout(tooLong);
    hearing.close();
    leave();
  });
}

function isFinish(text: string): boolean {
  try {
    return z.object({ type: z.literal('finish') }).safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

/** Messages of any length into frames; what is left over, half a sample included, waits for the next. */
function createFrames(encoding: Hear['encoding']): (bytes: Buffer) => Generator<Pcm> {
  const wide = createLineToWide();
  let rest: Buffer = Buffer.alloc(0);
  let waiting: Pcm = new Int16Array(0);
  const samplesOf = (bytes: Buffer): Pcm => {
    if (encoding === 'mulaw_8000') return wide.process(decodeG711(bytes, 'mulaw'));
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const samples = new Int16Array(all.length >> 1);
    for (let n = 0; n < samples.length; n += 1) samples[n] = all.readInt16LE(n * 2);
    rest = Buffer.from(all.subarray(samples.length * 2));
    return samples;
  };
  return function* (bytes) {
    const samples = samplesOf(bytes);
    const all = new Int16Array(waiting.length + samples.length);
    all.set(waiting);
    all.set(samples, waiting.length);
    let at = 0;
    for (; at + FRAME_SAMPLES <= all.length; at += FRAME_SAMPLES) yield all.slice(at, at + FRAME_SAMPLES);
    waiting = all.slice(at);
  };
}

/** Browsers' WebSockets send no headers of one's own: the token comes as a protocol then. Cookies are not looked at. */
function withToken({ headers }: IncomingMessage): { readonly authorization?: string } {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const token = offered.find((name) => name.startsWith(tokenPrefix))?.slice(tokenPrefix.length);
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  return headers.authorization === undefined ? {} : { authorization: headers.authorization };
}
