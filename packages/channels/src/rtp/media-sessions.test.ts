import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Digit, Pcm } from '@parley/engine/ports/audio.ts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { freePortRange } from '../testing/peers/free-ports.ts';
import type { CodecName } from './codecs.ts';
import type { MediaEvent, MediaSession, MediaSessionOptions } from './media-session.ts';
import { createMediaSessions, type MediaSessionsOptions } from './media-sessions.ts';
import { buildRtp } from './rtp-packet.ts';

const clock = createSystemClock();
/** Of the tests that run now. */
let threads = 0;
const cleanUps: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function start(options: Partial<MediaSessionsOptions> = {}) {
  const errors: unknown[] = [];
  const sessions = createMediaSessions({
    clock,
    onError: (error) => errors.push(error),
    bindAddress: '127.0.0.1',
    ports: { from: 30_000, to: 39_999 },
    threads,
    ...options,
  });
  cleanUps.push(async () => {
    await sessions.close();
    expect(sessions.inUse).toBe(0);
    expect(errors).toEqual([]);
  });
  return sessions;
}

function open(options: Partial<MediaSessionOptions> & Partial<MediaSessionsOptions> = {}) {
  return start(options).open({ srtp: 'off', remoteAddress: '127.0.0.1', onEvent: () => {}, ...options });
}

/** One calls, the other answers. */
async function call(options: Partial<MediaSessionOptions> & { codecs?: readonly CodecName[] } = {}) {
  const caller = await open(options);
  const callee = await open(options);
  caller.takeAnswer(callee.answerOffer(caller.createOffer()));
  return { caller, callee };
}

function listenTo(session: MediaSession) {
  const frames: Pcm[] = [];
  const digits: Digit[] = [];
  session.listen({ frame: (frame) => frames.push(frame), digit: (digit) => digits.push(digit) });
  return { frames, digits };
}

/** A tone, written frame by frame as the driver does. */
function sing(session: MediaSession, hz = 440): () => void {
  let n = 0;
  const stop = clock.everyFrame(() => {
    session.write(Int16Array.from({ length: 320 }, () => 8000 * Math.sin((2 * Math.PI * hz * n++) / 16_000)));
  });
  cleanUps.push(stop);
  return stop;
}

const rms = (frame: Pcm) => Math.sqrt(frame.reduce((sum, sample) => sum + sample * sample, 0) / frame.length);
const isLoud = (frame: Pcm | undefined) => frame !== undefined && frame.length === 320 && rms(frame) > 4000;
const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 3000, interval: 10 });

describe.each([
  { where: 'in this thread', threads: 0 },
  { where: 'in a thread of its own', threads: 1 },
])('the sound of calls $where', ({ threads: count }) => {
  beforeEach(() => {
    threads = count;
  });

  test.each([
    { codecs: ['PCMU'], srtp: 'off' },
    { codecs: ['PCMA'], srtp: 'off' },
    { codecs: ['G722'], srtp: 'off' },
    { codecs: ['opus'], srtp: 'off' },
    { codecs: ['PCMU'], srtp: 'offered' },
    { codecs: ['opus'], srtp: 'required' },
  ] as const)('two who agree on $codecs with SRTP $srtp hear each other', async (options) => {
    const { caller, callee } = await call(options);
    const ears = [listenTo(caller), listenTo(callee)];
    sing(caller);
    sing(callee, 700);
    await until(() => ears.every(({ frames }) => isLoud(frames.at(-1))));
    expect(caller.figures()).toMatchObject({ codec: options.codecs[0], packetsLost: 0 });
    expect(caller.line).toBe({ PCMU: 'mulaw', PCMA: 'alaw', G722: 'wide', opus: 'wide' }[options.codecs[0]]);
  });

  test('between speech the line is kept alive with silence', async () => {
    const { caller, callee } = await call();
    await until(() => callee.figures().packetsReceived > 10);
    await until(() => caller.figures().packetsSent > 10);
    const { frames } = listenTo(callee);
    await until(() => frames.length > 5);
    expect(frames.every((frame) => rms(frame) === 0)).toBe(true);
  });

  test('keys are heard once each, in order, and speech pauses for them', async () => {
    const { caller, callee } = await call();
    const { digits } = listenTo(callee);
    sing(caller);
    await caller.sendDigits(['1', '1', '#'], new AbortController().signal);
    await until(() => digits.length === 3);
    expect(digits).toEqual(['1', '1', '#']);
    expect(callee.figures().packetsLost).toBe(0);
  });

  test('keys that are no more wanted are let go, and those of a call that ended fail', async () => {
    const { caller, callee } = await call();
    const { digits } = listenTo(callee);
    const control = new AbortController();
    const aborted = caller.sendDigits(['5', '6'], control.signal);
    await until(() => digits.length === 1);
    control.abort(new Error('changed my mind'));
    await expect(aborted).rejects.toThrow('changed my mind');
    const ended = caller.sendDigits(['7'], new AbortController().signal);
    caller.close();
    await expect(ended).rejects.toMatchObject({ code: 'ended' });
    expect(digits).toEqual(['5']);
  });

  test('who is put on hold sends nothing, hears nothing, and is told; and then goes on', async () => {
    const events: MediaEvent[] = [];
    const caller = await open({ onEvent: (event) => events.push(event) });
    const callee = await open();
    caller.takeAnswer(callee.answerOffer(caller.createOffer()));
    const frames: Pcm[] = [];
    const told: boolean[] = [];
    caller.listen({ frame: (frame) => frames.push(frame), digit() {}, held: (isHeld) => told.push(isHeld) });
    sing(callee);
    sing(caller);
    await until(() => isLoud(frames.at(-1)));
    callee.takeAnswer(caller.answerOffer(callee.createOffer('sendonly')));
    expect(caller.isHeld).toBe(true);
    expect(callee.isHeld).toBe(false);
    // What was on its way is over, and told.
    const before = frames.length;
    await until(() => frames.length > before + 10);
    const sent = caller.figures().packetsSent;
    const heard = frames.length;
    await until(() => frames.length > heard + 10);
    expect(frames.slice(heard).every((frame) => rms(frame) === 0)).toBe(true);
    expect(caller.figures().packetsSent).toBe(sent);
    callee.takeAnswer(caller.answerOffer(callee.createOffer('sendrecv')));
    await until(() => isLoud(frames.at(-1)));
    expect(events).toEqual([
      { type: 'hold', isHeld: true },
      { type: 'hold', isHeld: false },
    ]);
    expect(told).toEqual([true, false]);
  });

  test('who begins to listen to a call that is on hold is told so', async () => {
    const { caller, callee } = await call();
    callee.takeAnswer(caller.answerOffer(callee.createOffer('inactive')));
    const told: boolean[] = [];
    caller.listen({ frame() {}, digit() {}, held: (isHeld) => told.push(isHeld) });
    await until(() => told.length > 0);
    expect(told).toEqual([true]);
  });

  test('the codec changes in mid-call by a new offer', async () => {
    const caller = await open({ codecs: ['PCMU', 'opus'] });
    const callee = await open({ codecs: ['PCMU', 'opus'] });
    caller.takeAnswer(callee.answerOffer(caller.createOffer()));
    const { frames } = listenTo(callee);
    sing(caller);
    await until(() => isLoud(frames.at(-1)));
    const opusOnly = callee
      .createOffer()
      .replace(/m=audio (\d+) RTP\/AVP .*/, 'm=audio $1 RTP/AVP 111 110')
      .replace(/a=rtpmap:(0|101|13) .*\r\n/g, '');
    callee.takeAnswer(caller.answerOffer(opusOnly));
    expect(caller.figures().codec).toBe('opus');
    frames.length = 0;
    await until(() => isLoud(frames.at(-1)));
    expect(callee.line).toBe('wide');
  });

  test('nobody is heard before something was negotiated', async () => {
    const session = await open();
    const port = Number(/m=audio (\d+)/.exec(session.createOffer())?.[1]);
    const stranger = await telephone('127.0.0.1');
    await stranger.speak(port, 5);
    expect(session.figures().packetsReceived).toBe(0);
  });

  test('behind a NAT the far side is found where its packets come from, and then nobody can take its place', async () => {
    const session = await open();
    const { frames } = listenTo(session);
    // It says that it is at 10.0.0.5; it signals, and speaks, from 127.0.0.1.
    const answer = session.answerOffer(offer('10.0.0.5', 40_000));
    const port = Number(/m=audio (\d+)/.exec(answer)?.[1]);
    const nat = await telephone('127.0.0.1');
    const stranger = await telephone('127.0.0.2');
    await stranger.speak(port, 5);
    expect(session.figures().packetsReceived).toBe(0);
    await nat.speak(port, 10);
    await until(() => frames.some(isLoud));
    await until(() => nat.received > 5);
    // The first only said where to listen.
    await until(() => session.figures().packetsReceived === 9);
    const received = session.figures().packetsReceived;
    const sameHost = await telephone('127.0.0.1');
    await sameHost.speak(port, 5);
    await stranger.speak(port, 5);
    expect(session.figures().packetsReceived).toBe(received);
    expect(stranger.received + sameHost.received).toBe(0);
  });

  test('with SRTP whoever has the key is the far side, wherever the packets come from', async () => {
    const caller = await open({ srtp: 'required' });
    const callee = await open({ srtp: 'required' });
    const wrongPort = caller
      .createOffer()
      .replace('127.0.0.1', '10.0.0.5')
      .replace(/c=IN IP4 \S+/, 'c=IN IP4 10.0.0.5');
    caller.takeAnswer(callee.answerOffer(wrongPort));
    const { frames } = listenTo(callee);
    sing(caller);
    await until(() => isLoud(frames.at(-1)));
  });

  test('who falls silent is noticed, again and again', async () => {
    const events: MediaEvent[] = [];
    const sessions = start({ silentAfterMs: 100 });
    const session = await sessions.open({
      srtp: 'off',
      remoteAddress: '127.0.0.1',
      onEvent: (event) => events.push(event),
    });
    session.answerOffer(offer('127.0.0.1', 40_002));
    await until(() => events.length >= 2);
    const [first, second] = events;
    expect(first?.type === 'silent' && first.forMs).toBeGreaterThanOrEqual(100);
    expect(second?.type === 'silent' && second.forMs).toBeGreaterThanOrEqual(200);
  });

  test('who puts us on hold and goes away is noticed too', async () => {
    const events: MediaEvent[] = [];
    const session = await open({ silentAfterMs: 100, onEvent: (event) => events.push(event) });
    session.answerOffer(`${offer('127.0.0.1', 40_002)}a=inactive\r\n`);
    await until(() => events.filter(({ type }) => type === 'silent').length >= 2);
    expect(session.isHeld).toBe(true);
  });

  test.skipIf(!Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1')))(
    'by IPv6 as by IPv4, whichever the far side signals by (skipped where there is no IPv6)',
    async () => {
      const sessions = createMediaSessions({ clock, onError: () => {}, ports: { from: 30_000, to: 39_999 }, threads });
      cleanUps.push(() => sessions.close());
      for (const [remoteAddress, written] of [
        ['::1', 'c=IN IP6 ::1\r\n'],
        ['::ffff:127.0.0.1', 'c=IN IP4 127.0.0.1\r\n'],
      ] as const) {
        const options = { srtp: 'off', remoteAddress, onEvent: () => {} } as const;
        const [caller, callee] = [await sessions.open(options), await sessions.open(options)];
        const offered = caller.createOffer();
        expect(offered).toContain(written);
        caller.takeAnswer(callee.answerOffer(offered));
        await until(() => callee.figures().packetsReceived > 5 && caller.figures().packetsReceived > 5);
      }
    },
  );

  test('a listener that throws is told of, and the call goes on both ways', async () => {
    const errors: unknown[] = [];
    const sessions = createMediaSessions({
      clock,
      onError: (error) => errors.push(error),
      bindAddress: '127.0.0.1',
      ports: { from: 30_000, to: 39_999 },
      threads,
    });
    cleanUps.push(() => sessions.close());
    const options = { srtp: 'off', remoteAddress: '127.0.0.1', onEvent: () => {} } as const;
    const [caller, callee] = [await sessions.open(options), await sessions.open(options)];
    caller.takeAnswer(callee.answerOffer(caller.createOffer()));
    const broken = () => {
      throw new Error('no ears');
    };
    callee.listen({ frame: broken, digit: broken });
    await caller.sendDigits(['1'], new AbortController().signal);
    const received = caller.figures().packetsReceived;
    await until(() => errors.length > 10 && caller.figures().packetsReceived > received + 5);
  });

  test('ports are never given twice, and the want of them is told', async () => {
    const from = (await freePortRange(6)) + 1;
    const sessions = start({ ports: { from, to: from + 5 } });
    const options = { srtp: 'off', remoteAddress: '127.0.0.1', onEvent: () => {} } as const;
    const first = await sessions.open(options);
    await sessions.open(options);
    await expect(sessions.open(options)).rejects.toMatchObject({ code: 'no_port' });
    first.close();
    first.close();
    await until(() => sessions.inUse === 1);
    await sessions.open(options);
  });

  test('of a thousand calls nothing is left', async () => {
    // Files of tests share their process.
    const udpSockets = () => process.getActiveResourcesInfo().filter((name) => name.includes('UDP')).length;
    const before = udpSockets();
    const sessions = start();
    for (let round = 0; round < 20; round += 1) {
      const opened = await Promise.all(
        Array.from({ length: 50 }, () => sessions.open({ srtp: 'off', remoteAddress: '127.0.0.1', onEvent: () => {} })),
      );
      for (const session of opened) {
        session.answerOffer(offer('127.0.0.1', 40_004));
        session.listen({ frame() {}, digit() {} });
        session.close();
      }
    }
    await sessions.close();
    expect(sessions.inUse).toBe(0);
    await vi.waitFor(() => expect(udpSockets()).toBeLessThanOrEqual(before), { timeout: 3000 });
  });
});

function offer(address: string, port: number): string {
  return [
    'v=0',
    `o=- 1 1 IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    `m=audio ${port} RTP/AVP 0`,
    'a=sendrecv',
    '',
  ].join('\r\n');
}

/** Something with a socket that sends G.711. */
async function telephone(address: string) {
  const socket: Socket = createSocket('udp4');
  const isBound = once(socket, 'listening');
  socket.bind(0, address);
  await isBound;
  cleanUps.push(() => new Promise<void>((resolve) => socket.close(resolve)));
  let received = 0;
  socket.on('message', (bytes) => {
    if (bytes.length === 172) received += 1;
  });
  let sequence = 0;
  return {
    get received() {
      return received;
    },
    /** So many packets, 20 ms apart. */
    speak(port: number, packets: number) {
      return new Promise<void>((resolve) => {
        let left = packets;
        const stop = clock.everyFrame(() => {
          sequence += 1;
          const payload = new Uint8Array(160).map((_, n) => (n % 20 < 10 ? 0x90 : 0x10));
          const packet = { marker: false, payloadType: 0, sequence, timestamp: sequence * 160, ssrc: 7, payload };
          socket.send(buildRtp(packet), port, '127.0.0.1');
          left -= 1;
          if (left > 0) return;
          stop();
          resolve();
        });
        cleanUps.push(stop);
      });
    },
  };
}
