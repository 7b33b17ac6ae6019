/** Where Twilio finds us. */
export interface TwilioAddresses {
  /** `https://…/voice/action?call=…`; parameters that are undefined are left out. */
  of(path: TwilioPath, parameters?: Readonly<Record<string, string | undefined>>): string;
  /** `wss://…`, without parameters: Twilio drops them. */
  readonly stream: string;
  /** As it may have been called: the path of a request after each of our own addresses, which is what Twilio signs. */
  signed(pathAndQuery: string): readonly string[];
  /** The same for the request that becomes a WebSocket. */
  signedStream(pathAndQuery: string): readonly string[];
}

export const twilioPaths = {
  voice: '/voice',
  fallback: '/voice/fallback',
  status: '/voice/status',
  streamStatus: '/voice/stream-status',
  recording: '/voice/recording',
  action: '/voice/action',
  machine: '/voice/machine',
  stream: '/voice/stream',
} as const;
export type TwilioPath = (typeof twilioPaths)[keyof typeof twilioPaths];

/**
 * @param publicUrl `https://parley.example.com`; with `http://`, for tests on one machine, streams are not encrypted either
 * @param replicaUrl where this server is reached and no other: what belongs to a call comes back to the server that has it
 */
export function createTwilioAddresses(publicUrl: string, replicaUrl = publicUrl): TwilioAddresses {
  const all = [...new Set([publicUrl, replicaUrl])];
  const toSocket = (url: string) => url.replace(/^http/, 'ws');
  return {
    of(path, parameters = {}) {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
      return replicaUrl + path + (query.size === 0 ? '' : `?${query}`);
    },
    stream: toSocket(replicaUrl) + twilioPaths.stream,
    signed: (pathAndQuery) => all.map((url) => url + pathAndQuery),
    signedStream: (pathAndQuery) => all.map((url) => toSocket(url) + pathAndQuery),
  };
}
