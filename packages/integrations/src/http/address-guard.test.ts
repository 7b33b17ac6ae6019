import { describe, expect, it } from 'vitest';
import { createAddressGuard, guardLookup, literalAddress } from './address-guard.ts';

describe('addresses that integrations reach', () => {
  const guard = createAddressGuard(false);

  it.each(['93.184.216.34', '1.1.1.1', '2606:4700:4700::1111', '::ffff:8.8.8.8'])('%s is public', (address) => {
    expect(guard(address)).toBe(true);
  });

  it.each([
    '127.0.0.1',
    '127.8.8.8',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '198.18.0.1',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'not an address',
    '',
  ])('%s is not', (address) => {
    expect(guard(address)).toBe(false);
  });

  it('can be private ones, though never those where machines hand out their credentials', () => {
    const open = createAddressGuard(true);
    expect(['127.0.0.1', '10.0.0.1', 'fd00::1', '::ffff:10.1.1.1'].map(open)).toEqual([true, true, true, true]);
    expect(['169.254.169.254', '0.0.0.0', 'fe80::1', '::ffff:169.254.169.254'].map(open)).toEqual(Array(4).fill(false));
  });

  it('can be of the networks that are listed, and no others', () => {
    const some = createAddressGuard(['10.1.0.0/16', '127.0.0.2', 'fd12::/16']);
    expect(['10.1.2.3', '127.0.0.2', 'fd12::5', '::ffff:10.1.2.3'].map(some)).toEqual([true, true, true, true]);
    expect(['10.2.0.1', '127.0.0.1', 'fd13::5'].map(some)).toEqual([false, false, false]);
  });

  it('are seen through every spelling that a URL allows', () => {
    for (const host of ['127.1', '0x7f000001', '2130706433', '017700000001', '[::1]', '[::ffff:7f00:1]']) {
      const literal = literalAddress(new URL(`http://${host}/`).hostname);
      expect(literal === undefined ? undefined : guard(literal), host).toBe(false);
    }
  });

  it('are refused for a name when one of its addresses is', async () => {
    const lookup = guardLookup(guard, (_host, _options, callback) =>
      callback(null, [
        { address: '93.184.216.34', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]),
    );
    const error = await new Promise((resolve) => lookup('api.test', { all: true }, resolve));
    expect(String(error)).toContain('not public');
  });
});
