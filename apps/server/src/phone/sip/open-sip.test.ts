import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createMediaSessions } from '@parley/channels/rtp/media-sessions.ts';
import type { NameResolver } from '@parley/channels/sip/location/resolver.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../config.ts';
import { createOutgoingHosts } from '../../edge/outgoing-hosts.ts';
import { guardResolver } from './guarded-resolver.ts';
import { openSip } from './open-sip.ts';

const closes: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0).toReversed()) await close();
});

describe('SIP', () => {
  it('listens at every protocol of one port, whichever is free', async () => {
    const sip = await open({ SIP_PORT: '0' });
    const listening = sip?.endpoint.listening ?? [];
    expect(listening.map(({ protocol, address }) => `${protocol} ${address}`)).toEqual([
      'udp 127.0.0.1',
      'tcp 127.0.0.1',
    ]);
    expect(new Set(listening.map(({ port }) => port)).size).toBe(1);
    expect(listening[0]?.port).toBeGreaterThan(0);
  });

  it('is left out when nobody chose the port and somebody else has it, and says so when it was chosen', async () => {
    const port = await takenPort();
    await expect(open({ SIP_PORT: String(port) })).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringContaining(`port ${port}`),
    });
    expect(await open({ SIP_PORT: String(port) }, false)).toBeUndefined();
  });

  it('says which file of the certificate cannot be read', async () => {
    const env = { SIP_PORT: '0', SIP_TLS_CERT: '/nowhere/sip.crt', SIP_TLS_KEY: '/nowhere/sip.key' };
    await expect(open(env)).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('SIP_TLS_CERT'),
    });
  });
});

it('names that lead into the house are followed only where whoever runs the server said so', async () => {
  const resolver: NameResolver = {
    addresses: async (host) => (host === 'both.example' ? ['93.184.216.34', '10.0.0.5'] : ['192.168.0.9']),
    services: async () => [],
  };
  const guarded = guardResolver(createOutgoingHosts(['pbx.internal']), ['trunk.internal'], resolver);
  const { signal } = new AbortController();
  expect(await guarded.addresses('both.example', signal)).toEqual(['93.184.216.34']);
  expect(await guarded.addresses('somewhere.example', signal)).toEqual([]);
  expect(await guarded.addresses('pbx.internal', signal)).toEqual(['192.168.0.9']);
  expect(await guarded.addresses('Trunk.internal', signal)).toEqual(['192.168.0.9']);
});

async function open(env: Record<string, string>, isPortChosen = true) {
  const { sip: settings } = readConfig(env).phone;
  if (settings === undefined) throw new Error('SIP is off.');
  const clock = createSystemClock();
  const onError = (error: unknown) => {
    throw error;
  };
  const media = createMediaSessions({ clock, onError });
  closes.push(() => media.close());
  const sip = await openSip({
    ...{ settings: { ...settings, isPortChosen }, host: '127.0.0.1', publicIp: undefined, media, clock, onError },
    hosts: createOutgoingHosts([]),
    accountSecret: Buffer.alloc(32, 7),
    onCall: (call) => call.reject(480),
    onIdentified: undefined,
    onTlsRenewed: () => {},
  });
  if (sip !== undefined) closes.push(() => sip.close());
  return sip;
}

async function takenPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  closes.push(() => socket.close());
  return socket.address().port;
}
