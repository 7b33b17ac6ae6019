import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { freePortRange } from '@parley/channels/testing/peers/free-ports.ts';
import { expect, it, onTestFinished, vi } from 'vitest';
import { metricOf, metricsEnv } from '../../testing/server-metrics.ts';
import { startServerProcess, typedOnly } from '../../testing/server-process.ts';

const callId = 'a-call-that-somebody-overheard';

// Written by hand, packet by packet: a caller, and somebody at another address who has read all that they said.
it('a BYE from another address does not end a call, the caller’s own does', async () => {
  const firstPort = await freePortRange(20);
  const server = await startServerProcess({
    env: {
      ...typedOnly,
      ...metricsEnv,
      HOST: '127.0.0.1',
      SIP_PORT: '0',
      RTP_PORTS: `${firstPort}-${firstPort + 19}`,
      VOICE_DETECTOR: 'light',
    },
  });
  onTestFinished(async () => void (await server.stop()));
  const port = server.sipPort ?? 0;
  const caller = await socketAt('127.0.0.95');
  const other = await socketAt('127.0.0.96');

  const request = (method: string, cseq: number, from: Endpoint, toTag: string, body = '') =>
    [
      `${method} sip:receptionist@127.0.0.1:${port} SIP/2.0`,
      `Via: SIP/2.0/UDP ${from.name};rport;branch=z9hG4bK-${method}-${cseq}-${from.name.replace(/\W/g, '')}`,
      `From: <sip:caller@${caller.name}>;tag=caller`,
      `To: <sip:receptionist@127.0.0.1:${port}>${toTag}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:caller@${from.name}>`,
      'Max-Forwards: 70',
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
  const sdp = [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.95',
    's=-',
    'c=IN IP4 127.0.0.95',
    't=0 0',
    'm=audio 40000 RTP/AVP 0',
    'a=rtpmap:0 PCMU/8000',
    '',
  ].join('\r\n');

  caller.send(request('INVITE', 1, caller, '', sdp), port);
  const answer = await vi.waitUntil(() => caller.received.find((text) => text.startsWith('SIP/2.0 200')), {
    timeout: 10_000,
  });
  const toTag = /^To:.*(;tag=[^\s;]+)/im.exec(answer)?.[1] ?? '';
  caller.send(request('ACK', 1, caller, toTag), port);

  other.send(request('BYE', 2, other, toTag), port);
  const told = await vi.waitUntil(() => other.received[0], { timeout: 10_000 });
  expect(told).not.toMatch(/^SIP\/2\.0 200/);
  expect(await metricOf(server.url, 'parley_sip_dialogs')).toBe(1);

  caller.send(request('BYE', 3, caller, toTag), port);
  await vi.waitUntil(() => caller.received.some((text) => /^SIP\/2\.0 200[\s\S]*CSeq: 3 BYE/i.test(text)), {
    timeout: 10_000,
  });
  await vi.waitUntil(async () => (await metricOf(server.url, 'parley_sip_dialogs')) === 0, { timeout: 10_000 });
}, 60_000);

interface Endpoint {
  /** `address:port`. */
  readonly name: string;
  readonly received: string[];
  send(text: string, port: number): void;
}

async function socketAt(address: string): Promise<Endpoint> {
  const socket: Socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  socket.bind(0, address);
  await once(socket, 'listening');
  const received: string[] = [];
  socket.on('message', (bytes) => received.push(bytes.toString()));
  return {
    name: `${address}:${socket.address().port}`,
    received,
    send: (text, port) => socket.send(text, port, '127.0.0.1'),
  };
}
