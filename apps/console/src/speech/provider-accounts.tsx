import type { ParleyClient } from '@parley/client/create-client.ts';
import { type ReactNode, useId, useState } from 'react';
import { accountFieldsOf } from './account-fields.ts';
import { type AccountChanged, AccountForm } from './account-form.tsx';
import type { ProviderView } from './voice-catalogue.ts';

/** All providers, whose account is used with each, and a form for an account of the organization's own. */
export function ProviderAccounts(props: {
  readonly client: ParleyClient;
  readonly providers: readonly ProviderView[];
  /** An account was set or removed: other engines and voices can be chosen now. */
  readonly onChanged: () => Promise<void>;
}): ReactNode {
  const heading = useId();
  const [told, setTold] = useState('');
  const withAccount = props.providers.filter(({ account_schema }) => accountFieldsOf(account_schema).length > 0);
  const others = props.providers.filter((provider) => !withAccount.includes(provider));
  return (
    <section aria-labelledby={heading}>
      <h3 id={heading}>Accounts</h3>
      <p className="speech-note">
        Keys are kept encrypted, and used in place of the server’s own from the next conversation on.
      </p>
      <ul className="speech-providers">
        {withAccount.map((provider) => (
          <li key={provider.provider}>
            <Account
              client={props.client}
              provider={provider}
              onChanged={async (what) => {
                setTold(`The account with ${provider.title} is ${what}.`);
                await props.onChanged();
              }}
            />
          </li>
        ))}
      </ul>
      <p className="parley-hidden" role="status">
        {told}
      </p>
      {others.length > 0 && (
        <p className="speech-note">
          {`Without an account of one’s own: ${others
            .map(({ title, account }) => (account.source === 'none' ? `${title} (not set up on this server)` : title))
            .join(', ')}.`}
        </p>
      )}
    </section>
  );
}

function Account(props: {
  readonly client: ParleyClient;
  readonly provider: ProviderView;
  readonly onChanged: AccountChanged;
}): ReactNode {
  const { provider, title, account } = props.provider;
  const [isOpen, setOpen] = useState(false);
  return (
    <details
      data-testid="provider"
      data-provider={provider}
      data-source={account.source}
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <span className="speech-provider">
          {title}
          <span className="speech-abilities">{abilitiesOf(props.provider)}</span>
        </span>
        <span className="speech-source" data-source={account.source}>
          {sourceText(account)}
        </span>
      </summary>
      {/* Anew for each state: what was typed is gone once it is saved. */}
      {isOpen && (
        <AccountForm
          key={account.updated_at ?? ''}
          client={props.client}
          provider={props.provider}
          onChanged={props.onChanged}
        />
      )}
    </details>
  );
}

function abilitiesOf({ recognizers, synthesizers, language_models: models }: ProviderView): string {
  const does = [
    ...(recognizers.length > 0 ? ['listens'] : []),
    ...(synthesizers.length > 0 ? ['speaks'] : []),
    ...(models.length > 0 ? ['thinks'] : []),
  ];
  return does.join(', ');
}

function sourceText({ source, hint, label }: ProviderView['account']): string {
  switch (source) {
    case 'organization':
      return [label || 'Your own', hint].filter((text) => text !== null && text !== '').join(' ');
    case 'server':
      return 'The server’s';
    case 'not_needed':
      return 'None needed';
    case 'none':
      return 'Not set';
  }
}
