import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { z } from 'zod';
import type { EngineContext, Provider } from '../provider/provider.ts';
import { type Accounts, createLanguageModel as createFromRegistry, findEngine } from '../registry.ts';
import type { LanguageModel } from './language-model.ts';

export type { LanguageModel } from './language-model.ts';

const recordSchema = z.record(z.string(), z.unknown());
const objectSchema = z.looseObject({ properties: recordSchema.default({}) });

/**
 * A language model of which everything stands in one place, as the settings LANGUAGE_MODEL, LANGUAGE_MODEL_KEY and LANGUAGE_MODEL_URL
 * have it: what belongs to the account (`apiKey`, `baseUrl`) among the options. Makes no request; a wrong key shows with the first one.
 *
 * @param accounts what is not among the options is taken from the account with the same provider
 * @throws SpeechError `provider_unknown`, `account_missing`, `account_invalid`, `options_invalid`
 */
export function createLanguageModel(
  name: string,
  options: unknown,
  accounts: Accounts = {},
  context: EngineContext = quietContext,
): LanguageModel {
  const { provider } = findEngine('languageModel', name);
  const account: Record<string, unknown> = {};
  const rest: Record<string, unknown> = {};
  const fields = accountFields(provider);
  for (const [field, value] of Object.entries(recordSchema.parse(options))) {
    // One setting holds the address, whatever it is called.
    const own = field === 'baseUrl' && !fields.has(field) ? 'endpoint' : field;
    if (fields.has(own)) account[own] = value;
    else rest[field] = value;
  }
  const known = recordSchema.safeParse(accounts[provider.name]).data;
  const isOwn = Object.keys(account).length > 0;
  const merged = isOwn ? { ...accounts, [provider.name]: { ...known, ...account } } : accounts;
  return createFromRegistry({ name, options: rest }, merged, context);
}

function accountFields({ account }: Provider): ReadonlySet<string> {
  return new Set(Object.keys(objectSchema.parse(z.toJSONSchema(account, { io: 'input' })).properties));
}

/** Language models ask for nothing of it but the look-up. */
const quietContext: EngineContext = { clock: createSystemClock(), onError: () => {} };
