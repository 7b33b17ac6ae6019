import { rm } from 'node:fs/promises';
import { decodeWav } from '@parley/engine/audio/wav.ts';
import { expect, it, onTestFinished } from 'vitest';
import { hasBaresip, startBaresip } from './baresip.ts';
import { hasOpenssl, makeCertificate } from './certificate.ts';
import { freePort, freePortRange } from './free-ports.ts';
import { hasKamailio, startKamailio } from './kamailio.ts';
import { peerFolder, until } from './peer-process.ts';
import { hasSipp, startSipp } from './sipp.ts';
import { calleeScenario } from './sipp-scenarios.ts';

const itWithPeers = it.skipIf(!hasBaresip || !hasKamailio || !hasSipp || !hasOpenssl);

itWithPeers(
  'a telephone calls by TLS through the proxy, hears itself from the far end, presses a key and hangs up',
  async () => {
    const own = <T extends { stop(): Promise<void> }>(one: T): T => {
      onTestFinished(() => one.stop());
      return one;
    };
    const [phoneAddress, proxyAddress, calleeAddress] = ['127.0.0.51', '127.0.0.52', '127.0.0.53'];
    const folder = await peerFolder('certificate');
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const calleePort = await freePort(calleeAddress);
    const callee = own(
      await startSipp({
        scenario: calleeScenario(),
        address: calleeAddress,
        port: calleePort,
        mediaPort: await freePortRange(8, calleeAddress),
        more: ['-rtp_echo'],
      }),
    );
    const tlsPort = await freePort(proxyAddress);
    const replica = `sip:${calleeAddress}:${calleePort};transport=udp`;
    const proxy = own(
      await startKamailio({
        listen: [`udp:${proxyAddress}:${await freePort(proxyAddress)}`, `tls:${proxyAddress}:${tlsPort}`],
        replicas: [replica],
        tls: await makeCertificate(folder, proxyAddress),
      }),
    );
    await until('the replica was asked', async () => (await proxy.replicaStates()).get(replica) === 'AP');
    // A tone for two seconds, so that what comes back is not silence.
    const tone = Int16Array.from({ length: 16_000 }, (_, n) => 8_000 * Math.sin((2 * Math.PI * 440 * n) / 8_000));
    const phone = own(
      await startBaresip({
        address: phoneAddress,
        microphone: tone,
        codec: 'PCMU',
        transport: 'tls',
        outboundProxy: `sip:${proxyAddress}:${tlsPort};transport=tls`,
      }),
    );
    await phone.dial(`sip:someone@${proxyAddress}:${tlsPort};transport=tls`);
    await until('the far end sends', async () => {
      const heard = await phone.heard().catch(() => Buffer.alloc(0));
      return heard.length > 32_000;
    });
    await phone.press('5');
    await phone.hangUp();
    await phone.event('CALL_CLOSED');
    await until('the far end was hung up on', async () => (await callee.figures()).current === 0);
    expect(await callee.figures()).toMatchObject({ invited: 1, failed: 0 });
    const [samples = new Int16Array()] = decodeWav(await phone.heard()).channels;
    expect(samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBeGreaterThan(6_000);
  },
);
