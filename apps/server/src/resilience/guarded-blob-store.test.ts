import { expect, it } from 'vitest';
import { createS3BlobStore } from '../recordings/s3-blob-store.ts';
import { guardBlobStore } from './guarded-blob-store.ts';
import { createOutsideCalls } from './outside-call.ts';

it('a store that cannot be reached is left alone after some tries, in its own words', async () => {
  const outside = createOutsideCalls();
  const store = guardBlobStore(
    createS3BlobStore({
      // Nobody listens there.
      endpoint: 'http://127.0.0.1:9',
      bucket: 'sounds',
      region: 'us-east-1',
      accessKeyId: 'id',
      secretAccessKey: 'secret',
      isPathStyle: true,
    }),
    outside,
  );
  const put = () => store.put('a/one', new Uint8Array(4), AbortSignal.timeout(10_000));
  for (let n = 0; n < 3; n += 1) await expect(put()).rejects.toMatchObject({ code: 'blob_unavailable' });
  expect(outside.all.map(({ name, state }) => [name, state])).toEqual([['recordings_store', 'open']]);
  await expect(put()).rejects.toMatchObject({
    code: 'blob_unavailable',
    message: expect.stringContaining('left alone'),
  });
});
