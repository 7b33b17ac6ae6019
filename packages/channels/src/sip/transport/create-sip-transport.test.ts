import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { afterEach, expect, test } from 'vitest';
import { createResponse } from '../message/create-response.ts';
import { header } from '../message/headers.ts';
import type { SipMessage, SipPeer, SipProtocol, SipRequest } from '../message/sip-message.ts';
import { parseVia, writeVia } from '../message/via.ts';
import { createSipTransport, type SipTransportOptions } from './create-sip-transport.ts';
import type { SipTransport } from './sip-transport.ts';
import { soon } from './testing/soon.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((some) => some?.some(({ address }) => address === '::1'));
if (!hasIpv6) console.warn('This machine has no ::1: SIP over IPv6 is not tested');

const clock = createSystemClock();
const owned: (() => unknown)[] = [];

afterEach(async () => {
  for (const free of owned.splice(0).reverse()) await free();
});

test('a request that comes by UDP is handed on with the place it came from, and its answer finds back', async () => {
  const { place, got } = await listening({}, 'udp');
  const phone = await udpPhone();
  phone.send(options('UDP', 'phone.invalid:5060;rport'), place);
  const [message, peer] = await got(0);
  expect(peer).toEqual({ protocol: 'udp', address: '127.0.0.1', port: phone.port });
  expect(parseVia(header(message.headers, 'Via') ?? '')).toMatchObject({ host: 'phone.invalid' });
  expect(header(message.headers, 'Via')).toMatch(`rport=${phone.port}`);
  expect(header(message.headers, 'Via')).toMatch('received=127.0.0.1');
  await place.transport.send(createResponse(asRequest(message), 200), peer);
  expect(await phone.heard(0)).toMatch(/^SIP\/2\.0 200 OK\r\n/);
});

test('requests over one connection of TCP come in order, and are answered over it', async () => {
  const { place, got } = await listening({}, 'tcp');
  const phone = await tcpPhone(place.port);
  phone.write(options('TCP', 'phone.invalid', 1) + options('TCP', 'phone.invalid', 2));
  const [first, peer] = await got(0);
  const [second] = await got(1);
  expect([first, second].map(({ headers }) => header(headers, 'CSeq'))).toEqual(['1 OPTIONS', '2 OPTIONS']);
  expect(peer.connectionId).toBeDefined();
  await place.transport.send(createResponse(asRequest(first), 200), peer);
  await soon(() => expect(phone.text()).toMatch(/^SIP\/2\.0 200 OK/));
  expect(place.transport.figures()).toMatchObject({ connections: 1, received: 2, sent: 1 });
});

test('two transports talk by TCP over one connection that is opened once, however many send at once', async () => {
  const far = await listening({}, 'tcp');
  const near = await listening({}, 'tcp');
  const peer: SipPeer = { protocol: 'tcp', address: '127.0.0.1', port: far.place.port };
  const sent = await Promise.all(
    [1, 2, 3].map((sequence) => near.place.transport.send(request(near.place.transport, peer, sequence), peer)),
  );
  expect(new Set(sent.map(({ connectionId }) => connectionId)).size).toBe(1);
  const [message, from] = await far.got(2);
  await far.place.transport.send(createResponse(asRequest(message), 200), from);
  const [answer] = await near.got(0);
  expect(answer).toMatchObject({ kind: 'response', status: 200 });
  expect(near.place.transport.figures().connections).toBe(1);
});

test('an answer whose connection is gone goes by a new one to where the caller listens (RFC 3261 §18.2.2)', async () => {
  const { place, got } = await listening({}, 'tcp');
  const heard: string[] = [];
  const phonesOwn = createServer((socket) => socket.on('data', (chunk) => heard.push(String(chunk))));
  phonesOwn.listen(0, '127.0.0.1');
  await once(phonesOwn, 'listening');
  owned.push(() => phonesOwn.close());
  const bound = phonesOwn.address();
  const phone = await tcpPhone(place.port);
  phone.write(options('TCP', `127.0.0.1:${typeof bound === 'object' ? bound?.port : 0}`));
  const [message, peer] = await got(0);
  phone.socket.destroy();
  await soon(() => expect(place.transport.figures().connections).toBe(0));
  await place.transport.send(createResponse(asRequest(message), 200), peer);
  await soon(() => expect(heard.join('')).toMatch(/^SIP\/2\.0 200 OK/));
});

test('a request that is too large for a packet goes by TCP where the far side takes it (RFC 3261 §18.1.1)', async () => {
  const far = await listening({}, 'udp', 'tcp');
  const near = await listening({}, 'udp', 'tcp');
  // A telephone listens for both on one port; here each has its own, so that the far TCP port is named.
  const tcpPort = far.place.transport.listening[1]?.port ?? 0;
  const peer: SipPeer = { protocol: 'udp', address: '127.0.0.1', port: tcpPort };
  const went = await near.place.transport.send(large(near.place.transport, peer), peer);
  expect(went).toMatchObject({ protocol: 'tcp', port: tcpPort });
  const [message] = await far.got(0);
  expect(parseVia(header(message.headers, 'Via') ?? '')?.transport).toBe('TCP');
  expect(header(message.headers, 'Via')).toMatch('branch=z9hG4bK1');
});

test('and by UDP all the same where it does not', async () => {
  const far = await listening({}, 'udp');
  const near = await listening({}, 'udp', 'tcp');
  const peer: SipPeer = { protocol: 'udp', address: '127.0.0.1', port: far.place.port };
  expect(await near.place.transport.send(large(near.place.transport, peer), peer)).toEqual(peer);
  const [message] = await far.got(0);
  expect(parseVia(header(message.headers, 'Via') ?? '')?.transport).toBe('UDP');
});

test('what is malformed is answered with 400 where it can be, answers and ACKs never', async () => {
  const { place } = await listening({}, 'udp');
  const phone = await udpPhone();
  phone.send('SIP/2.0 999 No\r\n\r\n', place);
  phone.send(options('UDP', 'a;rport').replaceAll('OPTIONS', 'ACK').replace('Call-ID: x\r\n', ''), place);
  phone.send('rubbish', place);
  phone.send(options('UDP', 'a;rport').replace('Call-ID: x\r\n', ''), place);
  expect(await phone.heard(0)).toMatch(/^SIP\/2\.0 400 Call-ID is missing\r\n/);
  expect(phone.count()).toBe(1);
  expect(place.transport.figures()).toMatchObject({ malformed: 4, received: 0 });
});

test('a flood of what is malformed is not answered one by one', async () => {
  const { place } = await listening({ trusted: ['127.0.0.1'] }, 'udp');
  const phone = await udpPhone();
  for (let round = 0; round < 4; round += 1) {
    for (let at = 0; at < 50; at += 1) phone.send(options('UDP', 'a;rport').replace('Call-ID: x\r\n', ''), place);
    await soon(() => expect(place.transport.figures().malformed).toBe((round + 1) * 50));
  }
  // Whoever is heard last has had all answers before.
  phone.send(options('UDP', 'a;rport'), place);
  await soon(() => expect(place.messages).toHaveLength(1));
  const [[message, peer] = []] = place.messages;
  if (message === undefined || peer === undefined) return;
  const answersBefore = place.transport.figures().sent;
  await place.transport.send(createResponse(asRequest(message), 200), peer);
  expect(answersBefore).toBeGreaterThanOrEqual(50);
  expect(answersBefore).toBeLessThan(150);
  expect(await phone.heard(answersBefore)).toMatch(/^SIP\/2\.0 200 OK/);
});

test('a stream that cannot be cut any more is answered and closed', async () => {
  const { place } = await listening({}, 'tcp');
  const phone = await tcpPhone(place.port);
  phone.write(options('TCP', 'a').replace('Content-Length: 0', 'Content-Length: 0x10'));
  await once(phone.socket, 'close');
  expect(phone.text()).toMatch(/^SIP\/2\.0 400 Content-Length is not a number\r\n/);
  await soon(() => expect(place.transport.figures().connections).toBe(0));
});

test('whoever is not allowed is not heard, by packet or by connection', async () => {
  const { place } = await listening({ allow: ['127.0.0.2', '10.0.0.0/8'] }, 'udp', 'tcp');
  const phone = await udpPhone();
  phone.send(options('UDP', 'a;rport'), place);
  await soon(() => expect(place.transport.figures().refusedByAddress).toBe(1));
  const connection = await tcpPhone(place.transport.listening[1]?.port ?? 0);
  await once(connection.socket, 'close');
  const allowed = await udpPhone('127.0.0.2');
  allowed.send(options('UDP', 'a;rport'), place);
  await soon(() => expect(place.messages).toHaveLength(1));
  expect(place.transport.figures()).toMatchObject({ refusedByAddress: 2, received: 1 });
});

test('a flood from one address harms nobody else, and those we deal with not even from there', async () => {
  const limits = { stranger: { burst: 20, perSecond: 1 }, strangers: { burst: 1_000, perSecond: 1 } };
  const { place, got } = await listening({ limits }, 'udp');
  const friend = await udpPhone('127.0.0.3');
  friend.send(register('1'), place);
  const [message, peer] = await got(0);
  await place.transport.send(createResponse(asRequest(message), 200), peer);
  const flood = await udpPhone('127.0.0.2');
  for (let at = 0; at < 200; at += 1) flood.send(options('UDP', 'a;rport'), place);
  await soon(() => expect(place.transport.figures().throttled).toBeGreaterThan(100));
  const stranger = await udpPhone('127.0.0.4');
  stranger.send(register('of a stranger'), place);
  for (let at = 0; at < 50; at += 1) friend.send(register(`friend ${at}`), place);
  const from = (address: string) => place.messages.filter(([, { address: theirs }]) => theirs === address).length;
  await soon(() => expect(from('127.0.0.3')).toBe(51));
  expect(from('127.0.0.4')).toBe(1);
  expect(from('127.0.0.2')).toBeLessThan(30);
});

test('keep-alives of telephones are nothing, and STUN is told the address that we see', async () => {
  const { place } = await listening({}, 'udp');
  const phone = await udpPhone();
  for (const nothing of ['\r\n\r\n', '\0', '\r\n']) phone.send(nothing, place);
  const binding = Buffer.alloc(20, 7);
  binding.set([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]);
  phone.send(binding, place);
  const answer = Buffer.from(await phone.heard(0), 'latin1');
  expect([...answer.subarray(0, 20)]).toEqual([1, 1, 0, 12, ...binding.subarray(4)]);
  expect(answer.readUInt16BE(26) ^ 0x2112).toBe(phone.port);
  expect((answer.readUInt32BE(28) ^ 0x2112a442) >>> 0).toBe(0x7f000001);
  expect(place.transport.figures()).toMatchObject({ malformed: 0, received: 0 });
});

test.skipIf(!hasIpv6)('IPv6 carries requests and answers as IPv4 does', async () => {
  const listen = [
    { protocol: 'udp' as const, address: '::1', port: 0 },
    { protocol: 'tcp' as const, address: '::1', port: 0 },
    { protocol: 'udp' as const, address: '127.0.0.1', port: 0 },
  ];
  const far = await listening({ listen });
  const near = await listening({ listen });
  for (const [at, protocol] of (['udp', 'tcp'] as const).entries()) {
    const peer: SipPeer = { protocol, address: '::1', port: far.place.transport.listening[at]?.port ?? 0 };
    await near.place.transport.send(request(near.place.transport, peer, at), peer);
    const [message, from] = await far.got(at);
    expect(header(message.headers, 'Via')).toMatch(`${protocol.toUpperCase()} [::1]:`);
    await far.place.transport.send(createResponse(asRequest(message), 200), from);
    expect((await near.got(at))[0]).toMatchObject({ status: 200 });
  }
});

test('a question between messages on a connection is answered (RFC 5626)', async () => {
  const { place } = await listening({}, 'tcp');
  const phone = await tcpPhone(place.port);
  phone.write('\r\n\r\n');
  await soon(() => expect(phone.text()).toBe('\r\n'));
});

test('connections have their number, in all and from one address', async () => {
  const { place } = await listening({ connections: { max: 4, maxPerAddress: 2 } }, 'tcp');
  const phones = [];
  for (const address of ['127.0.0.1', '127.0.0.1', '127.0.0.1', '127.0.0.2', '127.0.0.2', '127.0.0.3']) {
    const phone = await tcpPhone(place.port, address);
    const verdict = once(phone.socket, 'close').then(() => 'closed');
    phone.write('\r\n\r\n');
    phones.push(await Promise.race([verdict, soon(() => expect(phone.text()).toBe('\r\n')).then(() => 'taken')]));
  }
  expect(phones).toEqual(['taken', 'taken', 'closed', 'taken', 'taken', 'closed']);
  expect(place.transport.figures()).toMatchObject({ connections: 4, throttled: 2 });
});

test('who does not read what is sent to it loses its connection', async () => {
  const { place, got } = await listening({ streams: { maxQueuedBytes: 100_000 } }, 'tcp');
  const phone = await tcpPhone(place.port);
  phone.write(options('TCP', 'a'));
  const [message, peer] = await got(0);
  phone.socket.pause();
  const response = createResponse(asRequest(message), 200, { body: new Uint8Array(60_000) });
  // Some is taken by the two systems' buffers before any waits here.
  const flood = (async () => {
    for (let at = 0; at < 1_000; at += 1) await place.transport.send(response, peer);
  })();
  await expect(flood).rejects.toMatchObject({ code: 'closed' });
});

test('what cannot be reached is said so, within its time', async () => {
  const { place } = await listening({ connections: { connectTimeoutMs: 200 } }, 'tcp');
  const closed = createServer();
  closed.listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const bound = closed.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  closed.close();
  await once(closed, 'close');
  const peer: SipPeer = { protocol: 'tcp', address: '127.0.0.1', port };
  await expect(place.transport.send(request(place.transport, peer, 1), peer)).rejects.toMatchObject({
    code: 'unreachable',
  });
  await expect(
    place.transport.send(request(place.transport, peer, 1), { ...peer, address: 'x.invalid' }),
  ).rejects.toMatchObject({ code: 'unreachable' });
  expect(place.transport.figures()).toMatchObject({ connections: 0, timers: 0 });
});

test('a callback that throws harms nothing but itself', async () => {
  const errors: unknown[] = [];
  let calls = 0;
  const transport = await createSipTransport({
    clock,
    listen: [{ protocol: 'udp', address: '127.0.0.1', port: 0 }],
    onError: (error) => errors.push(error),
    onMessage() {
      calls += 1;
      throw new Error('a call is broken');
    },
  });
  owned.push(() => transport.close());
  const phone = await udpPhone();
  const place = { port: transport.listening[0]?.port ?? 0 };
  phone.send(options('UDP', 'a'), place);
  phone.send(options('UDP', 'a'), place);
  await soon(() => expect(calls).toBe(2));
  expect(errors).toHaveLength(2);
});

test('when it is closed nothing stays open, and nothing is sent', async () => {
  const { place } = await listening({}, 'udp', 'tcp');
  const phone = await tcpPhone(place.transport.listening[1]?.port ?? 0);
  phone.write('\r\n\r\n');
  await soon(() => expect(phone.text()).toBe('\r\n'));
  const gone = once(phone.socket, 'close');
  await Promise.all([place.transport.close(), place.transport.close()]);
  await gone;
  expect(place.transport.figures()).toMatchObject({ connections: 0, timers: 0 });
  const peer: SipPeer = { protocol: 'udp', address: '127.0.0.1', port: 9 };
  await expect(place.transport.send(request(place.transport, peer, 1), peer)).rejects.toMatchObject({ code: 'closed' });
});

test('an address that is no address, or is taken, is said at once and leaves nothing open', async () => {
  const { place } = await listening({}, 'udp');
  const base = { clock, onError: fail, onMessage: () => undefined };
  await expect(createSipTransport({ ...base, allow: ['10.0.0.0/33'], listen: [] })).rejects.toThrow(/10\.0\.0\.0\/33/);
  const listen = [
    { protocol: 'tcp' as const, address: '127.0.0.1', port: 0 },
    { protocol: 'udp' as const, address: '127.0.0.1', port: place.port },
  ];
  await expect(createSipTransport({ ...base, listen })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

interface Place {
  readonly transport: SipTransport;
  readonly port: number;
  readonly messages: (readonly [SipMessage, SipPeer])[];
}

async function listening(more: Partial<SipTransportOptions>, ...protocols: readonly SipProtocol[]) {
  const messages: (readonly [SipMessage, SipPeer])[] = [];
  const transport = await createSipTransport({
    clock,
    listen: protocols.map((protocol) => ({ protocol, address: '127.0.0.1', port: 0 })),
    onError: fail,
    onMessage: (message, peer) => void messages.push([message, peer]),
    ...more,
  });
  owned.push(() => transport.close());
  const place: Place = { transport, port: transport.listening[0]?.port ?? 0, messages };
  const got = (at: number) =>
    soon(() => {
      const found = messages[at];
      if (found === undefined) throw new Error(`Message ${at} did not come`);
      return found;
    });
  return { place, got };
}

async function udpPhone(address = '127.0.0.1') {
  const socket: UdpSocket = createSocket('udp4');
  const heard: string[] = [];
  socket.on('message', (bytes) => heard.push(bytes.toString('latin1')));
  socket.bind(0, address);
  await once(socket, 'listening');
  owned.push(() => void socket.close());
  return {
    port: socket.address().port,
    send: (text: string | Uint8Array, { port }: { readonly port: number }) => socket.send(text, port, '127.0.0.1'),
    count: () => heard.length,
    heard: (at: number) =>
      soon(() => {
        const found = heard[at];
        if (found === undefined) throw new Error(`Packet ${at} did not come`);
        return found;
      }),
  };
}

async function tcpPhone(port: number, localAddress = '127.0.0.1') {
  const socket: Socket = connect({ port, host: '127.0.0.1', localAddress });
  const heard: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => heard.push(chunk));
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  owned.push(() => void socket.destroy());
  return { socket, write: (text: string) => void socket.write(text), text: () => Buffer.concat(heard).toString() };
}

function options(transport: string, sentBy: string, sequence = 1): string {
  return lines([
    'OPTIONS sip:here@127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/${transport} ${sentBy};branch=z9hG4bK${sequence}`,
    'From: <sip:a@example.com>;tag=1',
    'To: <sip:b@example.com>',
    'Call-ID: x',
    `CSeq: ${sequence} OPTIONS`,
    'Content-Length: 0',
  ]);
}

function register(id: string): string {
  return options('UDP', 'a;rport')
    .replaceAll('OPTIONS', 'REGISTER')
    .replace('Call-ID: x', `Call-ID: ${id.replaceAll(' ', '-')}`);
}

function lines(some: readonly string[]): string {
  return `${some.join('\r\n')}\r\n\r\n`;
}

function request(transport: SipTransport, peer: SipPeer, sequence: number): SipRequest {
  const via = transport.viaFor(peer);
  return {
    kind: 'request',
    method: 'OPTIONS',
    uri: 'sip:there@127.0.0.1',
    headers: [
      { name: 'Via', value: writeVia({ ...via, params: [{ name: 'branch', value: `z9hG4bK${sequence}` }] }) },
      { name: 'From', value: '<sip:a@example.com>;tag=1' },
      { name: 'To', value: '<sip:b@example.com>' },
      { name: 'Call-ID', value: 'y' },
      { name: 'CSeq', value: `${sequence} OPTIONS` },
    ],
    body: new Uint8Array(0),
  };
}

function large(transport: SipTransport, peer: SipPeer): SipRequest {
  return { ...request(transport, peer, 1), body: Buffer.alloc(1_300, 'x') };
}

function asRequest(message: SipMessage): SipRequest {
  if (message.kind !== 'request') throw new Error('This is no request');
  return message;
}

function fail(error: unknown): never {
  throw error;
}
