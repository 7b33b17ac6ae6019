import { rm } from 'node:fs/promises';
import { type BaresipOptions, hasBaresip, startBaresip } from '@parley/channels/testing/peers/baresip.ts';
import { hasOpenssl, makeCertificate } from '@parley/channels/testing/peers/certificate.ts';
import { freePort, freePortRange } from '@parley/channels/testing/peers/free-ports.ts';
import { peerFolder } from '@parley/channels/testing/peers/peer-process.ts';
import { createPhoneEar } from '@parley/channels/testing/peers/phone-ear.ts';
import type { ParleyClient } from '@parley/client/create-client.ts';
import { afterAll, beforeAll, describe, expect, it, type TestContext, vi } from 'vitest';
import { adminClient, adminEnv } from '../../testing/admin-client.ts';
import { metricOf, metricsEnv } from '../../testing/server-metrics.ts';
import { type ServerProcess, startServerProcess, typedOnly } from '../../testing/server-process.ts';

// A real telephone and a real server. What is said are tones, which the scripted parts take for words.
describe.skipIf(!hasBaresip || !hasOpenssl)('a telephone', () => {
  let server: ServerProcess;
  let team: ParleyClient;
  let tlsPort = 0;
  let folder = '';
  const account = { username: 'kitchen', password: 'a-password-of-the-kitchen' };
  beforeAll(async () => {
    folder = await peerFolder('certificate');
    const { keyFile, certificateFile } = await makeCertificate(folder, '127.0.0.1');
    tlsPort = await freePort();
    const firstPort = await freePortRange(60);
    server = await startServerProcess({
      env: {
        ...typedOnly,
        ...adminEnv,
        ...metricsEnv,
        HOST: '127.0.0.1',
        SIP_PORT: '0',
        SIP_TLS_PORT: String(tlsPort),
        SIP_TLS_CERT: certificateFile,
        SIP_TLS_KEY: keyFile,
        SIP_ACCOUNTS: `${account.username}:${account.password}`,
        // The others are strangers. A telephone binds its sound to no address, and loopback then sends it from 127.0.0.1.
        SIP_ALLOW: '127.0.0.1',
        SIP_SRTP: 'accepted',
        RTP_PORTS: `${firstPort}-${firstPort + 59}`,
        VOICE_DETECTOR: 'light',
      },
    });
    team = await adminClient(server.url);
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  let phones = 0;
  /** Each with a name of its own, by which its call is found. */
  const phoneOf = async ({ onTestFinished }: TestContext, options: Partial<BaresipOptions> = {}) => {
    phones += 1;
    const user = options.account?.username ?? `phone-${phones}`;
    const phone = await startBaresip({
      user,
      address: '127.0.0.1',
      microphone: new Int16Array(0),
      codec: 'PCMU',
      ...options,
    });
    onTestFinished(() => phone.stop());
    return { ...phone, user };
  };
  const agent = () => `sip:receptionist@127.0.0.1:${server.sipPort}`;
  const callOf = async (user: string) => (await team.listCalls({})).calls.find(({ from }) => from === user);
  const over = (user: string) =>
    vi.waitUntil(
      async () => {
        const call = await callOf(user);
        return call?.ended_at === null ? undefined : call;
      },
      { timeout: 10_000, interval: 50 },
    );

  it.concurrent.for([
    ['PCMU by UDP', { codec: 'PCMU' }, 'PCMU'],
    ['PCMA by TCP', { codec: 'PCMA', transport: 'tcp' }, 'PCMA'],
    ['Opus by UDP', { codec: 'opus' }, 'opus'],
  ] as const)(
    '%s: is greeted, is understood, and hangs up',
    { timeout: 60_000 },
    async ([, options, codec], context) => {
      const phone = await phoneOf(context, options);
      const ear = createPhoneEar(phone);
      await phone.dial(`${agent()}${'transport' in options ? ';transport=tcp' : ''}`);
      await ear.spokenTo();
      await phone.speak(words());
      await ear.spokenTo();
      await phone.hangUp();
      const call = await over(phone.user);
      expect(call).toMatchObject({ status: 'completed', ended_by: 'far', from: phone.user, to: 'receptionist' });
      expect(call?.quality?.codec.toLowerCase()).toContain(codec.toLowerCase());
      expect(call?.quality?.packets_received).toBeGreaterThan(100);
      expect(call?.quality?.packets_lost).toBeLessThanOrEqual(2);
      const { turns } = await team.getConversation({ conversation_id: call?.conversation_id ?? '' });
      expect(turns.map(({ user }) => user?.text)).toContain('I would like to book a haircut');
    },
  );

  it.concurrent('TLS with encrypted sound: is greeted and understood', async (context) => {
    const phone = await phoneOf(context, { transport: 'tls', srtp: true });
    const ear = createPhoneEar(phone);
    await phone.dial(`sip:receptionist@127.0.0.1:${tlsPort};transport=tls`);
    await ear.spokenTo();
    await phone.speak(words());
    await ear.spokenTo();
    await phone.hangUp();
    expect(await over(phone.user)).toMatchObject({ status: 'completed' });
    // It would not have talked in the clear.
    expect(phone.output()).toContain('srtp');
  }, 60_000);

  it.concurrent('a stranger is let in by password, and not without', async (context) => {
    const unknown = await phoneOf(context, { address: '127.0.0.81' });
    await expect(unknown.dial(agent())).rejects.toThrow('not answered');
    const wrong = await phoneOf(context, {
      address: '127.0.0.81',
      account: { ...account, password: 'another-password' },
    });
    await expect(wrong.dial(agent())).rejects.toThrow('not answered');
    const known = await phoneOf(context, { address: '127.0.0.81', account });
    await known.dial(agent());
    await createPhoneEar(known).spokenTo();
    await known.hangUp();
    expect(await over(known.user)).toMatchObject({ status: 'completed' });
  }, 60_000);

  it.concurrent('holds and comes back, and the call goes on', async (context) => {
    const phone = await phoneOf(context);
    const ear = createPhoneEar(phone);
    await phone.dial(agent());
    await ear.spokenTo();
    await phone.hold();
    await phone.resume();
    await phone.speak(words());
    // By what the agent understood: the telephone writes down no more of what it hears after a hold.
    await vi.waitUntil(
      async () => {
        const conversation_id = (await callOf(phone.user))?.conversation_id ?? '';
        const { turns } = await team.getConversation({ conversation_id });
        return turns.some(({ user }) => user?.text === 'I would like to book a haircut');
      },
      { timeout: 15_000, interval: 100 },
    );
    await phone.hangUp();
    expect(await over(phone.user)).toMatchObject({ status: 'completed', ended_by: 'far' });
  }, 60_000);

  it.concurrent.for(['rtp', 'info'] as const)(
    'presses keys (%s), which the agent takes for digits',
    { timeout: 60_000 },
    async (keys, context) => {
      const phone = await phoneOf(context, { keys });
      const ear = createPhoneEar(phone);
      await phone.dial(agent());
      await ear.spokenTo();
      await phone.press('1');
      await ear.spokenTo();
      await phone.hangUp();
      const call = await over(phone.user);
      const { turns } = await team.getConversation({ conversation_id: call?.conversation_id ?? '' });
      expect(turns.some(({ user }) => user?.modality === 'digits' && user.text === '1')).toBe(true);
    },
  );

  it('nothing is left when all have hung up', async () => {
    await vi.waitUntil(
      async () =>
        (await metricOf(server.url, 'parley_rtp_port_pairs')) + (await metricOf(server.url, 'parley_sip_dialogs')) ===
        0,
      { timeout: 10_000, interval: 100 },
    );
  });
});

/** Two seconds of something like a voice: bursts of a tone, at 8 kHz. */
function words(): Int16Array {
  return Int16Array.from({ length: 16_000 }, (_, n) => {
    const seconds = n / 8_000;
    const syllable = 0.65 - 0.35 * Math.cos(2 * Math.PI * 4 * seconds);
    let buzz = 0;
    for (let harmonic = 1; harmonic <= 10; harmonic += 1) {
      buzz += Math.sin(2 * Math.PI * 120 * harmonic * seconds) / harmonic;
    }
    return Math.round(6_000 * syllable * buzz);
  });
}
