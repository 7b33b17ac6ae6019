/** Where Twilio finds us. */
export interface TwilioAddresses {
  /** `https://…/voice/action?call=…`; parameters that are undefined are left out. */
  of(path: TwilioPath, parameters?: Readonly<Record<string, string | undefined>>): string;
  /** `wss://…`, without parameters: Twilio drops them. */
  readonly stream: string;
  /** As it was called: the path of a request after our own address, which is what Twilio signs. */
  signed(pathAndQuery: string): string;
  /** The same for the request that becomes a WebSocket. */
  signedStream(pathAndQuery: string): string;
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

/** @param publicUrl `https://parley.example.com`; with `http://`, for tests on one machine, streams are not encrypted either */
export function createTwilioAddresses(publicUrl: string): TwilioAddresses {
  const socketUrl = publicUrl.replace(/^http/, 'ws');
  return {
    of(path, parameters = {}) {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
      return publicUrl + path + (query.size === 0 ? '' : `?${query}`);
    },
    stream: socketUrl + twilioPaths.stream,
    signed: (pathAndQuery) => publicUrl + pathAndQuery,
    signedStream: (pathAndQuery) => socketUrl + pathAndQuery,
  };
}
