import { z } from 'zod';
import { accountKey } from '../provider/account-key.ts';

/** The vendor's own address; its regions are `api.eu.`, `api.au.` and `api.in.deepgram.com`. */
export const deepgramBaseUrl = 'https://api.deepgram.com';

export const deepgramAccount = z.strictObject({
  apiKey: accountKey.meta({
    title: 'API key',
    description: 'A key of the project, with the right to use it.',
    isSecret: true,
  }),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .default(deepgramBaseUrl)
    .meta({ title: 'Address', description: 'Where the API is: a region, or a server of one’s own.' }),
});

export type DeepgramAccount = z.infer<typeof deepgramAccount>;

/** A query in which a name may stand several times. */
export type Query = readonly (readonly [name: string, value: string])[];

/** Where a request goes, and with which key. @param path such as `/v1/listen` */
export function deepgramTarget(
  { apiKey, baseUrl }: DeepgramAccount,
  path: string,
  query: Query,
): { readonly url: string; readonly headers: Readonly<Record<string, string>> } {
  const parameters = new URLSearchParams();
  for (const [name, value] of query) parameters.append(name, value);
  return {
    url: `${baseUrl.replace(/\/+$/, '')}${path}?${parameters}`,
    headers: { authorization: `Token ${apiKey}` },
  };
}

/** As `deepgramTarget`, for a WebSocket. */
export function deepgramSocketTarget(account: DeepgramAccount, path: string, query: Query) {
  const { url, headers } = deepgramTarget(account, path, query);
  return { url: url.replace(/^http/, 'ws'), headers };
}
