import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Digit, Pcm } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { PhoneLeg } from '../phone/phone-leg.ts';
import { audioSocketKinds, audioSocketMessage, createAudioSocketReader } from './audio-socket-message.ts';
import { createAudioSocketServer } from './audio-socket-server.ts';

const systemClock = createSystemClock();
const uuid = '40325ec2-5efd-4bd3-805f-53576e581d13';
const uuidBytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
const hello = audioSocketMessage(audioSocketKinds.uuid, uuidBytes);

/** 20 ms of a tone in linear samples. */
function tone(rateHz: number, frame = 0): Uint8Array {
  const samples = Int16Array.from({ length: rateHz / 50 }, (_, n) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * 400 * (n + (frame * rateHz) / 50)) / rateHz)),
  );
  return new Uint8Array(samples.buffer);
}

const loudest = (frames: readonly Pcm[]) =>
  frames.reduce((most, frame) => frame.reduce((top, sample) => Math.max(top, Math.abs(sample)), most), 0);

async function listening(options: { readonly clock?: Clock; readonly knows?: (uuid: string) => boolean } = {}) {
  const calls: PhoneLeg[] = [];
  const server = await createAudioSocketServer({
    host: '127.0.0.1',
    port: 0,
    clock: options.clock ?? systemClock,
    describe: (named) =>
      Promise.resolve(
        (options.knows ?? (() => true))(named) ? { from: '+353861234567', to: '+35315550100' } : undefined,
      ),
    onCall: (leg) => void calls.push(leg),
    onGone: () => undefined,
  });
  onTestFinished(() => server.close());
  return { server, calls };
}

/** Asterisk's end of a connection. */
async function asterisk(port: number) {
  const socket = connect({ port, host: '127.0.0.1' });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const messages: { readonly kind: number; readonly payload: Uint8Array }[] = [];
  const reader = createAudioSocketReader();
  socket.on('data', (bytes: Buffer) =>
    reader.read(bytes, (kind, payload) => {
      messages.push({ kind, payload: Uint8Array.from(payload) });
      return true;
    }),
  );
  return { socket, messages };
}

const say = (socket: Socket, kind: number, payload: Uint8Array) => socket.write(audioSocketMessage(kind, payload));

it('a call of Asterisk is heard both ways, its keys are told, and it ends when it hangs up', async () => {
  const { server, calls } = await listening();
  const { socket, messages } = await asterisk(server.port);
  socket.write(hello);
  for (let frame = 0; frame < 3; frame += 1) say(socket, 0x10, tone(8_000, frame));
  await vi.waitUntil(() => calls.length === 1);
  const [leg] = calls;
  expect(leg).toMatchObject({
    kind: 'audio-socket',
    callId: uuid,
    from: '+353861234567',
    to: '+35315550100',
    line: 'mulaw',
  });
  const frames: Pcm[] = [];
  const keys: Digit[] = [];
  leg?.listen({ frame: (frame) => void frames.push(frame), digit: (digit) => void keys.push(digit) });
  for (let frame = 3; frame < 13; frame += 1) say(socket, 0x10, tone(8_000, frame));
  say(socket, audioSocketKinds.digit, Buffer.from('5'));
  await vi.waitUntil(() => frames.length >= 8 && keys.length === 1);
  expect(keys).toEqual(['5']);
  expect(frames.every((frame) => frame.length === 320)).toBe(true);
  expect(loudest(frames)).toBeGreaterThan(7_000);

  leg?.write(new Int16Array(320).fill(3_000));
  await vi.waitUntil(() => messages.some(({ payload }) => payload.length === 320 && payload.some((byte) => byte > 8)));
  // It needs a frame each 20 ms, of silence too.
  const before = messages.length;
  await vi.waitUntil(() => messages.length > before + 5);
  expect(messages.every(({ kind, payload }) => kind === 0x10 && payload.length === 320)).toBe(true);

  say(socket, audioSocketKinds.hangUp, new Uint8Array(0));
  expect(await leg?.ended).toEqual({ by: 'far', reason: 'hung up' });
  await vi.waitUntil(() => server.connections === 0);
});

it('when we hang up Asterisk is told, and keys that were to be pressed are not', async () => {
  const { server, calls } = await listening();
  const { socket, messages } = await asterisk(server.port);
  socket.write(hello);
  say(socket, 0x10, tone(8_000));
  await vi.waitUntil(() => calls.length === 1);
  const [leg] = calls;
  const pressing = leg?.sendDigits(['1', '2', '3'], new AbortController().signal);
  const failed = expect(pressing).rejects.toMatchObject({ code: 'ended' });
  leg?.hangUp('completed');
  await failed;
  await once(socket, 'end');
  expect(messages.at(-1)).toEqual({ kind: audioSocketKinds.hangUp, payload: new Uint8Array(0) });
  expect(await leg?.ended).toEqual({ by: 'here', reason: 'completed' });
});

it('sound of 16 kHz stays as wide as it is, both ways', async () => {
  const { server, calls } = await listening();
  const { socket, messages } = await asterisk(server.port);
  socket.write(hello);
  say(socket, 0x12, tone(16_000));
  await vi.waitUntil(() => calls.length === 1);
  expect(calls[0]?.line).toBe('wide');
  await vi.waitUntil(() => messages.length > 0);
  expect(messages[0]).toMatchObject({ kind: 0x12 });
  expect(messages[0]?.payload.length).toBe(640);
});

it('a connection of an unknown call is closed, and so is one that says something else', async () => {
  const { server, calls } = await listening({ knows: () => false });
  const unknown = await asterisk(server.port);
  unknown.socket.write(hello);
  const scanner = await asterisk(server.port);
  // Three bytes of a header, and as many more as it then announces.
  scanner.socket.write(`GET / HTTP/1.1\r\n${'x'.repeat(0x45_54)}`);
  await vi.waitUntil(() => server.connections === 0);
  expect(calls).toEqual([]);
});

it('one who says nothing at all is let go after five seconds', async () => {
  const woken: { readonly atMs: number; readonly callback: () => void }[] = [];
  const clock: Clock = {
    ...systemClock,
    nowMs: () => 0,
    wakeAt(atMs, callback) {
      woken.push({ atMs, callback });
      return () => undefined;
    },
  };
  const { server } = await listening({ clock });
  await asterisk(server.port);
  await vi.waitUntil(() => woken.length === 1);
  expect(woken[0]?.atMs).toBe(5_000);
  woken[0]?.callback();
  await vi.waitUntil(() => server.connections === 0);
});

it('messages are the same however TCP cuts them', () => {
  const whole = Buffer.concat([hello, audioSocketMessage(0x10, tone(8_000)), audioSocketMessage(3, Buffer.from('#'))]);
  const read = (size: number) => {
    const reader = createAudioSocketReader();
    const seen: string[] = [];
    for (let at = 0; at < whole.length; at += size) {
      reader.read(whole.subarray(at, at + size), (kind, payload) => {
        seen.push(`${kind}:${Buffer.from(payload).toString('hex')}`);
        return true;
      });
    }
    return seen;
  };
  const expected = read(whole.length);
  expect(expected).toHaveLength(3);
  for (const size of [1, 2, 3, 7, 100, 322, 323, 324]) expect(read(size)).toEqual(expected);
});

it('10,000 mutated streams neither break it nor stay', async () => {
  const { server, calls } = await listening();
  const whole = Buffer.concat([hello, audioSocketMessage(0x10, tone(8_000)), audioSocketMessage(0x10, tone(8_000, 1))]);
  // A generator of one's own, so that a failure comes back with the same numbers.
  let seed = 1;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 4_294_967_296) * below);
  };
  let seen = 0;
  for (let run = 0; run < 10_000; run += 1) {
    const mutated = Uint8Array.from(whole.subarray(0, 1 + random(whole.length)));
    for (let change = 0; change < 4; change += 1) mutated[random(mutated.length)] = random(256);
    // Those that go over the wire are few, for time's sake; the reader gets all.
    createAudioSocketReader().read(mutated, () => {
      seen += 1;
      return random(50) > 0;
    });
    if (run % 100 > 0) continue;
    const socket = connect({ port: server.port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.resume();
    socket.end(mutated);
    await once(socket, 'close');
  }
  expect(seen).toBeGreaterThan(1_000);
  await vi.waitUntil(() => server.connections === 0, { timeout: 10_000 });
  await Promise.all(calls.map((leg) => leg.ended));
});
