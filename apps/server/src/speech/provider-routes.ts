import { deleteProviderAccount, listProviders, putProviderAccount } from '@parley/contract/api/providers-api.ts';
import type { Output } from '@parley/contract/api/route.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { ConnectionGuard } from '@parley/integrations/http/connection-guard.ts';
import type { Provider, RecognizerEngine, SynthesizerEngine } from '@parley/speech/provider/provider.ts';
import type { Accounts } from '@parley/speech/registry.ts';
import { SpeechError } from '@parley/speech/speech-error.ts';
import { z } from 'zod';
import { type HandledRoute, handle } from '../api/handle.ts';
import type { OrganizationAccounts } from './organization-accounts.ts';
import type { ProviderAccountsRepository, StoredAccount } from './provider-accounts-repository.ts';
import { accountFields, checkTenantAccount, hintOf, shownValues } from './tenant-account.ts';

export interface ProviderRoutes {
  readonly providers: readonly Provider[];
  readonly repository: ProviderAccountsRepository;
  readonly accounts: Pick<OrganizationAccounts, 'forget'>;
  /** Of the environment. */
  readonly server: Accounts;
  /** What tenants' accounts may reach. */
  readonly guard: ConnectionGuard;
}

type ProviderView = Output<(typeof listProviders)['reply']>['providers'][number];

/** What can be chosen, and whose accounts are used; keys come in and never go out. */
export function providerRoutes({ providers, repository, accounts, server, guard }: ProviderRoutes): HandledRoute[] {
  const named = (name: string): Provider => {
    const provider = providers.find((one) => one.name === name);
    if (provider === undefined) throw new WireError('not_found', { provider: `There is no provider ${name}.` });
    return provider;
  };
  return [
    handle(listProviders, async (_input, { organizationId }) => {
      const stored = new Map((await repository.all(organizationId)).map((one) => [one.provider, one]));
      return {
        providers: providers.map((provider) => toView(provider, accountView(provider, stored.get(provider.name)))),
      };
    }),

    handle(putProviderAccount, async ({ params, body }, context) => {
      const provider = named(params.provider);
      const fields = accountFields(provider);
      if (fields.isEmpty) throw new WireError('account_not_needed');
      await checkTenantAccount(provider, body.account, guard);
      const stored = await repository.put(context, {
        provider: provider.name,
        account: body.account,
        label: body.label,
        hint: hintOf(body.account, fields),
      });
      accounts.forget(context.organizationId);
      return accountView(provider, stored);
    }),

    handle(deleteProviderAccount, async ({ params }, context) => {
      await repository.remove(context, named(params.provider).name);
      accounts.forget(context.organizationId);
      return undefined;
    }),
  ];

  function accountView(provider: Provider, own: StoredAccount | undefined): ProviderView['account'] {
    const fields = accountFields(provider);
    if (own !== undefined) {
      const { account, label, hint, updatedAt } = own;
      const values = shownValues(account, fields);
      return { source: 'organization', label, hint, values, updated_at: updatedAt.toISOString() };
    }
    const source = Object.hasOwn(server, provider.name) ? 'server' : 'none';
    return {
      // A folder of the server is nobody's to enter, and yet must be set.
      source: fields.isEmpty && provider.accountOf({}) !== undefined ? 'not_needed' : source,
      ...{ label: null, hint: null, values: {}, updated_at: null },
    };
  }
}

function toView(provider: Provider, account: ProviderView['account']): ProviderView {
  const { schema, isEmpty } = accountFields(provider);
  return {
    provider: provider.name,
    title: provider.title,
    account,
    account_schema: { ...schema },
    takes_account: !isEmpty,
    recognizers: Object.entries(provider.recognizers).map(([name, engine]) => {
      const { partials, wordTimes, turnEvents, vocabulary, phoneAudio } = engine.abilities;
      const abilities = {
        ...{ partials, word_times: wordTimes, turn_events: turnEvents },
        ...{ vocabulary, phone_audio: phoneAudio },
      };
      return { ...engineView(name, engine), languages: languagesOf(engine), abilities };
    }),
    synthesizers: Object.entries(provider.synthesizers).map(([name, engine]) => {
      const { wordTimes, ssml, stitching, phoneAudio } = engine.abilities;
      const abilities = { word_times: wordTimes, ssml, stitching, phone_audio: phoneAudio };
      return { ...engineView(name, engine), languages: languagesOf(engine), abilities };
    }),
    language_models: Object.entries(provider.languageModels).map(([name, engine]) => engineView(name, engine)),
  };
}

function engineView(name: string, { title, options }: Pick<RecognizerEngine, 'title' | 'options'>) {
  return { name, title, options_schema: { ...z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }) } };
}

/** With the options that hold when none are given. */
function languagesOf(engine: RecognizerEngine | SynthesizerEngine): string[] | 'any' | null {
  try {
    const languages = engine.languagesOf({});
    return languages === 'any' ? 'any' : [...languages];
  } catch (error) {
    if (error instanceof SpeechError) return null;
    throw error;
  }
}
