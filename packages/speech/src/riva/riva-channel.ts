import {
  Client,
  type ClientDuplexStream,
  type ClientUnaryCall,
  connectivityState,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import type { Clock } from '@parley/engine/ports/clock.ts';
import {
  type RivaRequest,
  type RivaResponse,
  type RivaStreamingRequest,
  type RivaStreamingResponse,
  rivaMethods,
} from './riva-wire.ts';

export interface RivaAccount {
  /** `host:port`, `grpc://host:port` or `grpcs://host:port`; left out: where the vendor hosts it. */
  readonly url?: string;
  readonly apiKey?: string;
  readonly functionId?: string;
}

const hostedUrl = 'grpcs://grpc.nvcf.nvidia.com:443';

export interface RivaChannelOptions {
  /** Pause without a sign of life, while something is heard, after which a ping is sent. */
  readonly pingIntervalMs: number;
  /** After a ping without an answer the connection is taken for half open. */
  readonly pongTimeoutMs: number;
  /** Without a call for so long the connection is given up; the next call makes another. */
  readonly idleTimeoutMs: number;
  /** The largest message taken. */
  readonly maxMessageBytes: number;
}

export const rivaChannelDefaults: RivaChannelOptions = {
  // Servers in C++ take two pings in five minutes without data of their own for abuse; utterances are over before the third.
  pingIntervalMs: 12_000,
  pongTimeoutMs: 5000,
  // What nobody uses dies unseen (translators of addresses, load balancers), and pings without a call are abuse (see above). A new
  // connection is made while the caller speaks: it costs no time that anybody waits.
  idleTimeoutMs: 20_000,
  // A transcript of minutes has some ten kilobytes.
  maxMessageBytes: 4_000_000,
};

/** The one connection of an account, for all that is heard over it. */
export interface RivaChannel {
  readonly isReady: boolean;
  /** Connects when it is not connected. */
  warmUp(): void;
  streamingRecognize(): ClientDuplexStream<RivaStreamingRequest, RivaStreamingResponse>;
  recognize(
    request: RivaRequest,
    deadlineEpochMs: number,
    onAnswer: (error: ServiceError | null, response?: RivaResponse) => void,
  ): ClientUnaryCall;
  /** It seems to lead nowhere: calls from now on get another connection, those under way keep this one to their end. */
  renew(): void;
  close(): void;
}

/** @throws Error for an address that is none */
export function createRivaChannel(
  account: RivaAccount,
  clock: Clock,
  overrides: Partial<RivaChannelOptions> = {},
): RivaChannel {
  const options = { ...rivaChannelDefaults, ...overrides };
  const { address, isSecure } = parseRivaUrl(account.url ?? hostedUrl);
  const { recognize, streamingRecognize } = rivaMethods();
  const metadata = new Metadata();
  if (account.apiKey !== undefined) metadata.set('authorization', `Bearer ${account.apiKey}`);
  if (account.functionId !== undefined) metadata.set('function-id', account.functionId);

  const createConnection = (): Connection => ({
    client: new Client(address, isSecure ? credentials.createSsl() : credentials.createInsecure(), {
      'grpc.keepalive_time_ms': options.pingIntervalMs,
      'grpc.keepalive_timeout_ms': options.pongTimeoutMs,
      'grpc.keepalive_permit_without_calls': 0,
      'grpc.max_receive_message_length': options.maxMessageBytes,
      // After a failed attempt to connect calls fail at once for so long, and others are heard by other engines.
      'grpc.initial_reconnect_backoff_ms': 500,
      'grpc.max_reconnect_backoff_ms': 5000,
      // A renewed channel shall not find the old connection again.
      'grpc.use_local_subchannel_pool': 1,
      'grpc.enable_channelz': 0,
    }),
    calls: 0,
  });
  let current = createConnection();
  let cancelIdle = () => {};
  let closed = false;

  const renew = () => {
    cancelIdle();
    current.client.close();
    if (!closed) current = createConnection();
  };
  const whenIdle = () => {
    cancelIdle();
    if (!closed && current.calls === 0) cancelIdle = clock.wakeAt(clock.nowMs() + options.idleTimeoutMs, renew);
  };
  /** Counts a call; returns what is to be called once at its end. */
  const countCall = () => {
    cancelIdle();
    const connection = current;
    connection.calls += 1;
    return () => {
      connection.calls -= 1;
      if (connection === current) whenIdle();
    };
  };

  return {
    get isReady() {
      return current.client.getChannel().getConnectivityState(false) === connectivityState.READY;
    },
    warmUp() {
      if (closed) return;
      current.client.getChannel().getConnectivityState(true);
      whenIdle();
    },
    streamingRecognize() {
      const { path, serialize, deserialize } = streamingRecognize;
      const call = current.client.makeBidiStreamRequest(path, serialize, deserialize, metadata.clone());
      call.once('status', countCall());
      return call;
    },
    recognize(request, deadlineEpochMs, onAnswer) {
      const { path, serialize, deserialize } = recognize;
      const ended = countCall();
      return current.client.makeUnaryRequest(
        path,
        serialize,
        deserialize,
        request,
        metadata.clone(),
        { deadline: deadlineEpochMs },
        (error, response) => {
          ended();
          onAnswer(error, response);
        },
      );
    },
    renew,
    close() {
      closed = true;
      cancelIdle();
      current.client.close();
    },
  };
}

interface Connection {
  readonly client: Client;
  /** Under way. */
  calls: number;
}

/** Without a scheme port 443 is taken for TLS, any other for none, as the servers come. @throws Error */
export function parseRivaUrl(url: string): { readonly address: string; readonly isSecure: boolean } {
  const parts = /^(?:(grpcs?|https?):\/\/)?(\[[0-9a-f:]+\]|[^/:[\]@?#\s]+)(?::(\d{1,5}))?\/?$/i.exec(url.trim());
  const [, scheme = '', host, port] = parts ?? [];
  if (host === undefined) throw new Error(`"${url}" is not host:port, grpc://host:port or grpcs://host:port.`);
  const isSecure = scheme === '' ? port === '443' : /s$/i.test(scheme);
  // 50051 is the port of the servers as they come.
  return { address: `${host}:${port ?? (isSecure ? 443 : 50_051)}`, isSecure };
}
