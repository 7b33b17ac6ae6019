import { expect, test } from 'vitest';
import {
  hasToken,
  mediaType,
  parseDeltaSeconds,
  parseReplaces,
  parseRetryAfter,
  parseSessionExpires,
  parseTokens,
  writeSessionExpires,
} from './fields.ts';
import { header, headersNamed } from './headers.ts';
import { parseCSeq, parseRAck } from './sequence.ts';
import { noteSource, parseVia, viaBranch, viaRport, writeVia } from './via.ts';

test('a session timer says how long, and who refreshes', () => {
  expect(parseSessionExpires('1800 ; refresher = UAC')).toEqual({ intervalSeconds: 1800, refresher: 'uac' });
  expect(parseSessionExpires('90')).toEqual({ intervalSeconds: 90, refresher: undefined });
  for (const text of ['', 'x', '-1', '1800;refresher=me', '99999999999'])
    expect(parseSessionExpires(text)).toBeUndefined();
  expect(writeSessionExpires({ intervalSeconds: 1800, refresher: 'uas' })).toBe('1800;refresher=uas');
});

test('the time to ask again may have a comment', () => {
  expect(parseRetryAfter('18000;duration=3600')).toBe(18_000);
  expect(parseRetryAfter("120 (I'm in a meeting)")).toBe(120);
  expect(parseRetryAfter('soon')).toBeUndefined();
  expect(parseDeltaSeconds('0')).toBe(0);
});

test('a call that is replaced is named by its id and both tags', () => {
  const replaces = { callId: '425928@bobster.example.org', toTag: '7743', fromTag: '6472', earlyOnly: false };
  expect(parseReplaces('425928@bobster.example.org;to-tag=7743;from-tag=6472')).toEqual(replaces);
  expect(parseReplaces('x;to-tag=1;from-tag=2;early-only')).toMatchObject({ earlyOnly: true });
  expect(parseReplaces('425928@bobster.example.org;to-tag=7743')).toBeUndefined();
});

test('options are found in several headers, whatever their case', () => {
  const headers = [
    { name: 'Supported', value: '100rel' },
    { name: 'Supported', value: 'Timer, replaces' },
    { name: 'Require', value: '' },
  ];
  expect(parseTokens(headers, 'k')).toEqual(['100rel', 'Timer', 'replaces']);
  expect(hasToken(headers, 'supported', 'timer')).toBe(true);
  expect(parseTokens(headers, 'Require')).toEqual([]);
});

test('sequences are numbers below 2³¹ with a method', () => {
  expect(parseCSeq('2147483647 INVITE')).toEqual({ sequence: 2_147_483_647, method: 'INVITE' });
  for (const text of ['2147483648 INVITE', '1', 'INVITE 1', '1 INVITE x', '-1 BYE'])
    expect(parseCSeq(text)).toBeUndefined();
  expect(parseRAck('776656 1 INVITE')).toEqual({ responseSequence: 776_656, sequence: 1, method: 'INVITE' });
});

test('a body is of a type, whatever its parameters', () => {
  expect(mediaType('Application / SDP ;charset=utf-8')).toBe('application/sdp');
});

test('headers are found by long and short names in any case', () => {
  const headers = [
    { name: 'Via', value: 'one' },
    { name: 'X-Own', value: 'a' },
    { name: 'Via', value: 'two' },
  ];
  expect(headersNamed(headers, 'v')).toEqual(['one', 'two']);
  expect(header(headers, 'x-own')).toBe('a');
});

test('a Via is told where its request came from (RFC 3581 §4)', () => {
  const noted = (text: string, address: string, port: number) => {
    const via = parseVia(text);
    return via && writeVia(noteSource(via, address, port));
  };
  expect(noted('SIP/2.0/UDP 10.1.1.1:4540;rport;branch=z9hG4bKkjshdyff', '192.0.2.1', 9988)).toBe(
    'SIP/2.0/UDP 10.1.1.1:4540;rport=9988;branch=z9hG4bKkjshdyff;received=192.0.2.1',
  );
  expect(noted('SIP/2.0/UDP bobspc.biloxi.com:5060', '192.0.2.4', 5060)).toBe(
    'SIP/2.0/UDP bobspc.biloxi.com:5060;received=192.0.2.4',
  );
  expect(noted('SIP/2.0/UDP 192.0.2.4:5060', '192.0.2.4', 6000)).toBe('SIP/2.0/UDP 192.0.2.4:5060');
  // What the sender claims to have been seen as counts for nothing.
  expect(noted('SIP/2.0/UDP a.b;received=9.9.9.9;rport=1', '192.0.2.4', 6000)).toBe(
    'SIP/2.0/UDP a.b;received=192.0.2.4;rport=6000',
  );
});

test('a branch counts when it begins as RFC 3261 says and goes on', () => {
  const branchOf = (text: string) => {
    const via = parseVia(text);
    return via && viaBranch(via);
  };
  expect(branchOf('SIP/2.0/UDP a;branch=z9hG4bK77')).toBe('z9hG4bK77');
  expect(branchOf('SIP/2.0/UDP a;branch=z9hG4bK')).toBeUndefined();
  expect(branchOf('SIP/2.0/UDP a;branch=1')).toBeUndefined();
  const via = parseVia('SIP/2.0/UDP a;rport=70000');
  expect(via && viaRport(via)).toBeUndefined();
});
