import { expect, test } from 'vitest';
import { header, headersNamed } from './headers.ts';
import { parseSipMessage } from './parse-message.ts';

// What telephones and trunks get wrong, where what they mean is plain.

test('a BYE whose Reason has a quote too many ends its call all the same', () => {
  const message = read(['Reason: Q.850;cause=16;text="so she said "bye""']);
  expect(header(message.headers, 'Reason')).toBe('Q.850;cause=16;text="so she said "bye""');
  expect(header(read(['Reason: SIP;text="open']).headers, 'Reason')).toBe('SIP;text="open');
});

test('a line that is no header is nothing', () => {
  const message = read(['this is no header', ': neither', 'X Y: nor this', 'X-Own: but this']);
  expect(message.headers.map(({ name }) => name)).toEqual(['Via', 'From', 'To', 'Call-ID', 'CSeq', 'X-Own']);
});

test('lines may end with a line feed alone', () => {
  const parsed = parseSipMessage(Buffer.from(text(['X-Own: a']).replaceAll('\r\n', '\n')));
  expect(parsed).toMatchObject({ type: 'message', message: { method: 'BYE' } });
});

test('but a carriage return within a line, which others may take for its end, is refused', () => {
  const parsed = parseSipMessage(Buffer.from(text(['X-Own: a\rVia: SIP/2.0/UDP evil'])));
  expect(parsed).toMatchObject({ type: 'malformed', problem: 'header_line' });
});

test('more headers, or longer ones, than any call has are refused, and can be answered', () => {
  const many = parseSipMessage(Buffer.from(text(new Array<string>(300).fill('X-Own: a'))));
  const list = parseSipMessage(Buffer.from(text([`Route: ${new Array<string>(300).fill('<sip:a@b;lr>').join(',')}`])));
  const long = parseSipMessage(Buffer.from(text([`X-Own: ${'a'.repeat(9_000)}`])));
  for (const parsed of [many, list, long]) {
    expect(parsed).toMatchObject({ type: 'malformed', problem: 'too_large', request: { method: 'BYE' } });
  }
});

test('a message that ends within its headers is refused', () => {
  const parsed = parseSipMessage(Buffer.from(text([]).slice(0, -2)));
  expect(parsed).toMatchObject({ type: 'malformed', problem: 'no_end_of_headers' });
  expect(parseSipMessage(Buffer.from('\r\n\r\n'))).toMatchObject({ problem: 'empty' });
  expect(parseSipMessage(Buffer.alloc(70_000, 'x'))).toMatchObject({ problem: 'too_large', request: undefined });
});

test('one name in two Contacts of which one is a star is refused', () => {
  expect(parseSipMessage(Buffer.from(text(['Contact: <sip:a@b>', 'Contact: *'])))).toMatchObject({
    problem: 'bad_header',
  });
  expect(headersNamed(read(['Contact: *']).headers, 'm')).toEqual(['*']);
});

function read(more: readonly string[]) {
  const parsed = parseSipMessage(Buffer.from(text(more)));
  if (parsed.type !== 'message') throw new Error(parsed.detail);
  return parsed.message;
}

function text(more: readonly string[]): string {
  return [
    'BYE sip:a@example.com SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
    'From: <sip:a@example.com>;tag=1',
    'To: <sip:b@example.com>;tag=2',
    'Call-ID: x',
    'CSeq: 2 BYE',
    ...more,
    '\r\n',
  ].join('\r\n');
}
