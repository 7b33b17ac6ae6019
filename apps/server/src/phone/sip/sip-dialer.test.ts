import { createLegDouble } from '@parley/channels/phone/testing/leg-double.ts';
import type { SipDialRequest } from '@parley/channels/sip/sip-endpoint.ts';
import { describe, expect, it } from 'vitest';
import type { DialTarget } from '../phone-desk.ts';
import { createSipDialer, type SipDialerParts } from './sip-dialer.ts';

const trunk = {
  ...{ uri: 'sip:trunk.example.com:5080', host: 'trunk.example.com', registers: false },
  ...{ username: 'parley', password: 'word' },
};

/** How somebody is called by SIP. */
async function dialed(target: DialTarget, parts: Partial<Omit<SipDialerParts, 'endpoint'>> = {}) {
  const requests: SipDialRequest[] = [];
  const dialer = createSipDialer({
    endpoint: {
      listening: [{ protocol: 'udp', address: '192.0.2.7', port: 5070 }],
      dial: async (request) => {
        requests.push(request);
        return createLegDouble();
      },
    },
    ...{ trunk, outboundProxy: undefined, domain: 'sip.example.com' },
    ...parts,
  });
  const request = { organizationId: 'one', target, callerNumber: '+35315550100', ringTimeoutMs: 25_000 };
  await dialer.dial({ ...request, hasAlternative: true }, new AbortController().signal);
  return requests[0];
}

const sip = (address: string): DialTarget => ({ kind: 'sip', address });

describe('who is called by SIP', () => {
  it('by number goes through the trunk, as its account', async () => {
    expect(await dialed({ kind: 'number', number: '+353861234567' })).toMatchObject({
      uri: 'sip:+353861234567@trunk.example.com:5080',
      from: { uri: 'sip:+35315550100@trunk.example.com:5080' },
      credentials: { username: 'parley', password: 'word' },
      ...{ onlyRegistered: false, hasAlternative: true, ringTimeoutMs: 25_000 },
    });
  });

  it('by a SIP address is called there, and is told no account of ours', async () => {
    const request = await dialed(sip('sip:anna@far.example'));
    expect(request).toMatchObject({ uri: 'sip:anna@far.example', onlyRegistered: false });
    expect(request?.from.uri).toBe('sip:+35315550100@sip.example.com');
    expect(request).not.toHaveProperty('credentials');
  });

  it.each([
    ['our name', 'sip:door@SIP.example.com', 'sip.example.com', true],
    ['our name and port', 'sip:door@sip.example.com:5070;transport=tcp', 'sip.example.com', true],
    // Another program of this machine.
    ['our name at another port', 'sip:door@sip.example.com:6000', 'sip.example.com', false],
    ['our address and port', 'sip:door@192.0.2.7:5070', '192.0.2.7', true],
    ['our address at the usual port, where we are not', 'sip:door@192.0.2.7', '192.0.2.7', false],
    ['our address of IPv6', 'sip:door@[2001:db8::7]:5070', '2001:db8::7', true],
    ['the trunk, which has our name', 'sip:+353861234567@trunk.example.com:5080', 'trunk.example.com', false],
  ])('at %s must have registered here, or not', async (_, address, domain, onlyRegistered) => {
    expect(await dialed(sip(address), { domain })).toMatchObject({ onlyRegistered });
  });

  it('is called from an address that can be written, where ours is one of IPv6', async () => {
    const request = await dialed(sip('sip:anna@far.example'), { domain: '2001:db8::7' });
    expect(request?.from.uri).toBe('sip:+35315550100@[2001:db8::7]');
  });

  it('at our name is looked for by the proxy, where all calls go through one', async () => {
    expect(await dialed(sip('sip:door@sip.example.com'), { outboundProxy: 'sip:proxy.example.com' })).toMatchObject({
      ...{ onlyRegistered: false, outboundProxy: 'sip:proxy.example.com;lr' },
    });
  });
});
