import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../config.ts';
import { createBlobStore } from './create-recordings.ts';

const s3 = {
  RECORDINGS: 's3',
  S3_ENDPOINT: 'http://127.0.0.1:9000',
  S3_BUCKET: 'calls',
  S3_ACCESS_KEY_ID: 'id',
  S3_SECRET_ACCESS_KEY: 'secret',
};
const azure = {
  RECORDINGS: 'azure',
  AZURE_STORAGE_ACCOUNT: 'parleyrecordings',
  AZURE_STORAGE_KEY: 'c2VjcmV0',
  AZURE_STORAGE_CONTAINER: 'calls',
};

describe('where recordings are kept', () => {
  it('is the data folder, for ninety days, unless it is set', () => {
    expect(readConfig({}).recordings).toEqual({ store: { kind: 'disk', folder: undefined }, retentionDays: 90 });
    expect(readConfig({ RECORDINGS_RETENTION_DAYS: 'never' }).recordings.retentionDays).toBeNull();
    expect(readConfig({ RECORDINGS: 'off' }).recordings.store).toEqual({ kind: 'off' });
  });

  it('can be S3 and Azure, by their keys', () => {
    expect(readConfig(s3).recordings.store).toEqual({
      kind: 's3',
      endpoint: 'http://127.0.0.1:9000',
      bucket: 'calls',
      region: 'us-east-1',
      accessKeyId: 'id',
      secretAccessKey: 'secret',
      isPathStyle: true,
    });
    expect(readConfig(azure).recordings.store).toMatchObject({
      kind: 'azure',
      endpoint: 'https://parleyrecordings.blob.core.windows.net',
    });
  });

  it.each([
    [{ ...s3, S3_BUCKET: '' }, 'S3_BUCKET must be set for RECORDINGS=s3. Correct it and start again.'],
    [{ ...s3, S3_SECRET_ACCESS_KEY: '' }, 'S3_SECRET_ACCESS_KEY must be set'],
    [{ ...s3, S3_ENDPOINT: 'nowhere' }, 'S3_ENDPOINT must be an address'],
    [{ ...azure, AZURE_STORAGE_KEY: 'no base64!' }, 'AZURE_STORAGE_KEY must be the key of the account'],
    [{ ...azure, AZURE_STORAGE_CONTAINER: 'UPPER' }, 'AZURE_STORAGE_CONTAINER must be the name of a container'],
    [{ RECORDINGS: 'tape' }, 'RECORDINGS must be one of off, disk, s3, azure'],
    [{ RECORDINGS_RETENTION_DAYS: '0' }, 'RECORDINGS_RETENTION_DAYS must be a number of days'],
  ])('is refused in one sentence that names the setting: %j', (env, sentence) => {
    expect(() => readConfig(env)).toThrow(sentence);
  });

  it('is opened as it is set, and nothing is made on the disk before something is recorded', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-recordings-'));
    try {
      for (const [env, kind] of [
        [s3, 's3'],
        [azure, 'azure'],
        [{}, 'disk'],
        [{ RECORDINGS: 'off' }, 'disk'],
      ] as const) {
        expect(createBlobStore(readConfig(env).recordings.store, folder).kind).toBe(kind);
      }
      expect(await readdir(folder)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
