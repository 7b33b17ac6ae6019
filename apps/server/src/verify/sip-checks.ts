import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { TrialFailure } from '@parley/speech/trial/trial.ts';
import type { Config } from '../config.ts';
import { askOptions } from '../phone/sip/ask-options.ts';
import { sipListens } from '../phone/sip/sip-addresses.ts';
import { systemCode } from '../start-errors.ts';
import type { Check } from './check.ts';

/** Whether telephones can call here, and numbers can be called through the trunk. */
export function sipChecks({ phone: { sip }, host }: Pick<Config, 'phone' | 'host'>): readonly Check[] {
  if (sip === undefined) return [];
  const { port, isPortChosen, trunk } = sip;
  const listening: Check = {
    kind: 'channel',
    part: `SIP_PORT=${port}`,
    async run(signal) {
      const [first] = await sipListens(host, sip, undefined);
      if (first === undefined) throw new TrialFailure(`HOST ${host} is no address.`, 'Correct HOST.');
      try {
        await tryPort(first.address, first.port);
        return { detail: 'free for calls by SIP' };
      } catch (error) {
        // A server that runs has it.
        const answer = await askOptions(`sip:${bracketed(first.address)}:${port}`, within(signal)).catch(
          () => undefined,
        );
        if (answer?.server === 'Parley' || answer?.status === 200) return { detail: 'taken, and answers SIP' };
        if (!isPortChosen) return { detail: 'taken: without SIP_PORT there are no calls by SIP' };
        throw new TrialFailure(
          `Port ${port} cannot be used for SIP (${systemCode(error)}).`,
          'Set SIP_PORT to another port, or to off.',
        );
      }
    },
  };
  if (trunk === undefined) return [listening];
  return [
    listening,
    {
      kind: 'channel',
      part: 'SIP_TRUNK',
      async run(signal) {
        const startedMs = performance.now();
        const answer = await askOptions(trunk.uri, within(signal)).catch(() => {
          throw new TrialFailure(
            `${trunk.host} did not answer within ${answerTimeoutMs / 1000} s.`,
            'Look at SIP_TRUNK, its port and transport, and whether a firewall lets SIP out.',
          );
        });
        if (answer === undefined) {
          throw new TrialFailure(`${trunk.host} leads to no address.`, 'Correct SIP_TRUNK.');
        }
        // Any answer shows that it is there; most trunks answer OPTIONS of strangers with 200, 401, 403 or 404.
        const { status, server, peer } = answer;
        const latencyMs = performance.now() - startedMs;
        const who = `${status} from ${peer.address}${server === undefined ? '' : `, ${server}`}`;
        // To register from here would take calls away from the server that runs.
        const registered = trunk.registers ? '; whether it registers us, the server says: sip_trunk at /ready' : '';
        return { latencyMs, detail: who + registered };
      },
    },
  ];
}

/** Three repetitions, and time for the last one's answer. */
const answerTimeoutMs = 6000;

function within(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]);
}

async function tryPort(address: string, port: number): Promise<void> {
  const server = createServer();
  server.listen(port, address);
  await once(server, 'listening');
  server.close();
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  try {
    socket.bind(port, address);
    await once(socket, 'listening');
  } finally {
    socket.close();
  }
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
