import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { readConfig } from '../config.ts';
import { createTelephone, type Telephone } from '../phone/testing/telephone.ts';
import { type Finding, runChecks } from './check.ts';
import { sipChecks } from './sip-checks.ts';

const closes: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
});

it('says that a port is free for calls, and that one is taken by somebody who is no SIP server', async () => {
  expect(await check({ SIP_PORT: '0' })).toMatchObject([{ outcome: 'works', detail: 'free for calls by SIP' }]);
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  closes.push(() => socket.close());
  const { port } = socket.address();
  expect(await check({ SIP_PORT: String(port) })).toMatchObject([
    { outcome: 'fails', problem: expect.stringContaining('EADDRINUSE'), advice: expect.stringContaining('SIP_PORT') },
  ]);
});

it('says that a server which runs has the port', async () => {
  const { port } = await telephone();
  expect(await check({ SIP_PORT: String(port) })).toMatchObject([
    { outcome: 'works', detail: 'taken, and answers SIP' },
  ]);
});

it.each(['udp', 'tcp'] as const)('asks the trunk by %s, and calls nobody', async (protocol) => {
  const trunk = await telephone(protocol);
  const [, found] = await check({ SIP_PORT: '0', SIP_TRUNK: `sip:127.0.0.1:${trunk.port};transport=${protocol}` });
  expect(found).toMatchObject({ part: 'SIP_TRUNK', outcome: 'works', detail: '200 from 127.0.0.1' });
  expect(trunk.ringing).toEqual([]);
});

it('does not pass off a trunk that answers for one that has registered us', async () => {
  const trunk = await telephone();
  const env = { SIP_TRUNK_USER: '200', SIP_TRUNK_PASSWORD: 'wrong', SIP_TRUNK_REGISTER: 'on' };
  const [, found] = await check({ SIP_PORT: '0', SIP_TRUNK: `sip:127.0.0.1:${trunk.port}`, ...env });
  expect(found).toMatchObject({ outcome: 'works', detail: expect.stringContaining('sip_trunk at /ready') });
});

it('says what to look at when the trunk leads nowhere', async () => {
  const [, found] = await check({ SIP_PORT: '0', SIP_TRUNK: 'sip:trunk.invalid' });
  expect(found).toMatchObject({ outcome: 'fails', problem: 'trunk.invalid leads to no address.' });
});

async function telephone(protocol: 'udp' | 'tcp' = 'udp'): Promise<Telephone> {
  const made = await createTelephone({ protocol });
  closes.push(() => made.close());
  return made;
}

function check(env: Record<string, string>): Promise<readonly Finding[]> {
  return runChecks(sipChecks(readConfig({ HOST: '127.0.0.1', ...env })), new AbortController().signal);
}
