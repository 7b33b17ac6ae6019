import { expect, test } from 'vitest';
import { header, headersNamed } from './headers.ts';
import { parseSipMessage } from './parse-message.ts';
import { parseUri } from './uri.ts';
import { parseVia, viaReceived, writeVia } from './via.ts';

// The signalling cases of RFC 5118; those of its messages that differ in their SDP alone are not for this room.

test('an address in brackets is taken, one without is not (§4.1, §4.2)', () => {
  expect(read(['REGISTER sip:[2001:db8::10] SIP/2.0']).type).toBe('message');
  expect(read(['REGISTER sip:2001:db8::10 SIP/2.0'])).toMatchObject({ type: 'malformed', problem: 'request_uri' });
});

test('a port stands behind the brackets, and is part of the address within (§4.3, §4.4)', () => {
  expect(parseUri('sip:[2001:db8::10:5070]')).toMatchObject({ host: '2001:db8::10:5070', port: undefined });
  expect(parseUri('sip:[2001:db8::10]:5070')).toMatchObject({ host: '2001:db8::10', port: 5070 });
});

test('`received` is known with brackets and without (§4.5)', () => {
  for (const received of ['[2001:db8::9:255]', '2001:db8::9:255']) {
    const via = parseVia(`SIP/2.0/UDP [2001:db8::9:1];received=${received};branch=z9hG4bKas3-111`);
    expect(via && viaReceived(via)).toBe('2001:db8::9:255');
  }
});

test('old and new addresses stand beside one another (§4.7)', () => {
  const parsed = read([
    'BYE sip:user@host.example.net SIP/2.0',
    'Via: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111',
    'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144',
    'Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200',
  ]);
  const vias = parsed.type === 'message' ? headersNamed(parsed.message.headers, 'Via') : [];
  expect(vias.map((value) => parseVia(value)).map((via) => [via?.host, via?.port])).toEqual([
    ['2001:db8::9:1', 6050],
    ['192.0.2.1', undefined],
    ['2001:db8::9:255', undefined],
  ]);
});

test('an IPv4 address in IPv6 clothes is an address (§4.9)', () => {
  const via = parseVia('SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19');
  expect(via).toMatchObject({ host: '::ffff:192.0.2.10', port: 19823 });
  expect(via && writeVia(via)).toBe('SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19');
});

test('three colons are none (§4.10)', () => {
  expect(parseUri('sip:user@[2001:db8:::192.0.2.1]')).toBeUndefined();
  expect(parseUri('sip:user@[2001:db8::192.0.2.1]')).toMatchObject({ host: '2001:db8::192.0.2.1' });
});

function read([startLine = '', ...vias]: readonly string[]) {
  const method = startLine.split(' ')[0];
  const lines = [
    startLine,
    ...(vias.length > 0 ? vias : ['Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111']),
    'To: sip:user@example.com',
    'From: sip:user@example.com;tag=81x2',
    'Call-ID: SSG9559905523997077@hlau_4100',
    'Max-Forwards: 70',
    'Contact: "Caller" <sip:caller@[2001:db8::1]>',
    `CSeq: 98176 ${method}`,
    'Content-Length: 0',
  ];
  const parsed = parseSipMessage(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`));
  if (parsed.type === 'message') expect(header(parsed.message.headers, 'CSeq')).toBe(`98176 ${method}`);
  return parsed;
}
