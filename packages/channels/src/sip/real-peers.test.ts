import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Digit } from '@parley/engine/ports/audio.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LegEnd, PhoneLeg } from '../phone/phone-leg.ts';
import { createMediaSessions } from '../rtp/media-sessions.ts';
import { hasBaresip, startBaresip } from '../testing/peers/baresip.ts';
import { freePort, freePortRange } from '../testing/peers/free-ports.ts';
import { until } from '../testing/peers/peer-process.ts';
import { hasSipp, startSipp } from '../testing/peers/sipp.ts';
import { cancelScenario, holdScenario, prackScenario } from '../testing/peers/sipp-calls.ts';
import { calleeScenario, callerScenario } from '../testing/peers/sipp-scenarios.ts';
import { createSipEndpoint } from './create-sip-endpoint.ts';
import { createSystemResolver } from './location/resolver.ts';
import { createSipLocator } from './location/sip-locator.ts';
import type { IncomingSipCall } from './sip-endpoint.ts';
import { createSipTransport } from './transport/create-sip-transport.ts';

const ADDRESS = '127.0.0.71';
/** baresip's sound leaves from here, whatever address it is told to use; sound from elsewhere than negotiated is not taken. */
const TELEPHONE = '127.0.0.1';
const OTHER = '127.0.0.73';

/** An endpoint with real sockets and real sound, which answers and says back what it hears. */
async function echoingEnd(onCall?: (call: IncomingSipCall) => void) {
  const clock = createSystemClock();
  const errors: unknown[] = [];
  const legs: PhoneLeg[] = [];
  const ends: LegEnd[] = [];
  const digits: Digit[] = [];
  const onError = (error: unknown) => errors.push(error);
  const rtpPort = await freePortRange(100, ADDRESS);
  const media = createMediaSessions({
    clock,
    onError,
    bindAddress: ADDRESS,
    ports: { from: rtpPort, to: rtpPort + 99 },
  });
  const echo = (leg: PhoneLeg) => {
    legs.push(leg);
    void leg.ended.then((end) => ends.push(end));
    leg.listen({ frame: (frame) => leg.write(frame), digit: (digit) => digits.push(digit) });
  };
  const endpoint = await createSipEndpoint({
    openTransport: (events) =>
      createSipTransport({
        ...events,
        clock,
        listen: [
          { protocol: 'udp', address: ADDRESS, port: 0 },
          { protocol: 'tcp', address: ADDRESS, port: 0 },
        ],
      }),
    media,
    clock,
    locator: createSipLocator({ resolver: createSystemResolver(), clock }),
    domain: ADDRESS,
    userAgent: 'parley',
    srtp: 'accepted',
    onCall:
      onCall ??
      ((call) => {
        call.ring();
        call.answer().then(echo, () => undefined);
      }),
    onError,
  });
  onTestFinished(async () => {
    await endpoint.close();
    await media.close();
  });
  const port = (protocol: 'udp' | 'tcp') => endpoint.listening.find((peer) => peer.protocol === protocol)?.port ?? 0;
  return { endpoint, media, errors, legs, ends, digits, echo, port };
}

const signal = () => AbortSignal.timeout(20_000);

describe.skipIf(!hasSipp)('SIPp (skipped where sip-tester is not installed)', () => {
  it.each([
    ['calls and hangs up', 'udp', callerScenario(), 40],
    ['calls and hangs up', 'tcp', callerScenario(), 20],
    ['gives up while it rings', 'udp', cancelScenario(), 5],
    ['holds, takes back and changes the codec', 'udp', holdScenario(), 5],
    ['insists on being sure of the ringing', 'udp', prackScenario(), 5],
  ] as const)('%s over %s', async (what, transport, scenario, calls) => {
    // Who gives up while it rings needs somebody who lets it ring.
    const end = await echoingEnd(what.startsWith('gives up') ? (call) => call.ring() : undefined);
    const sipp = await startSipp({
      scenario,
      address: TELEPHONE,
      port: await freePort(TELEPHONE),
      mediaPort: await freePortRange(8, TELEPHONE),
      target: `${ADDRESS}:${end.port(transport)}`,
      transport,
      calls,
      callsPerSecond: 20,
      durationMs: 100,
      timeoutMs: 20_000,
    });
    onTestFinished(() => sipp.stop());
    const result = await sipp.finished;
    expect(result, result.errors).toMatchObject({ exitCode: 0, succeeded: calls, failed: 0 });
    await until('all calls are over', async () => end.endpoint.figures.calls === 0 && end.media.inUse === 0);
    expect(end.endpoint.figures.dialogs).toBe(0);
    expect(end.errors).toEqual([]);
  });

  it('is called, answers and is hung up on', async () => {
    const end = await echoingEnd();
    const port = await freePort(TELEPHONE);
    const mediaPort = await freePortRange(8, TELEPHONE);
    const sipp = await startSipp({ scenario: calleeScenario(), address: TELEPHONE, port, mediaPort, calls: 1 });
    onTestFinished(() => sipp.stop());
    const from = { uri: `sip:agent@${ADDRESS}`, displayName: 'Agent' };
    const leg = await end.endpoint.dial({ uri: `sip:bob@${TELEPHONE}:${port}`, from }, signal());
    leg.hangUp('completed');
    expect(await sipp.finished).toMatchObject({ exitCode: 0 });
  });
});

describe.skipIf(!hasBaresip)('a telephone (skipped where baresip is not installed)', () => {
  /** Two seconds of a tone, then silence. */
  const tone = Int16Array.from({ length: 16_000 }, (_, n) => 8_000 * Math.sin((2 * Math.PI * 440 * n) / 8_000));
  const telephone = async (options: Partial<Parameters<typeof startBaresip>[0]> = {}) => {
    const phone = await startBaresip({ address: TELEPHONE, microphone: tone, codec: 'PCMU', ...options });
    onTestFinished(() => phone.stop());
    return phone;
  };

  it('calls, hears itself, presses keys by message, holds and comes back, and hangs up', async () => {
    const end = await echoingEnd();
    const phone = await telephone({ keys: 'info' });
    await phone.dial(`sip:desk@${ADDRESS}:${end.port('udp')}`);
    await until('it hears itself', async () => (await phone.heard().catch(() => Buffer.alloc(0))).length > 16_000);
    await phone.press('7');
    await until('the key came', async () => end.digits.length > 0);
    expect(end.digits[0]).toBe('7');
    await phone.hold();
    await phone.resume();
    await until('more was heard', async () => (end.legs[0]?.figures().packetsReceived ?? 0) > 100);
    await phone.hangUp();
    await until('the call is over', async () => end.ends.length === 1);
    expect(end.ends).toMatchObject([{ by: 'far' }]);
    expect(end.errors).toEqual([]);
  });

  it('is called over TCP, answers by itself, and learns that we hung up', async () => {
    const end = await echoingEnd();
    const phone = await telephone({ answers: true, transport: 'tcp' });
    const from = { uri: `sip:agent@${ADDRESS}` };
    const leg = await end.endpoint.dial({ uri: `${phone.uri};transport=tcp`, from }, signal());
    end.echo(leg);
    await phone.event('CALL_ESTABLISHED');
    await until('it is heard', async () => leg.figures().packetsReceived > 20);
    leg.hangUp('completed');
    await phone.event('CALL_CLOSED');
    expect(end.errors).toEqual([]);
  });

  it('is asked to call somebody else, does so, and leaves us', async () => {
    const end = await echoingEnd();
    const phone = await telephone();
    const other = await telephone({ address: OTHER, answers: true });
    await phone.dial(`sip:desk@${ADDRESS}:${end.port('udp')}`);
    const outcome = await end.legs[0]?.refer(other.uri, signal());
    expect(outcome).toEqual({ type: 'answered' });
    await other.event('CALL_ESTABLISHED');
    await until('our part is over', async () => end.ends.length === 1);
    expect(end.errors).toEqual([]);
  });
});
