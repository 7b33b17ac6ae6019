import { type Agent, request } from 'node:http';

export interface RawRequest {
  readonly method: string;
  /** As it goes over the wire, unchecked. */
  readonly path: string;
  /** A list is sent as several headers of the name. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array | undefined;
}

export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly etag: string | undefined;
  readonly body: string;
  readonly tookMs: number;
}

/** More of an answer is not read: streams have no end. */
const maxBytes = 512 * 1024;

/**
 * One request as it is written, with what no client library would send.
 * @throws Error when there is no whole answer within the time; with what is left out by Node itself (a header that may not be) likewise
 */
export function sendRaw(origin: string, agent: Agent, raw: RawRequest, timeoutMs: number): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const outgoing = request(
      { hostname, port, agent, method: raw.method, path: raw.path, headers: raw.headers },
      (answer) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        const done = () => {
          clearTimeout(timer);
          resolve({
            status: answer.statusCode ?? 0,
            contentType: answer.headers['content-type'] ?? '',
            etag: answer.headers.etag,
            body: Buffer.concat(chunks).toString('utf8'),
            tookMs: performance.now() - startedMs,
          });
        };
        answer.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          const isStream = answer.headers['content-type']?.startsWith('text/event-stream') === true;
          if (bytes <= maxBytes && !isStream) return;
          done();
          answer.destroy();
        });
        answer.on('end', done);
        answer.on('error', (error) => {
          clearTimeout(timer);
          reject(error);
        });
      },
    );
    outgoing.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    outgoing.end(raw.body);
  });
}
