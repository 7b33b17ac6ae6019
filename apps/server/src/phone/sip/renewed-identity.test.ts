import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { createSipTransport } from '@parley/channels/sip/transport/create-sip-transport.ts';
import { hasOpenssl, makeCertificate } from '@parley/channels/testing/peers/certificate.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { expect, it, onTestFinished } from 'vitest';
import { readIdentity, renewIdentity } from './renewed-identity.ts';

const soon = { timeout: 10_000, interval: 20 };

if (!hasOpenssl) console.warn('openssl is not installed: renewed certificates of SIP are not tested');

it.skipIf(!hasOpenssl)('a certificate that is renewed is shown without a restart, and half of one is not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sip-renewed-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { keyFile: keyPath, certificateFile: certPath } = await makeCertificate(folder, '127.0.0.1');
  const renewed = await anotherCertificate();
  const identity = await readIdentity({ certPath, keyPath });
  const sockets = await createSipTransport({
    ...{ clock: createSystemClock(), listen: [{ protocol: 'tls', address: '127.0.0.1', port: 0 }], tls: identity },
    onMessage: () => {},
    onError: () => {},
  });
  onTestFinished(() => sockets.close());
  const port = sockets.listening[0]?.port ?? 0;
  const problems: unknown[] = [];
  let renewals = 0;
  onTestFinished(
    renewIdentity({ certPath, keyPath }, identity, {
      renew: sockets.renewTls,
      onRenewed: () => {
        renewals += 1;
      },
      onError: (error) => problems.push(error),
      lookMs: 10,
    }),
  );
  const first = await shown(port);

  // The certificate is written before its key.
  await replace(certPath, renewed.cert);
  await expect.poll(() => problems.length, soon).toBe(1);
  expect(await shown(port)).toBe(first);
  expect(renewals).toBe(0);

  await replace(keyPath, renewed.key);
  await expect.poll(() => shown(port), soon).not.toBe(first);
  expect(renewals).toBe(1);
  expect(problems).toHaveLength(1);
});

async function anotherCertificate() {
  const folder = await mkdtemp(join(tmpdir(), 'sip-renewed-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { keyFile: keyPath, certificateFile: certPath } = await makeCertificate(folder, '127.0.0.1');
  return readIdentity({ certPath, keyPath });
}

/** As those who renew certificates do: the file is there at every moment. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

/** By which certificate whoever listens there proves who it is. */
async function shown(port: number): Promise<string> {
  // Nobody vouches for it: it is compared with another.
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate().fingerprint256;
  } finally {
    socket.destroy();
  }
}
