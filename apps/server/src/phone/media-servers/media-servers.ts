import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { type AudioSocketServer, createAudioSocketServer } from '@parley/channels/media-servers/audio-socket-server.ts';
import { maxMediaMessageBytes, takeMediaSocket } from '@parley/channels/media-servers/media-socket.ts';
import type { LegKind, PhoneLeg } from '@parley/channels/phone/phone-leg.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import { WebSocketServer } from 'ws';
import type { UpgradeRoute } from '../../api/chat.ts';
import { StartError, systemCode } from '../../start-errors.ts';
import type { PhoneDesk } from '../phone-desk.ts';
import type { MediaServerSettings } from './media-server-settings.ts';

export interface MediaServersParts {
  readonly desk: Pick<PhoneDesk, 'expected' | 'receive' | 'connect' | 'giveUp' | 'callOf'>;
  readonly settings: MediaServerSettings;
  /** Where AudioSocket listens: as the rest of the server. */
  readonly host: string;
  readonly clock: Clock;
  /** A connection that was not taken, with the reason. */
  readonly onRefused: (reason: string) => void;
  readonly onError: (error: unknown, context: string) => void;
}

/** Calls that an outside media server brings. */
export interface MediaServers {
  readonly audioSocketPort: number | undefined;
  /** WebSockets at /media/TOKEN. */
  readonly route: UpgradeRoute;
  close(): Promise<void>;
}

/** A call whose conversation is open. */
interface TakenCall {
  readonly callId: string;
  readonly from: string;
  readonly to: string;
  readonly conversationId: string;
}

interface MediaCall {
  readonly kind: Extract<LegKind, 'audio-socket' | 'audio-fork'>;
  readonly callId: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly source: string;
}

/** Names of protocols that the modules insist on being answered with. */
const protocols: readonly string[] = ['audio.drachtio.org', 'audiostream.drachtio.org', 'media'];
const nobody = 'anonymous';

/** @throws StartError `port_in_use` */
export async function openMediaServers(parts: MediaServersParts): Promise<MediaServers> {
  const { settings, clock, onRefused } = parts;
  const { desk, onError } = parts;
  /** Conversations that a connection has claimed, and is not connected with yet: of two for one call the first gets it. */
  const claimed = new Set<string>();
  const connect = (leg: PhoneLeg, { conversationId }: TakenCall) => {
    desk
      .connect(conversationId, leg)
      .catch((error: unknown) => onError(error, 'a call of a media server'))
      .finally(() => claimed.delete(conversationId));
  };
  const onGone = ({ conversationId }: TakenCall) => {
    claimed.delete(conversationId);
    void desk.giveUp(conversationId, 'canceled');
  };
  const take = async (call: MediaCall) => {
    const taken = await takeCall(parts, call);
    if (taken === undefined) return undefined;
    if (claimed.has(taken.conversationId)) {
      onRefused(`call ${taken.callId} is being connected already`);
      return undefined;
    }
    claimed.add(taken.conversationId);
    return taken;
  };
  const audioSocket = await listen(parts, take, connect, onGone);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMediaMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => protocols.find((protocol) => offered.has(protocol)) ?? false,
  });

  return {
    audioSocketPort: audioSocket?.port,
    route: {
      isAddressed: (path) => path.startsWith('/media/'),
      upgrade(request, socket, head) {
        const url = new URL(request.url ?? '/', 'http://localhost');
        const token = url.pathname.slice('/media/'.length);
        if (settings.socketToken === undefined || !isSame(token, settings.socketToken)) {
          return Promise.reject(new WireError('not_found'));
        }
        const source = request.socket.remoteAddress ?? '';
        sockets.handleUpgrade(request, socket, head, (webSocket) =>
          takeMediaSocket<TakenCall>({
            socket: webSocket,
            query: url.searchParams,
            clock,
            describe: ({ callId, from, to }) => take({ kind: 'audio-fork', callId, from, to, source }),
            onCall: connect,
            onGone,
            onRefused,
          }),
        );
        return Promise.resolve();
      },
    },
    async close() {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      await audioSocket?.close();
    },
  };
}

async function listen(
  parts: MediaServersParts,
  take: (call: MediaCall) => Promise<TakenCall | undefined>,
  onCall: (leg: PhoneLeg, call: TakenCall) => void,
  onGone: (call: TakenCall) => void,
): Promise<AudioSocketServer | undefined> {
  const { settings, host, clock } = parts;
  const { audioSocketPort: port, audioSocketNumber: to } = settings;
  if (port === undefined) return undefined;
  try {
    return await createAudioSocketServer<TakenCall>({
      ...{ host, port, clock, onCall, onGone },
      describe: (callId, source) => take({ kind: 'audio-socket', callId, from: undefined, to, source }),
    });
  } catch (error) {
    throw new StartError(
      'port_in_use',
      `TCP port ${port} cannot be used for AudioSocket (${systemCode(error)}). Choose another: AUDIO_SOCKET_PORT=9093 npm start`,
      { cause: error },
    );
  }
}

/** The conversation that was announced under the call's id, or a new one for the number that it names. Never rejects. */
async function takeCall(parts: MediaServersParts, call: MediaCall): Promise<TakenCall | undefined> {
  const { desk, onRefused, onError } = parts;
  try {
    const { callId = randomUUID(), from = nobody, to = '' } = call;
    const expected = call.callId === undefined ? undefined : await desk.expected(call.callId);
    if (expected !== undefined) {
      if (desk.callOf(expected.conversationId) === undefined) {
        return { callId, from, to, conversationId: expected.conversationId };
      }
      // Whoever knows the id of a call must not take it over.
      onRefused(`call ${callId} is connected already`);
      return undefined;
    }
    if (call.to === undefined) {
      onRefused(`call ${callId} was not announced, and names no number that is called`);
      return undefined;
    }
    const reception = await desk.receive({ channel: call.kind, callId, from, to, source: call.source });
    if (reception.type === 'taken') return { callId, from, to, conversationId: reception.conversationId };
    onRefused(`call ${callId} to ${to}: ${reception.why}`);
  } catch (error) {
    onError(error, 'a call of a media server that could not be taken');
  }
  return undefined;
}

/** In the same time whatever is wrong with it. */
function isSame(given: string, known: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(known));
}
