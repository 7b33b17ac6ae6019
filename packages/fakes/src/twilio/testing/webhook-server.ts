import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import twilio from 'twilio';
import { type WebSocket, WebSocketServer } from 'ws';

/** A customer's server: answers webhooks, takes streams, and checks each signature with Twilio's own package. */
export interface WebhookServer {
  readonly url: string;
  /** The public address, which begins with https. */
  readonly publicUrl: string;
  readonly reach: Readonly<Record<string, string>>;
  /** What came, oldest first. */
  readonly requests: readonly { readonly path: string; readonly params: Readonly<Record<string, string>> }[];
  /** Signatures that the package did not accept. */
  readonly badSignatures: readonly string[];
  close(): Promise<void>;
}

export interface WebhookServerOptions {
  readonly authToken: string;
  /** TwiML, or a status other than 200. */
  readonly answer: (path: string, params: Readonly<Record<string, string>>) => string | number;
  readonly onStream?: (socket: WebSocket, url: string) => void;
}

export async function startWebhookServer({
  authToken,
  answer,
  onStream,
}: WebhookServerOptions): Promise<WebhookServer> {
  const publicUrl = 'https://agent.example';
  const requests: { path: string; params: Record<string, string> }[] = [];
  const badSignatures: string[] = [];
  const check = (header: unknown, url: string, params: Record<string, string>) => {
    if (!twilio.validateRequest(authToken, String(header), url, params)) badSignatures.push(url);
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const params = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
      const path = request.url ?? '';
      check(request.headers['x-twilio-signature'], publicUrl + path, params);
      requests.push({ path, params });
      const body = answer(path, params);
      if (typeof body === 'number') response.writeHead(body).end();
      else response.writeHead(200, { 'content-type': 'text/xml' }).end(body);
    });
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => {
    check(request.headers['x-twilio-signature'], `${publicUrl.replace('https', 'wss')}${request.url ?? ''}`, {});
    onStream?.(socket, request.url ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  const url = `http://127.0.0.1:${isAddress(address) ? address.port : 0}`;
  return {
    url,
    publicUrl,
    reach: { [publicUrl]: url },
    requests,
    badSignatures,
    async close() {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
