import { describe, expect, it } from 'vitest';
import { mediaAddress } from './sip-addresses.ts';

describe('for the sound of a call', () => {
  it('the world is told the public address, the house and this machine the one that packets leave from', () => {
    expect(mediaAddress('198.51.100.7', '203.0.113.9', false)).toBe('203.0.113.9');
    for (const inside of ['127.0.0.1', '10.1.2.3', '192.168.0.5', '172.16.0.1', 'fd00::1', '::1']) {
      expect(mediaAddress(inside, '203.0.113.9', false), inside).toBeUndefined();
    }
  });

  it('the world is told the public address also when it calls by a proxy of ours in the house', () => {
    expect(mediaAddress('10.0.0.5', '203.0.113.9', true)).toBe('203.0.113.9');
  });

  it('who calls by IPv6 is not sent to an address of IPv4, where nobody would hear them, nor the other way', () => {
    expect(mediaAddress('2001:db8::7', '203.0.113.9', false)).toBeUndefined();
    expect(mediaAddress('198.51.100.7', '2001:db8::9', false)).toBeUndefined();
    expect(mediaAddress('2001:db8::7', '2001:db8::9', false)).toBe('2001:db8::9');
  });
});
