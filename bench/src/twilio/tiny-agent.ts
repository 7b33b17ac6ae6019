import { createServer } from 'node:http';
import { decodeG711 } from '@parley/engine/audio/g711.ts';
import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';

/** The least that a caller in Twilio's shape can talk with: greets for a second, and answers for a second when the caller has finished. */
export interface TinyAgent {
  readonly url: string;
  readonly liveStreams: number;
  /** Marks that came back, of all calls. */
  readonly marksReturned: number;
  close(): Promise<void>;
}

export interface TinyAgentOptions {
  readonly publicUrl: string;
  /** Every tenth frame is left out: a line that loses them. */
  readonly loses?: boolean;
}

const burstFrames = 50;
/** The end of what the caller says. */
const quietFrames = 15;

const messageSchema = z.looseObject({ event: z.string(), media: z.object({ payload: z.string() }).optional() });

export async function startTinyAgent({ publicUrl, loses = false }: TinyAgentOptions): Promise<TinyAgent> {
  const clock = createSystemClock();
  let live = 0;
  let marksReturned = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const url = `${publicUrl.replace('http', 'ws')}/voice/stream`;
      response.writeHead(200, { 'content-type': 'text/xml' });
      response.end(
        request.url === '/voice'
          ? `<Response><Connect><Stream url="${url}"><Parameter name="token" value="t"/></Stream></Connect></Response>`
          : '',
      );
    });
  });
  const talk = (socket: WebSocket) => {
    live += 1;
    let toSend = burstFrames;
    let spoke = false;
    let quiet = 0;
    const frame = `{"event":"media","streamSid":"MZ","media":{"payload":"${Buffer.alloc(160, 0x20).toString('base64')}"}}`;
    const stop = clock.everyFrame(() => {
      if (toSend === 0) return;
      toSend -= 1;
      if (!loses || toSend % 10 !== 5) socket.send(frame);
      if (toSend === 0) socket.send('{"event":"mark","streamSid":"MZ","mark":{"name":"end"}}');
    });
    socket.on('message', (data) => {
      const message = messageSchema.parse(JSON.parse(String(data)));
      if (message.event === 'mark') marksReturned += 1;
      if (message.media === undefined) return;
      const loud = rmsDbfs(decodeG711(Buffer.from(message.media.payload, 'base64'), 'mulaw')) > -40;
      spoke ||= loud;
      quiet = loud ? 0 : quiet + 1;
      if (!spoke || quiet < quietFrames) return;
      spoke = false;
      toSend = burstFrames;
    });
    socket.on('close', () => {
      live -= 1;
      stop();
    });
  };
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', talk);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    get liveStreams() {
      return live;
    },
    get marksReturned() {
      return marksReturned;
    },
    async close() {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
