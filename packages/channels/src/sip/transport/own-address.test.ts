import { expect, test } from 'vitest';
import { createOwnAddress } from './own-address.ts';
import { responseTarget } from './response-target.ts';

const own = createOwnAddress(() => 0);
const LISTEN = { protocol: 'udp', port: 5060 } as const;

test('whoever listens at one address is reached there', () => {
  expect(own({ ...LISTEN, address: '192.0.2.5' }, '198.51.100.1')).toBe('192.0.2.5');
});

test('the world is told the address that it sees, this machine its own', () => {
  const listen = { ...LISTEN, address: '0.0.0.0', publicAddress: '203.0.113.9' };
  expect(own(listen, '198.51.100.1')).toBe('203.0.113.9');
  expect(own(listen, '127.0.0.1')).toBe('127.0.0.1');
});

test('whoever listens everywhere names an address that exists', () => {
  expect(own({ ...LISTEN, address: '0.0.0.0' }, '198.51.100.1')).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
  expect(own({ ...LISTEN, address: '0.0.0.0' }, '198.51.100.1')).not.toBe('0.0.0.0');
});

test.each([
  ['SIP/2.0/UDP 10.0.0.1:5070;rport=40000;received=192.0.2.1', 'udp:192.0.2.1:40000'],
  ['SIP/2.0/UDP 10.0.0.1:5070;received=192.0.2.1', 'udp:192.0.2.1:5070'],
  ['SIP/2.0/UDP 10.0.0.1', 'udp:10.0.0.1:5060'],
  ['SIP/2.0/TCP 10.0.0.1;rport=40000;received=192.0.2.1', 'tcp:192.0.2.1:5060'],
  ['SIP/2.0/TLS [2001:db8::1];received=[2001:db8::2]', 'tls:2001:db8::2:5061'],
  ['SIP/2.0/UDP 10.0.0.1;maddr=224.0.1.75', 'udp:10.0.0.1:5060'],
])('the answer to a request with %s goes to %s', (via, place) => {
  const target = responseTarget({
    kind: 'response',
    status: 200,
    reason: 'OK',
    headers: [{ name: 'Via', value: via }],
    body: new Uint8Array(0),
  });
  expect(target && `${target.protocol}:${target.address}:${target.port}`).toBe(place);
});

test.each(['SIP/2.0/UDP example.com', 'SIP/2.0/SCTP 10.0.0.1', 'rubbish'])(
  'the answer to a request with %s goes nowhere',
  (via) => {
    const headers = [{ name: 'Via', value: via }];
    expect(
      responseTarget({ kind: 'response', status: 200, reason: 'OK', headers, body: new Uint8Array(0) }),
    ).toBeUndefined();
  },
);
