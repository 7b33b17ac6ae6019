import type { EngineContext } from '../provider/provider.ts';

/** Where a server of OpenAI's API is and how it is addressed: the one thing in which those who offer it differ. */
export interface ApiServer {
  /** Of failures: `OpenAI`. */
  readonly title: string;
  /** A POST to the API. @param model by the name that the server has for it */
  request(path: ApiPath, model: string): Address;
  /** The WebSocket of transcription sessions. */
  readonly transcriptionSocket: Address;
}

export type ApiPath = 'audio/transcriptions' | 'audio/speech';

export interface Address {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** By which it is connected to, and by which clock it is waited for. */
  readonly lookup: EngineContext['lookup'];
  readonly clock: EngineContext['clock'];
}

/** One whose paths begin at a base URL, such as `https://api.openai.com/v1`, and whose models are named in the request. */
export function createApiServer(
  title: string,
  baseUrl: string,
  headers: Readonly<Record<string, string>>,
  { lookup, clock }: Pick<EngineContext, 'lookup' | 'clock'>,
): ApiServer {
  const base = withoutSlash(baseUrl);
  return {
    title,
    request: (path) => ({ url: `${base}/${path}`, headers, lookup, clock }),
    // [spec: openai 7.55, buildRealtimeURL] A session that only transcribes names its model in the session's update.
    transcriptionSocket: { url: `${toWebSocket(base)}/realtime?intent=transcription`, headers, lookup, clock },
  };
}

/** `https://example.com/v1` of `https://example.com/v1/`. */
export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

/** The same address for a WebSocket. */
export function toWebSocket(url: string): string {
  return url.replace(/^http/, 'ws');
}
