import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Digit, Pcm } from '@parley/engine/ports/audio.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PhoneLeg } from '../phone/phone-leg.ts';
import { createSipEndpoint } from '../sip/create-sip-endpoint.ts';
import { createSystemResolver } from '../sip/location/resolver.ts';
import { createSipLocator } from '../sip/location/sip-locator.ts';
import { createSipTransport } from '../sip/transport/create-sip-transport.ts';
import { type BaresipOptions, hasBaresip, startBaresip } from '../testing/peers/baresip.ts';
import { freePortRange } from '../testing/peers/free-ports.ts';
import { until } from '../testing/peers/peer-process.ts';
import type { MediaSessionOptions } from './media-session.ts';
import { createMediaSessions } from './media-sessions.ts';

const OURS = '127.0.0.81';
/** Where baresip's sound leaves from, whatever address it is told to use. */
const TELEPHONE = '127.0.0.1';

const tone = Int16Array.from({ length: 80_000 }, (_, n) => 8000 * Math.sin((2 * Math.PI * 440 * n) / 8000));

/** Answers with a tone of its own, and keeps what it hears. */
async function singingEnd(srtp: MediaSessionOptions['srtp']) {
  const clock = createSystemClock();
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const from = await freePortRange(20, OURS);
  const media = createMediaSessions({ clock, onError, bindAddress: OURS, ports: { from, to: from + 19 } });
  const legs: PhoneLeg[] = [];
  const frames: Pcm[] = [];
  const digits: Digit[] = [];
  const answered = (leg: PhoneLeg) => {
    legs.push(leg);
    leg.listen({ frame: (frame) => frames.push(frame), digit: (digit) => digits.push(digit) });
    let n = 0;
    const stop = clock.everyFrame(() =>
      leg.write(Int16Array.from({ length: 320 }, () => 8000 * Math.sin((2 * Math.PI * 700 * n++) / 16_000))),
    );
    onTestFinished(stop);
  };
  const endpoint = await createSipEndpoint({
    openTransport: (events) =>
      createSipTransport({ ...events, clock, listen: [{ protocol: 'udp', address: OURS, port: 0 }] }),
    media,
    clock,
    locator: createSipLocator({ resolver: createSystemResolver(), clock }),
    domain: OURS,
    userAgent: 'parley',
    srtp,
    onCall: (call) => void call.answer().then(answered, onError),
    onError,
  });
  onTestFinished(async () => {
    await endpoint.close();
    await media.close();
    expect(media.inUse).toBe(0);
  });
  return { uri: `sip:desk@${OURS}:${endpoint.listening[0]?.port}`, legs, frames, digits, errors };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** How much louder the tone is than all that is not it. */
function purityDb(samples: Pcm, hz: number, rateHz: number): number {
  const parts = [Math.sin, Math.cos].map((wave) => {
    const shape = Float64Array.from(samples, (_, n) => wave((2 * Math.PI * hz * n) / rateHz));
    const share = samples.reduce((sum, sample, n) => sum + sample * (shape[n] ?? 0), 0) / (samples.length / 2);
    return shape.map((value) => value * share);
  });
  let tonePower = 0;
  let restPower = 0;
  for (const [n, sample] of samples.entries()) {
    const value = (parts[0]?.[n] ?? 0) + (parts[1]?.[n] ?? 0);
    tonePower += value * value;
    restPower += (sample - value) ** 2;
  }
  return 10 * Math.log10(tonePower / restPower);
}

async function telephone(options: Partial<BaresipOptions>) {
  const phone = await startBaresip({ address: TELEPHONE, microphone: tone, codec: 'PCMU', ...options });
  onTestFinished(() => phone.stop());
  return phone;
}

describe.skipIf(!hasBaresip)('a real telephone (skipped where baresip is not installed)', () => {
  it.each([
    { codec: 'PCMU', srtp: true },
    { codec: 'PCMA', srtp: false },
    { codec: 'G722', srtp: false },
    { codec: 'opus', srtp: false },
    { codec: 'opus', srtp: true },
  ] as const)('is heard with $codec (SRTP: $srtp), hears, and presses keys', async ({ codec, srtp }) => {
    const end = await singingEnd(srtp ? 'required' : 'off');
    const phone = await telephone({ codec, srtp, keys: 'rtp' });
    await phone.dial(end.uri);
    await until('its tone is heard', async () => rmsDbfs(end.frames.at(-1) ?? new Int16Array(1)) > -20);
    await until('it hears ours', async () => (await phone.heard().catch(() => Buffer.alloc(0))).length > 32_000);
    const spoken = end.frames.slice(-20);
    await phone.press('5');
    await phone.press('#');
    await until('the keys came', async () => end.digits.length === 2);
    expect(end.digits).toEqual(['5', '#']);
    // A decoder that is only nearly right sounds as loud, but not as clean.
    expect(median(spoken.map((frame) => purityDb(frame, 440, 16_000)))).toBeGreaterThan(20);
    const heard = await phone.heard();
    const [channels, rateHz] = [heard.readUInt16LE(22), heard.readUInt32LE(24)];
    const length = rateHz / 50;
    const first = heard.length / 2 - 20 * length * channels;
    const frames = Array.from({ length: 20 }, (_, k) =>
      Int16Array.from({ length }, (_, n) => heard.readInt16LE(2 * Math.floor(first + (k * length + n) * channels))),
    );
    expect(median(frames.map((frame) => purityDb(frame, 700, rateHz)))).toBeGreaterThan(20);
    const figures = end.legs[0]?.figures();
    expect(figures).toMatchObject({ codec, packetsLost: 0 });
    expect(end.errors).toEqual([]);
  });

  it('reports how it hears us', async () => {
    const end = await singingEnd('off');
    const phone = await telephone({});
    await phone.dial(end.uri);
    await until('its report came', async () => end.legs[0]?.figures().far !== undefined);
    expect(end.legs[0]?.figures().far?.lostShare).toBeLessThan(0.05);
    expect(end.errors).toEqual([]);
  });
});
