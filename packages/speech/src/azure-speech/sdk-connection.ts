import type { LookupFunction } from 'node:net';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type {
  ConnectionMessage,
  IConnection,
} from 'microsoft-cognitiveservices-speech-sdk/distrib/lib/src/common/Exports.js';
import { failureOfStatus, type ProviderFailure } from '../provider/provider-failure.ts';
import { openProviderSocket } from '../wire/provider-socket.ts';
import { type AzureAccount, addressOf } from './azure-account.ts';
import type { Sdk } from './sdk.ts';

export interface SdkConnectionParts {
  readonly account: AzureAccount;
  readonly clock: Clock;
  /** As in `EngineContext`. */
  readonly lookup?: LookupFunction | undefined;
  /** Destroys the socket at once; nothing is told any more. */
  readonly signal: AbortSignal;
  /** Something came from the service. */
  readonly onMessage?: () => void;
  /** The socket is open. */
  readonly onOpen?: () => void;
  /** The socket is gone or what came over it is none of the service's. Told once and last. */
  readonly onLost: (failure: ProviderFailure) => void;
}

/**
 * What the SDK speaks over: a socket of ours instead of its own. The SDK's knows no time-out and no ping, cannot be broken off while it
 * connects, hides why a handshake was refused, dies of a malformed message and puts the key into the address.
 */
export function createSdkConnection(
  { common, protocol }: Sdk,
  target: { readonly uri: string; readonly headers: Readonly<Record<string, string>>; readonly id: string },
  { account, clock, lookup, signal, onMessage, onOpen, onLost }: SdkConnectionParts,
): IConnection {
  const { ConnectionState, ConnectionOpenResponse, MessageType, RawWebsocketMessage } = common;
  const formatter = new protocol.WebsocketMessageFormatter();
  const opened = Promise.withResolvers<InstanceType<typeof ConnectionOpenResponse>>();
  const received: ConnectionMessage[] = [];
  let reader: PromiseWithResolvers<ConnectionMessage> | undefined;
  let state = ConnectionState.Connecting;
  const lifetime = new AbortController();
  const onAbort = () => end();
  signal.addEventListener('abort', onAbort, { once: true });

  const end = () => {
    state = ConnectionState.Disconnected;
    signal.removeEventListener('abort', onAbort);
    lifetime.abort();
    opened.resolve(new ConnectionOpenResponse(closedStatus, 'The connection is gone.'));
    reader?.reject(new Error('The connection is gone.'));
    reader = undefined;
    received.length = 0;
  };
  const lose = (failure: ProviderFailure) => {
    if (state === ConnectionState.Disconnected) return;
    end();
    onLost(failure);
  };

  const take = (type: number, payload: string | ArrayBuffer) => {
    formatter.toConnectionMessage(new RawWebsocketMessage(type, payload)).then(
      (message) => {
        if (state === ConnectionState.Disconnected) return;
        if (!isWellFormed(message, type === MessageType.Text)) {
          lose({ code: 'provider_protocol', message: 'A message came that is none of the protocol’s.' });
          return;
        }
        onMessage?.();
        if (reader === undefined) {
          received.push(message);
          if (received.length > maxUnread)
            lose({ code: 'provider_protocol', message: 'Messages come that nobody asked for.' });
        } else {
          reader.resolve(message);
          reader = undefined;
        }
      },
      () => lose({ code: 'provider_protocol', message: 'A message came that has no headers.' }),
    );
  };

  const socket = openProviderSocket(
    { url: addressOf(target.uri, account), headers: target.headers },
    { clock, lookup, signal: lifetime.signal },
    {
      onOpen() {
        state = ConnectionState.Connected;
        opened.resolve(new ConnectionOpenResponse(openStatus, ''));
        onOpen?.();
      },
      onText: (text) => take(MessageType.Text, text),
      onBinary: (bytes) => take(MessageType.Binary, new Uint8Array(bytes).buffer),
      onClosed: (how) =>
        lose(
          how.kind === 'failed'
            ? explained(how.failure)
            : { code: 'provider_failed', message: 'The service closed the connection.' },
        ),
    },
  );
  if (signal.aborted) end();

  return {
    id: target.id,
    events: new common.EventSource(),
    state: () => state,
    open: () => opened.promise,
    async send(message) {
      const { payload } = await formatter.fromConnectionMessage(message);
      if (state === ConnectionState.Disconnected) throw new Error('The connection is gone.');
      socket.send(typeof payload === 'string' ? payload : new Uint8Array(payload));
    },
    read() {
      const next = received.shift();
      if (next !== undefined) return Promise.resolve(next);
      if (state === ConnectionState.Disconnected) return Promise.reject(new Error('The connection is gone.'));
      reader = Promise.withResolvers<ConnectionMessage>();
      return reader.promise;
    },
    async dispose() {
      socket.end();
    },
  };
}

/** The SDK reads at once while it listens or speaks; in between next to nothing comes. */
const maxUnread = 10_000;
/** As the SDK counts: HTTP's for an open connection, RFC 6455's for one that broke. */
const openStatus = 200;
const closedStatus = 1006;

/** The SDK goes silent for ever on a message without its headers, and on a body that is not the JSON it says it is. */
function isWellFormed({ headers, body }: ConnectionMessage, isText: boolean): boolean {
  if (headers.path === undefined || headers['x-requestid'] === undefined) return false;
  if (!isText || typeof body !== 'string' || body === '') return true;
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

/** The service refuses in the middle of a connection by how it closes it: 1007 is a request that is wrong, 4000 and more are HTTP's. */
function explained(failure: ProviderFailure): ProviderFailure {
  const [, code = '', reason = ''] = /\bclosed with (\d{4})\b(.*)/.exec(failure.message) ?? [];
  if (code === '1007') {
    return { code: /unsupported voice/i.test(reason) ? 'voice_unknown' : 'provider_refused', message: failure.message };
  }
  return /^4[45]/.test(code) ? failureOfStatus(Number(code) - 4000, reason) : failure;
}
