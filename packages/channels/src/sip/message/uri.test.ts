import { expect, test } from 'vitest';
import { sameUri } from './same-uri.ts';
import { parseUri, uriUser, writeUri } from './uri.ts';

const same = (one: string, other: string): boolean => {
  const [a, b] = [parseUri(one), parseUri(other)];
  if (a === undefined || b === undefined) throw new Error(`${one} or ${other} is not read`);
  // Whoever is the same as another, the other is the same as he.
  expect(sameUri(b, a)).toBe(sameUri(a, b));
  return sameUri(a, b);
};

// The pairs of RFC 3261 §19.1.4.
test.each([
  ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
  [
    'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
    'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
  ],
  [
    'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
    'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
  ],
])('%s leads where %s leads', (one, other) => {
  expect(same(one, other)).toBe(true);
});

test.each([
  ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
  ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
  ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
  ['sip:bob@biloxi.com', 'sips:bob@biloxi.com'],
  ['sip:bob@biloxi.com', 'tel:+12015550123'],
])('%s does not lead where %s leads', (one, other) => {
  expect(same(one, other)).toBe(false);
});

test('telephone numbers are the same whatever divides their digits', () => {
  expect(same('tel:+353-86-123.4567', 'tel:+353(86)1234567')).toBe(true);
  expect(same('tel:+353861234567', 'tel:353861234567')).toBe(false);
  expect(same('tel:863;phone-context=+353', 'tel:863;phone-context=+44')).toBe(false);
});

test('who is meant is told without what goes with a number', () => {
  const userOf = (text: string) => {
    const uri = parseUri(text);
    return uri && uriUser(uri);
  };
  expect(userOf('sip:+353861234567;npdi@trunk.example.com;user=phone')).toBe('+353861234567');
  expect(userOf('tel:+353-86-123-4567')).toBe('+353861234567');
  expect(userOf('sip:trunk.example.com')).toBeUndefined();
});

test.each([
  'sip:',
  'sip:@example.com',
  'sip:a@',
  'sip:a@b@c',
  'sip:a b@example.com',
  'sip:a@example.com:0',
  'sip:a@example.com:65536',
  'sip:a@example.com:x',
  'sip:a@-example.com',
  'sip:a@999.1.1.1',
  'sip:a@[fe80::1%25eth0]',
  'sip:%zz@example.com',
  'sip:%ff@example.com',
  'sip:a@example.com;=x',
  'sip:a@example.com?',
  'sip:a@example.com?x',
  '<sip:a@example.com>',
  'tel:',
  'tel:+',
  'tel:hello',
  'example.com',
  ':x',
  '',
])('"%s" is no URI', (text) => {
  expect(parseUri(text)).toBeUndefined();
});

test('a name with everything that a URI reserves is escaped where it must be', () => {
  const uri = {
    kind: 'sip',
    secure: false,
    user: 'a@b:c d',
    password: undefined,
    host: 'h',
    port: 1,
    params: [],
    headers: [],
  } as const;
  expect(writeUri(uri)).toBe('sip:a%40b%3Ac%20d@h:1');
});

test('a semicolon too many is no reason to refuse a call', () => {
  expect(parseUri('sip:a@example.com;transport=tcp;')).toMatchObject({ params: [{ name: 'transport', value: 'tcp' }] });
});
