import { freePort, freePortRange } from '@parley/channels/testing/peers/free-ports.ts';
import { hasKamailio, startKamailio } from '@parley/channels/testing/peers/kamailio.ts';
import { until } from '@parley/channels/testing/peers/peer-process.ts';
import { hasSipp, runSipp, startSipp } from '@parley/channels/testing/peers/sipp.ts';
import { callerScenario } from '@parley/channels/testing/peers/sipp-scenarios.ts';
import { expect, it, onTestFinished } from 'vitest';
import { metricOf, metricsEnv } from '../../testing/server-metrics.ts';
import { type ServerProcess, startServerProcess, typedOnly } from '../../testing/server-process.ts';

const proxyAddress = '127.0.0.91';
const callerAddress = '127.0.0.92';
const addresses = ['127.0.0.93', '127.0.0.94'];

// Two real servers behind the Kamailio that is deployed.
it.skipIf(!hasKamailio || !hasSipp)(
  'behind the proxy both servers are called; one that is stopped keeps its calls, and new ones go to the other',
  async () => {
    const servers = await Promise.all(addresses.map(startReplica));
    onTestFinished(async () => {
      await Promise.all(servers.map((server) => server.stop()));
    });
    const [stopped, other] = servers;
    if (stopped === undefined || other === undefined) throw new Error('Two servers were started.');
    const uris = servers.map((server, index) => `sip:${addresses[index]}:${server.sipPort};transport=udp`);
    const port = await freePort(proxyAddress);
    const proxy = await startKamailio({ listen: [`udp:${proxyAddress}:${port}`], replicas: uris });
    onTestFinished(() => proxy.stop());
    await until('both take calls', async () => {
      const states = await proxy.replicaStates();
      return uris.every((uri) => states.get(uri) === 'AP');
    });
    const caller = async () => ({
      scenario: callerScenario(),
      target: `${proxyAddress}:${port}`,
      service: 'receptionist',
      address: callerAddress,
      port: await freePort(callerAddress),
      mediaPort: await freePortRange(4, callerAddress),
    });
    const long = await startSipp({ ...(await caller()), calls: 4, callsPerSecond: 10, durationMs: 10_000 });
    onTestFinished(() => long.stop());
    // It listens at its own address alone.
    const urlOf = (server: ServerProcess) => server.url.replace('localhost', addresses[servers.indexOf(server)] ?? '');
    const callsOf = (server: ServerProcess) => metricOf(urlOf(server), 'parley_sip_dialogs');
    await until('each has two calls', async () => (await callsOf(stopped)) === 2 && (await callsOf(other)) === 2);

    // It answers 503 from now on, to calls and to the proxy's questions.
    process.kill(stopped.pid, 'SIGTERM');
    const after = await runSipp({ ...(await caller()), calls: 4, callsPerSecond: 4, durationMs: 300 });
    expect(after, after.errors).toMatchObject({ succeeded: 4, failed: 0 });
    await until('it is out', async () => ((await proxy.replicaStates()).get(uris[0] ?? '') ?? '').startsWith('I'));
    const result = await long.finished;
    expect(result, result.errors).toMatchObject({ succeeded: 4, failed: 0 });
  },
  120_000,
);

async function startReplica(address: string): Promise<ServerProcess> {
  const firstPort = await freePortRange(20, address);
  return await startServerProcess({
    env: {
      ...typedOnly,
      ...metricsEnv,
      HOST: address,
      SIP_PORT: '0',
      SIP_TRUSTED_PROXIES: proxyAddress,
      RTP_PORTS: `${firstPort}-${firstPort + 19}`,
      VOICE_DETECTOR: 'light',
      DRAIN_SECONDS: '5',
    },
  });
}
