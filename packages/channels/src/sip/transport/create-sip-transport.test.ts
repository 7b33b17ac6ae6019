import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { createResponse } from '../message/create-response.ts';
import { header } from '../message/headers.ts';
import type { SipPeer } from '../message/sip-message.ts';
import { parseVia } from '../message/via.ts';
import { createSipTransport } from './create-sip-transport.ts';
import { soon } from './testing/soon.ts';
import { asRequest, clock, fail, large, listening, options, request, tcpPhone, udpPhone } from './testing/stage.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((some) => some?.some(({ address }) => address === '::1'));
if (!hasIpv6) console.warn('This machine has no ::1: SIP over IPv6 is not tested');

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
  onTestFinished(() => void phonesOwn.close());
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
  onTestFinished(() => transport.close());
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
