import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createResponse } from '../message/create-response.ts';
import { soon } from './testing/soon.ts';
import { asRequest, listening, options, register, tcpPhone, udpPhone } from './testing/stage.ts';

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

test('connections have their number, in all and from one address', async () => {
  const { place } = await listening({ connections: { max: 4, maxPerAddress: 2 } }, 'tcp');
  const phones = [];
  for (const address of ['127.0.0.1', '127.0.0.1', '127.0.0.1', '127.0.0.2', '127.0.0.2', '127.0.0.3']) {
    const phone = await tcpPhone(place.port, address);
    const verdict = once(phone.socket, 'close').then(() => 'closed');
    phone.write('\r\n\r\n');
    phones.push(await Promise.race([verdict, soon(() => expect(phone.text()).toBe('\r\n')).then(() => 'taken')]));
  }
  expect(phones).toEqual(['taken', 'taken', 'closed', 'taken', 'taken', 'taken']);
  await soon(() => expect(place.transport.figures()).toMatchObject({ connections: 4, throttled: 1 }));
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

test('idle connections that take all places make room, those on which a telephone is registered do not', async () => {
  const { place } = await listening({ connections: { max: 3, maxPerAddress: 3 } }, 'tcp');
  const registered = await tcpPhone(place.port);
  registered.write(options('TCP', 'a').replaceAll('OPTIONS', 'REGISTER'));
  await soon(() => expect(place.messages).toHaveLength(1));
  const [[message, peer] = []] = place.messages;
  if (message === undefined || peer === undefined) throw new Error('No message came');
  await place.transport.send(createResponse(asRequest(message), 200), peer);
  const idle = [await tcpPhone(place.port, '127.0.0.2'), await tcpPhone(place.port, '127.0.0.2')];
  await soon(() => expect(place.transport.figures().connections).toBe(3));
  const oldestIsClosed = once(idle[0]?.socket ?? registered.socket, 'close');
  const late = await tcpPhone(place.port, '127.0.0.3');
  late.write(options('TCP', 'b'));
  await soon(() => expect(place.messages).toHaveLength(2));
  await oldestIsClosed;
  registered.write(options('TCP', 'c'));
  await soon(() => expect(place.messages).toHaveLength(3));
  expect(place.transport.figures().connections).toBe(3);
});
