import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasAzurite, startAzureServer, startS3Server } from '../testing/blob-servers.ts';
import { createAzureBlobStore, createAzureContainer } from './azure-blob-store.ts';
import type { BlobStore } from './blob-store.ts';
import { createDiskBlobStore } from './disk-blob-store.ts';
import { createS3BlobStore } from './s3-blob-store.ts';

interface Opened {
  readonly store: BlobStore;
  /** The same place with keys that are wrong. */
  readonly stranger?: BlobStore;
  close(): Promise<void>;
}

const kinds: readonly (readonly [string, boolean, () => Promise<Opened>])[] = [
  [
    'a disk',
    true,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'parley-blobs-'));
      return { store: createDiskBlobStore(folder), close: () => rm(folder, { recursive: true, force: true }) };
    },
  ],
  [
    'S3',
    true,
    async () => {
      const { settings, stop } = await startS3Server();
      return {
        store: createS3BlobStore(settings),
        stranger: createS3BlobStore({ ...settings, accessKeyId: 'ANOTHER' }),
        close: stop,
      };
    },
  ],
  [
    'Azure',
    hasAzurite,
    async () => {
      const { settings, stop } = await startAzureServer();
      await createAzureContainer(settings, AbortSignal.timeout(10_000));
      return {
        store: createAzureBlobStore(settings),
        stranger: createAzureBlobStore({ ...settings, accountKey: Buffer.from('another').toString('base64') }),
        close: stop,
      };
    },
  ],
];

for (const [name, isThere, open] of kinds) {
  describe.skipIf(!isThere)(`blobs in ${name}`, () => {
    const signal = AbortSignal.timeout(120_000);
    let opened: Opened;
    beforeAll(async () => {
      opened = await open();
    }, 40_000);
    afterAll(() => opened?.close());

    it('are read as they were put, whole and in parts', async () => {
      const bytes = randomBytes(100_000);
      await opened.store.put('one/two/00000000-01', bytes, signal);
      const read = (start: number, end: number) => opened.store.read('one/two/00000000-01', start, end, signal);
      expect((await read(0, 100_000)).equals(bytes)).toBe(true);
      expect((await read(99_000, 200_000)).equals(bytes.subarray(99_000))).toBe(true);
      expect((await read(17, 18)).equals(bytes.subarray(17, 18))).toBe(true);
      expect((await read(5, 5)).length).toBe(0);
    });

    it('are put over what was there', async () => {
      await opened.store.put('one/over', randomBytes(500), signal);
      const bytes = randomBytes(50);
      await opened.store.put('one/over', bytes, signal);
      expect((await opened.store.read('one/over', 0, 500, signal)).equals(bytes)).toBe(true);
    });

    it('are listed in order, those below the prefix alone, and are gone when they were removed', async () => {
      const names = Array.from({ length: 30 }, (_, n) => `list/a/${String(n).padStart(8, '0')}-01`);
      for (const each of names.toReversed()) await opened.store.put(each, Buffer.alloc(10), signal);
      await opened.store.put('list/ab/other', Buffer.alloc(3), signal);
      expect(await opened.store.list('list/a/', signal)).toEqual(names.map((each) => ({ name: each, bytes: 10 })));
      await opened.store.remove(names, signal);
      expect(await opened.store.list('list/a/', signal)).toEqual([]);
      expect(await opened.store.list('list/ab/', signal)).toHaveLength(1);
      // Again, and what never was.
      await opened.store.remove(names.slice(0, 2), signal);
      expect(await opened.store.list('nothing/at/all/', signal)).toEqual([]);
    });

    it('say that they are missing', async () => {
      await expect(opened.store.read('one/none', 0, 10, signal)).rejects.toMatchObject({ code: 'blob_missing' });
    });

    it('cannot be named so that they lie elsewhere', async () => {
      for (const bad of ['../out', 'a/../../out', '/etc/passwd', 'a//../b', '', 'a/.hidden', 'A', 'a?b', 'a b']) {
        const put = async () => opened.store.put(bad, Buffer.alloc(1), signal);
        await expect(put(), bad).rejects.toMatchObject({ code: 'blob_refused' });
      }
    });

    it('refuse whoever has another key', async () => {
      if (opened.stranger === undefined) return;
      const put = opened.stranger.put('one/strange', Buffer.alloc(1), signal);
      await expect(put).rejects.toMatchObject({ code: 'blob_refused' });
    });

    it('are not waited for by whoever has given up', async () => {
      const gone = AbortSignal.abort(new Error('given up'));
      await expect(opened.store.put('one/late', Buffer.alloc(1), gone)).rejects.toThrow('given up');
    });
  });
}

describe('a disk after a crash', () => {
  it('shows no half-written blob, and forgets it with the recording', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-blobs-'));
    try {
      const store = createDiskBlobStore(folder);
      const signal = AbortSignal.timeout(10_000);
      await mkdir(join(folder, 'r'), { recursive: true });
      await writeFile(join(folder, 'r', '.draft-half'), 'half');
      await store.put('r/whole', Buffer.from('whole'), signal);
      expect(await store.list('r/', signal)).toEqual([{ name: 'r/whole', bytes: 5 }]);
      await store.remove(['r/whole'], signal);
      expect(await readdir(folder)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('a store over HTTP that misbehaves', () => {
  const answers: readonly (readonly [string, number, string, string])[] = [
    ['is overloaded', 503, '<Error><Code>SlowDown</Code></Error>', 'blob_unavailable'],
    ['has another clock', 403, '<Error><Code>RequestTimeTooSkewed</Code></Error>', 'blob_unavailable'],
    ['knows no such bucket', 404, '<Error><Code>NoSuchBucket</Code></Error>', 'blob_refused'],
    ['answers with a page', 502, '<html>Bad Gateway</html>', 'blob_unavailable'],
    ['sends without end', 200, 'x'.repeat(3_000_000), 'blob_unavailable'],
  ];
  it.each(answers)('which %s is told apart', async (_why, status, body, code) => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(status).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const endpoint = `http://127.0.0.1:${port}`;
      const keys = { accessKeyId: 'a', secretAccessKey: 'b', region: 'us-east-1', isPathStyle: true };
      const store = createS3BlobStore({ endpoint, bucket: 'recordings', ...keys });
      await expect(store.put('one', Buffer.alloc(5), AbortSignal.timeout(5000))).rejects.toMatchObject({ code });
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
