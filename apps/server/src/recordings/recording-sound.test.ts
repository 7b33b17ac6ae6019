import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@parley/engine/simulation/random.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BlobStore, BlobStoreError } from './blob-store.ts';
import { createDiskBlobStore } from './disk-blob-store.ts';
import { openRecordingSound } from './recording-sound.ts';
import { newRecordingKey, packPart, partName, sealSegment } from './sealed-part.ts';
import { createSegmentWriter, segmentWriterDefaults } from './segment-writer.ts';

const recordingId = 'a-recording';
const prefix = 'an-organization/a-recording/';
const signal = AbortSignal.timeout(60_000);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-recordings-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** So many samples of both channels, each different. */
function sound(samples: number, seed = 1): Int16Array {
  const random = createRandom(seed);
  return Int16Array.from({ length: samples * 2 }, (_, n) => Math.round(8000 * Math.sin(n / 9) + random.int(-300, 300)));
}

function writer(store: BlobStore, key: Buffer, options: Partial<typeof segmentWriterDefaults> = {}) {
  const errors: unknown[] = [];
  const parts = { store, prefix, recordingId, key, ready: Promise.resolve(true) };
  return {
    errors,
    ...createSegmentWriter(
      { ...parts, onError: (error) => errors.push(error) },
      { ...segmentWriterDefaults, retry: { firstMs: 1, longestMs: 4, giveUpAfterMs: 300 }, ...options },
    ),
  };
}

async function readAll(store: BlobStore, key: Buffer, from = 0, to?: number): Promise<Int16Array> {
  const opened = await openRecordingSound(store, prefix, recordingId, signal);
  const pieces: number[] = [];
  for await (const piece of opened.read(key, from, to ?? opened.samples, signal)) pieces.push(...piece);
  return Int16Array.from(pieces);
}

const segments = (whole: Int16Array, samples: number) =>
  Array.from({ length: Math.ceil(whole.length / 2 / samples) }, (_, n) =>
    whole.slice(n * samples * 2, (n + 1) * samples * 2),
  );

const until = async (isSo: () => boolean) => {
  const deadlineMs = performance.now() + 10_000;
  while (!isSo()) {
    if (performance.now() > deadlineMs) throw new Error('It did not happen within 10 s.');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
};

describe('a recording on a disk', () => {
  it('is there sample by sample, in few files once it is over, and any part of it can be read alone', async () => {
    const [store, key, whole] = [createDiskBlobStore(folder), newRecordingKey(), sound(70_500)];
    const writing = writer(store, key);
    for (const segment of segments(whole, 1000)) {
      const before = writing.written.samples;
      writing.add(segment);
      await until(() => writing.written.samples > before);
    }
    const written = await writing.end();
    expect(written).toMatchObject({ samples: 70_500, isCutOff: false });
    expect((await readdir(join(folder, prefix))).length).toBeLessThanOrEqual(8);
    expect(Buffer.from((await readAll(store, key)).buffer).equals(Buffer.from(whole.buffer))).toBe(true);
    const random = createRandom('parts');
    for (let round = 0; round < 40; round += 1) {
      const from = random.int(0, 70_499);
      const to = random.int(from + 1, 70_500);
      expect(await readAll(store, key, from, to)).toEqual(whole.slice(from * 2, to * 2));
    }
  });

  it('can be read while it is being written, and after its writer was killed at any moment', async () => {
    const [disk, key, whole] = [createDiskBlobStore(folder), newRecordingKey(), sound(50_000, 4)];
    let steps = 0;
    let killedAfter = Number.POSITIVE_INFINITY;
    // From some moment on nothing reaches the disk any more, as when the process is gone.
    const dying: BlobStore = {
      ...disk,
      put: async (...given) => {
        steps += 1;
        if (steps > killedAfter) throw new BlobStoreError('blob_refused', 'gone');
        await disk.put(...given);
      },
      remove: async (...given) => {
        steps += 1;
        if (steps > killedAfter) throw new BlobStoreError('blob_refused', 'gone');
        await disk.remove(...given);
      },
    };
    for (killedAfter = 1; killedAfter < 62; killedAfter += 6) {
      steps = 0;
      await rm(join(folder, prefix), { recursive: true, force: true });
      const writing = writer(dying, key);
      let added = 0;
      for (const segment of segments(whole, 1000)) {
        const before = writing.written.samples;
        writing.add(segment);
        added += 1000;
        await until(() => writing.written.samples > before || writing.errors.length > 0);
        if (writing.errors.length > 0) break;
      }
      await writing.end();
      const heard = await readAll(disk, key);
      expect(heard).toEqual(whole.slice(0, heard.length));
      // All but what was on its way.
      expect(heard.length / 2).toBeGreaterThanOrEqual(added - 1000);
    }
  });

  it('can be read while its pieces are being joined under the reader’s hands', async () => {
    const [store, key, whole] = [createDiskBlobStore(folder), newRecordingKey(), sound(60_000, 6)];
    const writing = writer(store, key, { joinSegments: 3 });
    const pieces = segments(whole, 1000);
    const heard: number[] = [];
    const add = async (piece: Int16Array | undefined) => {
      const before = writing.written.samples;
      writing.add(piece ?? new Int16Array(2));
      await until(() => writing.written.samples > before);
    };
    for (const piece of pieces.slice(0, 31)) await add(piece);
    const opened = await openRecordingSound(store, prefix, recordingId, signal);
    let next = 31;
    for await (const piece of opened.read(key, 0, opened.samples, signal)) {
      heard.push(...piece);
      if (next < pieces.length) await add(pieces[next++]);
    }
    await writing.end();
    expect(heard.length).toBeGreaterThanOrEqual(62_000);
    expect(Int16Array.from(heard)).toEqual(whole.slice(0, heard.length));
  });

  it('does not end as if it were whole when it is deleted under the reader’s hands', async () => {
    const [store, key] = [createDiskBlobStore(folder), newRecordingKey()];
    for (const first of [0, 1]) {
      const part = packPart([sealSegment(key, recordingId, first, sound(1000))]);
      await store.put(partName(prefix, { first, count: 1 }), part, signal);
    }
    const opened = await openRecordingSound(store, prefix, recordingId, signal);
    const reading = opened.read(key, 0, opened.samples, signal);
    expect((await reading.next()).value).toHaveLength(2000);
    await rm(join(folder, prefix), { recursive: true });
    await expect(reading.next()).rejects.toMatchObject({ code: 'blob_missing' });
    await expect(opened.read(key, 0, opened.samples, signal).next()).rejects.toMatchObject({ code: 'blob_missing' });
  });

  it('cannot be read with another key, from another recording, or with a byte changed', async () => {
    const [store, key] = [createDiskBlobStore(folder), newRecordingKey()];
    const segment = sealSegment(key, recordingId, 0, sound(1000));
    const part = packPart([segment]);
    await store.put(partName(prefix, { first: 0, count: 1 }), part, signal);
    expect((await readAll(store, key)).length).toBe(2000);
    await expect(readAll(store, newRecordingKey())).rejects.toThrow(/unable to authenticate/);
    const foreign = packPart([sealSegment(key, 'another', 0, sound(1000))]);
    await store.put(partName(prefix, { first: 0, count: 1 }), foreign, signal);
    await expect(readAll(store, key)).rejects.toThrow(/unable to authenticate/);
    for (const at of [16, 100, part.length - 1]) {
      const changed = Buffer.from(part);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await store.put(partName(prefix, { first: 0, count: 1 }), changed, signal);
      await expect(readAll(store, key)).rejects.toThrow(/unable to authenticate/);
    }
  });

  it('lies there sealed: no sound, no silence and no header of a WAV can be seen in its files', async () => {
    const [store, key, whole] = [createDiskBlobStore(folder), newRecordingKey(), sound(4000)];
    const writing = writer(store, key);
    writing.add(whole.slice());
    writing.add(new Int16Array(8000));
    await writing.end();
    const plain = Buffer.from(whole.buffer);
    for (const name of await readdir(join(folder, prefix))) {
      const bytes = await readFile(join(folder, prefix, name));
      expect(bytes.includes('RIFF')).toBe(false);
      expect(bytes.includes('WAVE')).toBe(false);
      for (let at = 0; at + 8 <= plain.length; at += 800)
        expect(bytes.includes(plain.subarray(at, at + 8))).toBe(false);
      expect(bytes.includes(Buffer.alloc(16))).toBe(false);
    }
  });

  it('never waits for a store that hangs: what does not fit is silent, counted, and in its place', async () => {
    const [disk, key, whole] = [createDiskBlobStore(folder), newRecordingKey(), sound(20_000, 9)];
    const hanging = Promise.withResolvers<void>();
    let puts = 0;
    const slow: BlobStore = {
      ...disk,
      put: async (...given) => {
        puts += 1;
        if (puts === 1) await hanging.promise;
        await disk.put(...given);
      },
    };
    const writing = writer(slow, key, { maxWaiting: 5, joinSegments: 4 });
    const pieces = segments(whole, 1000);
    writing.add(pieces[0] ?? new Int16Array(0));
    await until(() => puts === 1);
    for (const piece of pieces.slice(1)) writing.add(piece);
    hanging.resolve();
    const written = await writing.end();
    expect(written).toMatchObject({ samples: 20_000, lostSegments: 14, isCutOff: false });
    const heard = await readAll(disk, key);
    expect(heard.slice(0, 12_000)).toEqual(whole.slice(0, 12_000));
    expect(heard.slice(12_000).every((sample) => sample === 0)).toBe(true);
    expect(heard.length).toBe(whole.length);
  });

  it('survives a store that is away for a moment, and is cut off by one that stays away', async () => {
    const [disk, key, whole] = [createDiskBlobStore(folder), newRecordingKey(), sound(3000)];
    let failures = 3;
    const flaky: BlobStore = {
      ...disk,
      put: async (...given) => {
        failures -= 1;
        if (failures >= 0) throw new BlobStoreError('blob_unavailable', 'away');
        await disk.put(...given);
      },
    };
    const writing = writer(flaky, key);
    for (const segment of segments(whole, 1000)) writing.add(segment);
    expect(await writing.end()).toMatchObject({ samples: 3000, isCutOff: false });
    expect(writing.errors).toHaveLength(1);
    failures = Number.POSITIVE_INFINITY;
    const cut = writer(flaky, key);
    cut.add(sound(1000));
    expect(await cut.end()).toMatchObject({ samples: 0, isCutOff: true });
  });
});
