import { createAnthropic } from '@ai-sdk/anthropic';
import { z } from 'zod';
import { accountKey } from '../provider/account-key.ts';
import { defineEngine } from '../provider/define-engine.ts';
import type { Provider } from '../provider/provider.ts';
import { fetchBy } from '../wire/guarded-fetch.ts';

const defaultBaseUrl = 'https://api.anthropic.com';

const account = z.strictObject({
  apiKey: accountKey.meta({ title: 'API key', isSecret: true }),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .default(defaultBaseUrl)
    .meta({ title: 'Address', description: `Where the API begins, such as ${defaultBaseUrl}.` }),
});

/** Language models of Anthropic. */
export const anthropicProvider: Provider = {
  name: 'anthropic',
  title: 'Anthropic',
  settings: {
    ANTHROPIC_API_KEY: z
      .string()
      .trim()
      .min(1)
      .optional()
      .meta({ description: 'Key of Anthropic for language models.', example: 'sk-ant-…', isSecret: true }),
    ANTHROPIC_BASE_URL: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({ description: "Address of Anthropic's API, in place of its own.", example: defaultBaseUrl }),
  },
  account,
  accountOf: ({ ANTHROPIC_API_KEY: apiKey, ANTHROPIC_BASE_URL: baseUrl }) =>
    apiKey === undefined ? undefined : { apiKey, ...(baseUrl !== undefined && { baseUrl }) },
  recognizers: {},
  synthesizers: {},
  languageModels: {
    anthropic: defineEngine({
      title: 'Anthropic',
      account,
      options: z.strictObject({
        model: z.string().min(1).max(200).meta({ title: 'Model', description: 'Its name at the provider.' }),
      }),
      create: ({ apiKey, baseUrl }, { model }, { lookup }) =>
        createAnthropic({ apiKey, baseURL: versioned(baseUrl), fetch: fetchBy(lookup) })(model),
    }),
  },
  connectsByLookup: true,
};

/** Their own SDK takes the address without the version, the AI SDK with it: people have either in their environment. */
function versioned(baseUrl: string): string {
  const base = baseUrl.replace(/\/+$/, '');
  return base.endsWith('/v1') ? base : `${base}/v1`;
}
