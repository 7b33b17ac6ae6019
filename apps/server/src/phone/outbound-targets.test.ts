import { describe, expect, it } from 'vitest';
import { createOutgoingHosts } from '../edge/outgoing-hosts.ts';
import { type OutboundRules, outboundTarget } from './outbound-targets.ts';

const rules: OutboundRules = {
  prefixes: ['+353', '+44'],
  hosts: createOutgoingHosts(['pbx.internal', '10.7.0.0/16']),
  trunkHost: 'trunk.example.com',
  ownDomain: 'sip.example.com',
  resolve: async (host) => {
    const addresses = names[host];
    if (addresses === undefined) throw new Error('ENOTFOUND');
    return addresses;
  },
};
const names: Readonly<Record<string, readonly string[]>> = {
  'far.example': ['93.184.216.34'],
  'sneaky.example': ['93.184.216.34', '127.0.0.1'],
  'pbx.internal': ['192.168.0.5'],
};

describe('whom calls may be made to', () => {
  it.each([
    ['+353861234567', { kind: 'number', number: '+353861234567' }],
    ['sip:anna@far.example', { kind: 'sip', address: 'sip:anna@far.example' }],
    ['sip:anna@pbx.internal:5080', { kind: 'sip', address: 'sip:anna@pbx.internal:5080' }],
    ['sip:anna@10.7.1.1', { kind: 'sip', address: 'sip:anna@10.7.1.1' }],
    ['sip:reception@SIP.example.com', { kind: 'sip', address: 'sip:reception@SIP.example.com' }],
    // The trunk is asked for the number, by its own way of writing it.
    ['sip:+353861234567@trunk.example.com', { kind: 'number', number: '+353861234567' }],
  ])('%s', async (to, target) => {
    expect(await outboundTarget(to, rules)).toEqual(target);
  });

  it.each([
    ['+882161234567', 'Numbers that begin with +353, +44'],
    ['sip:anna@sneaky.example', 'may not be reached'],
    ['sip:anna@nowhere.example', 'no host'],
    ['sip:anna@127.0.0.1', 'may not be reached'],
    ['sip:anna@[::1]:5060', 'may not be reached'],
    ['sip:anna@[::ffff:127.0.0.1]', 'may not be reached'],
    ['sip:anna@192.168.0.5', 'may not be reached'],
    // Around what is allowed, by the trunk's own address.
    ['sip:+882161234567@trunk.example.com', 'Numbers that begin with'],
    ['sip:00882161234567@trunk.example.com', 'with its plus'],
    ['sip:00882161234567@TRUNK.example.com:5060;transport=tcp', 'with its plus'],
  ])('not %s', async (to, why) => {
    await expect(outboundTarget(to, rules)).rejects.toMatchObject({
      code: 'number_not_allowed',
      details: { to: expect.stringContaining(why) },
    });
  });
});
