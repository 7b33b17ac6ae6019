import { createEndpointEmbedder } from '@parley/dialogue/nlu/endpoint-embedder.ts';
import { expect, it } from 'vitest';
import { createOidcClient } from '../identity/oidc-client.ts';
import { createS3BlobStore } from '../recordings/s3-blob-store.ts';
import { guardBlobStore } from './guarded-blob-store.ts';
import { guardEmbedder } from './guarded-embedder.ts';
import { guardOidcClient } from './guarded-oidc-client.ts';
import { createOutsideCalls, type OutsideCalls } from './outside-call.ts';

/** Nobody listens there. */
const nowhere = 'http://127.0.0.1:9';

const ways: readonly [string, (outside: OutsideCalls) => () => Promise<unknown>][] = [
  [
    'recordings_store',
    (outside) => {
      const s3 = createS3BlobStore({
        endpoint: nowhere,
        bucket: 'sounds',
        region: 'us-east-1',
        accessKeyId: 'id',
        secretAccessKey: 'secret',
        isPathStyle: true,
      });
      const store = guardBlobStore(s3, outside);
      return () => store.put('a/one', new Uint8Array(4), AbortSignal.timeout(10_000));
    },
  ],
  [
    'embeddings',
    (outside) => {
      const server = createEndpointEmbedder({ baseUrl: nowhere, apiKey: undefined, model: 'any' });
      const embedder = guardEmbedder(server, outside);
      return () => embedder.embed(['hello'], AbortSignal.timeout(10_000));
    },
  ],
  [
    'oidc',
    (outside) => {
      const provider = createOidcClient({
        issuer: nowhere,
        clientId: 'parley',
        clientSecret: 'secret',
        allowedDomains: [],
        defaultRole: undefined,
      });
      const client = guardOidcClient(provider, outside);
      return () => client.begin('http://localhost/back');
    },
  ],
];

it.each(ways)(
  '%s that cannot be reached fails in its own words three times, and is then left alone',
  async (name, open) => {
    const outside = createOutsideCalls();
    const use = open(outside);
    for (let n = 0; n < 3; n += 1) await expect(use()).rejects.not.toThrow('left alone');
    expect(outside.all.map((call) => [call.name, call.state])).toEqual([[name, 'open']]);
    await expect(use()).rejects.toThrow('left alone');
  },
);
