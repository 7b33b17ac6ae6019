import { z } from 'zod';
import { accountKey } from '../provider/account-key.ts';
import type { Sdk } from './sdk.ts';

/** Lower-case letters and digits: it becomes part of a host name. */
const region = z
  .string()
  .regex(/^[a-z0-9]{2,40}$/, 'A region is lower-case letters and digits, such as southeastasia.');
const host = z.url({ protocol: /^(wss?|https?)$/ });

/** A resource of the vendor's by key and region, or a server of one's own by its address (a key if it asks for one). */
export const azureAccount = z
  .strictObject({
    key: accountKey.meta({ description: 'Key of the Speech resource.', isSecret: true }).optional(),
    region: region.meta({ description: 'Region of the Speech resource.', example: 'southeastasia' }).optional(),
    host: host
      .meta({ description: 'Address of a Speech container of your own.', example: 'https://speech.example.com' })
      .optional(),
  })
  .refine(({ key, region, host }) => host !== undefined || (key !== undefined && region !== undefined), {
    message: 'Give key and region of the Speech resource, or the host of a container.',
  });

export type AzureAccount = z.infer<typeof azureAccount>;

export const azureSettings = {
  AZURE_SPEECH_KEY: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Key of the Azure Speech resource.', example: '0123456789abcdef', isSecret: true }),
  AZURE_SPEECH_REGION: region
    .optional()
    .meta({ description: 'Region of the Azure Speech resource.', example: 'southeastasia' }),
  AZURE_SPEECH_HOST: host.optional().meta({
    description: 'Address of an Azure Speech container of your own, instead of the region.',
    example: 'https://speech.example.com',
  }),
};

const settingsSchema = z.object(azureSettings);

/** The account of the environment's settings; undefined when they are not enough for one. */
export function accountOfSettings(settings: Readonly<Record<string, unknown>>): AzureAccount | undefined {
  const {
    AZURE_SPEECH_KEY: key,
    AZURE_SPEECH_REGION: region,
    AZURE_SPEECH_HOST: host,
  } = settingsSchema.parse(settings);
  const account = azureAccount.safeParse({
    ...(key !== undefined && { key }),
    ...(region !== undefined && { region }),
    ...(host !== undefined && { host }),
  });
  return account.success ? account.data : undefined;
}

/** What the SDK is told of the account. Where the host has a path or a query, `addressOf` puts them back: the SDK drops them. */
export function speechConfigOf({ speech }: Sdk, { key, region, host }: AzureAccount) {
  if (host !== undefined) return speech.SpeechConfig.fromHost(new URL(hostAsSocket(host).origin), key ?? '');
  return speech.SpeechConfig.fromSubscription(key ?? '', region ?? '');
}

/**
 * Where to dial, from where the SDK would: the key is taken out of the query (it goes in a header; addresses end in logs), and path and
 * query of the account's host are put in.
 */
export function addressOf(sdkUri: string, { host }: AzureAccount): URL {
  const url = new URL(sdkUri);
  for (const name of [...url.searchParams.keys()]) {
    if (/^(ocp-apim-subscription-key|authorization|connectionid)$/i.test(name)) url.searchParams.delete(name);
  }
  if (host === undefined) return url;
  const own = hostAsSocket(host);
  url.pathname = `${own.pathname.replace(/\/+$/, '')}${url.pathname}`;
  for (const [name, value] of own.searchParams) url.searchParams.set(name, value);
  return url;
}

function hostAsSocket(host: string): URL {
  return new URL(host.replace(/^http/i, 'ws'));
}
