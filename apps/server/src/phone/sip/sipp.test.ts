import { freePort, freePortRange } from '@parley/channels/testing/peers/free-ports.ts';
import { hasSipp, runSipp, type SippOptions, type SippResult, startSipp } from '@parley/channels/testing/peers/sipp.ts';
import {
  cancelScenario,
  holdScenario,
  infoKeyScenario,
  lateOfferScenario,
  prackScenario,
  sessionTimerScenario,
  shortTimerScenario,
  strangeCodecScenario,
} from '@parley/channels/testing/peers/sipp-calls.ts';
import { callerScenario, floodScenario, refusedScenario } from '@parley/channels/testing/peers/sipp-scenarios.ts';
import type { ParleyClient } from '@parley/client/create-client.ts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { adminClient, adminEnv } from '../../testing/admin-client.ts';
import { metricOf, metricsEnv } from '../../testing/server-metrics.ts';
import { type ServerProcess, startServerProcess, takesCallsLate, typedOnly } from '../../testing/server-process.ts';

// SIPp, which says exactly what it is told to and minds every answer, against a real server.
describe.skipIf(!hasSipp)('SIPp', () => {
  let server: ServerProcess;
  let team: ParleyClient;
  beforeAll(async () => {
    const firstPort = await freePortRange(60);
    server = await startServerProcess({
      env: {
        ...typedOnly,
        ...takesCallsLate,
        ...adminEnv,
        ...metricsEnv,
        HOST: '127.0.0.1',
        SIP_PORT: '0',
        RTP_PORTS: `${firstPort}-${firstPort + 59}`,
        VOICE_DETECTOR: 'light',
      },
    });
    team = await adminClient(server.url);
  });
  afterAll(() => server?.stop());

  const caller = async (address = '127.0.0.71'): Promise<Omit<SippOptions, 'scenario'>> => ({
    target: `127.0.0.1:${server.sipPort}`,
    service: 'receptionist',
    address,
    port: await freePort(address),
    mediaPort: await freePortRange(60, address),
    calls: 1,
    timeoutMs: 20_000,
  });
  const expectAll = (result: SippResult, calls: number) =>
    expect(result, result.errors).toMatchObject({ exitCode: 0, succeeded: calls, failed: 0 });
  /** Nothing of any call is left: no port, no dialog. */
  const expectNothingLeft = () =>
    vi.waitUntil(async () => (await gauge('parley_rtp_port_pairs')) + (await gauge('parley_sip_dialogs')) === 0, {
      timeout: 10_000,
      interval: 100,
    });
  const gauge = (name: string) => metricOf(server.url, name);
  const lastCall = async () => (await team.listCalls({ limit: 1 })).calls[0];

  it.each(['udp', 'tcp'] as const)(
    'twenty callers by %s are answered, and nothing of them is left',
    async (transport) => {
      const result = await runSipp({
        ...(await caller()),
        scenario: callerScenario(),
        transport,
        calls: 20,
        callsPerSecond: 20,
        durationMs: 300,
      });
      expectAll(result, 20);
      expect(result.responseTimesMs).toHaveLength(20);
      await expectNothingLeft();
      await vi.waitUntil(async () => (await lastCall())?.status === 'completed');
      expect(await lastCall()).toMatchObject({ channel: 'sip', to: 'receptionist', from: 'caller', ended_by: 'far' });
    },
  );

  it.each([
    ['gives up while it rings, and is told 487', cancelScenario],
    ['holds, resumes with the other law, and is answered each time', holdScenario],
    ['insists that ringing is acknowledged (100rel)', prackScenario],
    ['agrees on a session timer and refreshes it by UPDATE', sessionTimerScenario],
    ['wants a session timer of 20 seconds, and is told the shortest', shortTimerScenario],
    ['offers nothing, and answers in the ACK', lateOfferScenario],
    ['speaks no codec of ours, and is told 488', strangeCodecScenario],
    ['presses a key by INFO', () => infoKeyScenario('5')],
  ])('a caller who %s', async (_, scenario) => {
    expectAll(await runSipp({ ...(await caller()), scenario: scenario() }), 1);
    await expectNothingLeft();
  });

  it('a caller who gave up is recorded so', async () => {
    expectAll(await runSipp({ ...(await caller()), scenario: cancelScenario() }), 1);
    await vi.waitUntil(async () => (await lastCall())?.status === 'canceled', { timeout: 5_000, interval: 50 });
  });

  it('with every tenth message lost all calls are answered and ended', async () => {
    const result = await runSipp({
      ...(await caller()),
      scenario: callerScenario(),
      calls: 20,
      callsPerSecond: 20,
      durationMs: 500,
      lostPercent: 10,
      timeoutMs: 40_000,
    });
    expectAll(result, 20);
    expect(result.retransmissions).toBeGreaterThan(0);
    await expectNothingLeft();
  }, 60_000);

  it('a flood from one address leaves calls of others alone', async () => {
    const flood = await startSipp({
      ...(await caller('127.0.0.72')),
      scenario: floodScenario(),
      calls: 3_000,
      callsPerSecond: 500,
    });
    onTestFinished(() => flood.stop());
    await vi.waitUntil(async () => (await flood.figures()).created > 500, { timeout: 10_000, interval: 50 });
    const calls = await runSipp({
      ...(await caller()),
      scenario: callerScenario(),
      calls: 10,
      callsPerSecond: 5,
      durationMs: 200,
    });
    expectAll(calls, 10);
    // An INVITE that is lost comes again after half a second, and SIPp and the flood share this machine with it: most are quick all the same.
    const quick = calls.responseTimesMs.filter((ms) => ms < 2_000);
    expect(quick.length).toBeGreaterThan(calls.responseTimesMs.length / 2);
    await flood.stop();
  });

  it('a number that nobody set up is answered while there is none, and 404 once there is one', async () => {
    expectAll(await runSipp({ ...(await caller()), scenario: callerScenario(), service: '4711', durationMs: 200 }), 1);
    const { phone_number_id } = await team.createPhoneNumber({ body: { number: '+35315550188', agent_id: 'hotel' } });
    expectAll(await runSipp({ ...(await caller()), scenario: refusedScenario(404), service: '4711' }), 1);
    expectAll(
      await runSipp({ ...(await caller()), scenario: callerScenario(), service: '0035315550188', durationMs: 200 }),
      1,
    );
    await team.deletePhoneNumber({ phone_number_id });
    await expectNothingLeft();
  });
});
