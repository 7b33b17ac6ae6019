import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { afterEach, expect, test, vi } from 'vitest';
import { codecs } from '../codecs.ts';
import { createPortPool } from '../port-pool.ts';
import type { RtpLine, RtpLineEvents } from '../rtp-line.ts';
import type { Agreed } from '../sdp/negotiation.ts';
import { createLinesInThreads } from './lines-in-threads.ts';
import { createSoundThread } from './sound-thread-host.ts';

const clock = createSystemClock();
const cleanUps: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 5000, interval: 10 });
const where = {
  family: 'udp4',
  bindAddress: '127.0.0.1',
  signallingAddress: '127.0.0.1',
  silentAfterMs: 20_000,
} as const;

function agreedWith(port: number): Agreed {
  return {
    codec: codecs.PCMU,
    payloadType: 0,
    events: { payloadType: 101, clockHz: 8000 },
    receive: new Map([[0, { kind: 'audio', codec: codecs.PCMU }]]),
    remote: { address: '127.0.0.1', port, rtcpAddress: undefined, rtcpPort: 0, isMuxed: false },
    sends: true,
    receives: true,
    isHeld: false,
    srtp: undefined,
  };
}

function listener() {
  const told = { frames: 0, failed: [] as string[], errors: [] as unknown[] };
  const events: RtpLineEvents = {
    frame() {
      told.frames += 1;
    },
    digit() {},
    playoutDelay() {},
    silent() {},
    failed: (reason) => told.failed.push(reason),
    error: (error) => told.errors.push(error),
  };
  return { told, events };
}

/** A telephone in a thread of its own: it notes when which packets come, whatever happens here. */
async function openEar() {
  const { Worker } = await import('node:worker_threads');
  const code = `
    const { parentPort } = require('node:worker_threads');
    const socket = require('node:dgram').createSocket('udp4');
    const packets = [];
    socket.on('message', (bytes) => packets.push({
      atMs: performance.now(), sequence: bytes.readUInt16BE(2), timestamp: bytes.readUInt32BE(4),
      isLoud: bytes.subarray(12).some((byte) => (byte & 0x7f) < 0x40),
    }));
    socket.bind(0, '127.0.0.1', () => parentPort.postMessage(socket.address().port));
    parentPort.on('message', () => parentPort.postMessage(packets));`;
  const worker = new Worker(code, { eval: true, execArgv: [] });
  cleanUps.push(() => worker.terminate());
  const [port]: number[] = await once(worker, 'message');
  return {
    port: port ?? 0,
    async heard() {
      worker.postMessage('heard');
      const [packets]: Heard[][] = await once(worker, 'message');
      return packets ?? [];
    },
  };
}

interface Heard {
  readonly atMs: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly isLoud: boolean;
}

const loud = Int16Array.from({ length: 320 }, (_, n) => 8000 * Math.sin(n / 4));

/** Nothing runs in this thread meanwhile; the processor is left to the others. */
function holdUp(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test('while this thread is held up for 200 ms, what was given ahead of its time is sent at its pace', async () => {
  const ear = await openEar();
  const pool = createPortPool({ from: 30_000, to: 39_999 });
  const errors: unknown[] = [];
  const lines = createLinesInThreads(pool, 1, clock.nowMs, (error) => errors.push(error));
  cleanUps.push(() => lines.close());
  const { told, events } = listener();
  const line = await lines.open(where, events);
  line.configure(agreedWith(ear.port));
  line.hear(true);
  await until(() => line.figures().packetsSent > 5);
  const before = told.frames;
  for (let n = 0; n < 10; n += 1) line.write(loud);
  holdUp(200);
  expect(told.frames).toBe(before);
  await until(() => told.frames > before + 10);
  await line.close();
  const packets = await ear.heard();
  const first = packets.findIndex(({ isLoud }) => isLoud);
  const spoken = packets.slice(first, first + 10);
  expect(spoken.map(({ isLoud }) => isLoud)).toEqual(Array.from({ length: 10 }, () => true));
  const start = spoken[0];
  if (start === undefined) throw new Error('Nothing was heard.');
  expect(spoken.map(({ sequence }) => (sequence - start.sequence) & 0xff_ff)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  // At their pace, not at once when this thread was there again, however the machine's other work shifts single ones.
  const lastMs = (spoken[9]?.atMs ?? 0) - start.atMs;
  expect(lastMs).toBeGreaterThan(100);
  expect((spoken[4]?.atMs ?? 0) - start.atMs).toBeLessThan(200);
  expect(errors).toEqual([]);
});

test('what is taken back is not sent', async () => {
  const ear = await openEar();
  const lines = createLinesInThreads(createPortPool({ from: 30_000, to: 39_999 }), 1, clock.nowMs, () => {});
  cleanUps.push(() => lines.close());
  const line = await lines.open(where, listener().events);
  line.configure(agreedWith(ear.port));
  for (let n = 0; n < 10; n += 1) line.write(loud);
  line.clear();
  await until(() => line.figures().packetsSent > 20);
  const count = (await ear.heard()).filter(({ isLoud }) => isLoud).length;
  // One may have been on its way.
  expect(count).toBeLessThanOrEqual(1);
  line.write(loud);
  const sent = line.figures().packetsSent;
  await until(() => line.figures().packetsSent > sent + 10);
  expect((await ear.heard()).filter(({ isLoud }) => isLoud).length).toBeGreaterThan(count);
});

test('when the thread dies its calls are told once, keys that were being pressed fail, and the next call has another', async () => {
  const pool = createPortPool({ from: 30_000, to: 39_999 });
  const deaths: string[] = [];
  const thread = createSoundThread(pool, (reason, lost) => deaths.push(`${reason}: ${lost}`));
  cleanUps.push(() => thread.close());
  const ears = [listener(), listener()];
  const opened: RtpLine[] = [];
  for (const { events } of ears) opened.push(await thread.open(where, events));
  for (const line of opened) line.configure(agreedWith(9));
  const pressing = opened[0]?.press(['1', '2', '3'], new AbortController().signal);
  const failed = expect(pressing).rejects.toMatchObject({ code: 'ended' });
  thread.kill();
  await until(() => deaths.length > 0);
  await failed;
  expect(deaths).toEqual([expect.stringContaining(': 2')]);
  for (const { told } of ears) expect(told.failed).toHaveLength(1);
  expect(pool.inUse).toBe(0);
  // What is done with a line that is gone does nothing, and never throws.
  for (const line of opened) {
    line.write(loud);
    line.clear();
    line.hear(true);
    expect(line.figures().packetsSent).toBeGreaterThanOrEqual(0);
    await line.close();
  }
  await expect(thread.open(where, listener().events)).rejects.toMatchObject({ code: 'ended' });
});

test('in place of a thread that died another takes the calls, and it is told once', async () => {
  const pool = createPortPool({ from: 30_000, to: 39_999 });
  const errors: unknown[] = [];
  const killers: (() => void)[] = [];
  const lines = createLinesInThreads(pool, 1, clock.nowMs, (error) => errors.push(error), {
    onThread: (thread) => killers.push(thread.kill),
  });
  cleanUps.push(() => lines.close());
  const { told, events } = listener();
  await lines.open(where, events);
  killers[0]?.();
  await until(() => told.failed.length > 0);
  expect(errors).toHaveLength(1);
  const again = listener();
  const line = await lines.open(where, again.events);
  line.configure(agreedWith(9));
  line.hear(true);
  await until(() => again.told.frames > 5);
  expect(lines.inUse).toBe(1);
});

test('ports are free when the lines are closed, and those of other programs are passed by', async () => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  cleanUps.push(() => new Promise<void>((resolve) => socket.close(resolve)));
  const taken = socket.address().port;
  const from = taken - (taken % 2);
  const pool = createPortPool({ from, to: Math.min(65_535, from + 41) });
  const lines = createLinesInThreads(pool, 2, clock.nowMs, () => {});
  const opened = await Promise.all(Array.from({ length: 12 }, () => lines.open(where, listener().events)));
  const ports = opened.map(({ rtpPort }) => rtpPort);
  expect(new Set(ports).size).toBe(12);
  expect(ports).not.toContain(from);
  await lines.close();
  expect(lines.inUse).toBe(0);
  const again = createSocket('udp4');
  again.bind(ports[0] ?? 0, '127.0.0.1');
  await once(again, 'listening');
  await new Promise<void>((resolve) => again.close(resolve));
  await expect(lines.open(where, listener().events)).rejects.toMatchObject({ code: 'ended' });
});
