import type { PhoneLeg } from '@parley/channels/phone/phone-leg.ts';
import { freePort, freePortRange } from '@parley/channels/testing/peers/free-ports.ts';
import { hasKamailio, startKamailio } from '@parley/channels/testing/peers/kamailio.ts';
import { until } from '@parley/channels/testing/peers/peer-process.ts';
import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { FRAME_SAMPLES } from '@parley/engine/ports/audio.ts';
import { expect, it, onTestFinished } from 'vitest';
import { adminClient, adminEnv } from '../../testing/admin-client.ts';
import { startServerProcess, takesCallsLate, typedOnly } from '../../testing/server-process.ts';
import { createTelephone } from '../testing/telephone.ts';

const proxyAddress = '127.0.0.97';
const serverAddress = '127.0.0.98';
/** The outside of the NAT, and what the telephone behind it knows of itself. */
const natAddress = '127.0.0.99';
const privateAddress = '192.168.7.7';
/** Above it is speech, or the tones that stand for it here; a line that is silent lies far below. */
const audibleDbfs = -50;
const soon = { timeout: 20_000 };

// The proxy alone sees where such a telephone is: sound goes past it, to the server that is told a private address.
it.skipIf(!hasKamailio)(
  'behind the proxy a telephone in a private network hears and is heard, whoever calls, and is told when it is hung up',
  async () => {
    const firstPort = await freePortRange(20, serverAddress);
    const proxyPort = await freePort(proxyAddress);
    const server = await startServerProcess({
      env: {
        ...{ ...typedOnly, ...takesCallsLate, ...adminEnv, VOICE_DETECTOR: 'light' },
        ...{ HOST: serverAddress, SIP_PORT: '0', RTP_PORTS: `${firstPort}-${firstPort + 19}` },
        ...{ SIP_TRUSTED_PROXIES: proxyAddress, SIP_OUTBOUND_PROXY: `sip:${proxyAddress}:${proxyPort}` },
        OUTGOING_ALLOWED_HOSTS: natAddress,
      },
    });
    onTestFinished(async () => void (await server.stop()));
    const uri = `sip:${serverAddress}:${server.sipPort};transport=udp`;
    const proxy = await startKamailio({ listen: [`udp:${proxyAddress}:${proxyPort}`], replicas: [uri] });
    onTestFinished(() => proxy.stop());
    await until('the server takes calls', async () => (await proxy.replicaStates()).get(uri) === 'AP');
    const telephone = await createTelephone({ address: natAddress, toldAddress: privateAddress });
    onTestFinished(() => telephone.close());
    const api = await adminClient(server.url.replace('localhost', serverAddress));

    const calling = await telephone.endpoint.dial(
      { uri: `sip:receptionist@${proxyAddress}:${proxyPort}`, from: { uri: 'sip:+353861234567@example.com' } },
      AbortSignal.timeout(15_000),
    );
    await speaksAndHears(calling);
    const [inbound] = (await api.listCalls({ limit: 1 })).calls;
    await api.hangUpCall({ call_id: inbound?.call_id ?? '' });
    expect(await calling.ended).toMatchObject({ by: 'far' });
    const heard = async (call_id: string) => (await api.getCall({ call_id })).quality?.packets_received ?? 0;
    await expect.poll(() => heard(inbound?.call_id ?? ''), soon).toBeGreaterThan(10);

    const { call_id } = await api.createCall({
      body: { to: `sip:kitchen@${natAddress}:${telephone.port}`, agent_id: 'receptionist' },
    });
    await expect.poll(() => telephone.ringing.length, soon).toBe(1);
    const called = await telephone.ringing[0]?.answer();
    if (called === undefined) throw new Error('It rang.');
    await speaksAndHears(called);
    called.hangUp('completed');
    await expect.poll(() => heard(call_id), soon).toBeGreaterThan(10);
    expect(telephone.errors).toEqual([]);
  },
  120_000,
);

/** Sends quiet sound until the agent was heard for a while. */
async function speaksAndHears(leg: PhoneLeg): Promise<void> {
  const quiet = new Int16Array(FRAME_SAMPLES);
  const heard = Promise.withResolvers<void>();
  let audibleFrames = 0;
  leg.listen({
    frame(frame) {
      leg.write(quiet);
      audibleFrames += rmsDbfs(frame) < audibleDbfs ? 0 : 1;
      if (audibleFrames >= 20) heard.resolve();
    },
    digit() {},
  });
  const tooLong = setTimeout(() => heard.reject(new Error('The agent was not heard for 20 s.')), 20_000);
  try {
    await heard.promise;
  } finally {
    clearTimeout(tooLong);
    leg.listen(undefined);
  }
}
