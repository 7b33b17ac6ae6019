import type { ParleyClient } from '@parley/client/create-client.ts';
import { type FormEvent, type ReactNode, useId, useRef, useState } from 'react';
import {
  type AccountErrors,
  type AccountField,
  accountErrorsOf,
  accountFieldsOf,
  accountOf,
  missingFields,
  noErrors,
} from './account-fields.ts';
import type { ProviderView } from './voice-catalogue.ts';

/** Told once the server has it; resolves when what is shown is up to date. */
export type AccountChanged = (what: 'saved' | 'removed') => Promise<void>;

/** Sets, replaces and removes the organization's account with a provider. Keys are typed and never shown again. */
export function AccountForm(props: {
  readonly client: ParleyClient;
  readonly provider: ProviderView;
  readonly onChanged: AccountChanged;
}): ReactNode {
  const { provider, title, account, account_schema } = props.provider;
  const fields = accountFieldsOf(account_schema);
  const form = useRef<HTMLFormElement>(null);
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>(account.values);
  const [label, setLabel] = useState(account.label ?? '');
  const [errors, setErrors] = useState<AccountErrors>(noErrors);
  const [doing, setDoing] = useState<'saving' | 'removing'>();
  const isOwn = account.source === 'organization';

  const act = async (what: 'saving' | 'removing', change: () => Promise<unknown>): Promise<void> => {
    if (doing !== undefined) return;
    setDoing(what);
    setErrors(noErrors);
    try {
      await change();
      // The form gives way to its successor: people at a keyboard go on from the provider's name.
      form.current?.closest('details')?.querySelector('summary')?.focus();
      await props.onChanged(what === 'saving' ? 'saved' : 'removed');
    } catch (error) {
      refuse(accountErrorsOf(error, fields));
    } finally {
      setDoing(undefined);
    }
  };

  const refuse = (told: AccountErrors): void => {
    setErrors(told);
    const first = fields.find(({ name }) => told.fields[name] !== undefined);
    if (first !== undefined) form.current?.querySelector<HTMLInputElement>(`[name="${first.name}"]`)?.focus();
  };

  const save = (event: FormEvent): void => {
    event.preventDefault();
    const entered = accountOf(fields, typed);
    const missing = missingFields(fields, entered);
    if (Object.keys(missing).length > 0) return refuse({ fields: missing, general: undefined });
    const body = { account: entered, label: label.trim() };
    void act('saving', () => props.client.putProviderAccount({ provider, body }));
  };

  return (
    <form ref={form} className="speech-form" onSubmit={save} noValidate={true} autoComplete="off">
      {fields.map((field) => (
        <Field
          key={field.name}
          field={field}
          value={typed[field.name] ?? ''}
          error={errors.fields[field.name]}
          hint={field.isSecret && isOwn ? keptHint(account.hint, field.isRequired) : ''}
          onChange={(value) => setTyped((before) => ({ ...before, [field.name]: value }))}
        />
      ))}
      <Field field={labelField} value={label} error={undefined} hint="" onChange={setLabel} />
      {errors.general !== undefined && (
        <p className="speech-error" role="alert">
          {errors.general}
        </p>
      )}
      <div className="speech-actions">
        <button type="submit" className="parley-button" data-kind="primary" aria-disabled={doing !== undefined}>
          {doing === 'saving' ? 'Saving' : 'Save'}
        </button>
        {isOwn && (
          <button
            type="button"
            className="parley-button"
            aria-label={`Remove your account with ${title}`}
            aria-disabled={doing !== undefined}
            onClick={() => void act('removing', () => props.client.deleteProviderAccount({ provider }))}
          >
            {doing === 'removing' ? 'Removing' : 'Remove'}
          </button>
        )}
      </div>
    </form>
  );
}

/** The whole account is replaced by what is typed, and nobody is shown the key to type it from. */
function keptHint(end: string | null, isRequired: boolean): string {
  const set = end === null || end === '' ? 'It is set.' : `It is set and ends in ${end}.`;
  return `${set} ${isRequired ? 'To save, enter it again.' : 'Enter it again to keep it.'}`;
}

const labelField: AccountField = {
  name: 'label',
  label: 'Note',
  description: 'For people: whose account it is.',
  isSecret: false,
  isRequired: false,
  placeholder: '',
};

function Field(props: {
  readonly field: AccountField;
  readonly value: string;
  readonly error: string | undefined;
  /** Of what is set already. */
  readonly hint: string;
  readonly onChange: (value: string) => void;
}): ReactNode {
  const { field, error } = props;
  const id = useId();
  const note = [props.hint, field.description].filter((text) => text !== '').join(' ');
  return (
    <div className="speech-field">
      <label htmlFor={id}>
        {field.label}
        {!field.isRequired && <span className="speech-optional"> (optional)</span>}
      </label>
      <input
        id={id}
        name={field.name}
        type={field.isSecret ? 'password' : 'text'}
        // Browsers keep `off` for passwords only if they take it for a new one.
        autoComplete={field.isSecret ? 'new-password' : 'off'}
        spellCheck={false}
        maxLength={field === labelField ? 100 : 4000}
        value={props.value}
        placeholder={field.placeholder}
        required={field.isRequired}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-note ${id}-error`}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      />
      <p id={`${id}-error`} className="speech-error" role={error === undefined ? undefined : 'alert'}>
        {error}
      </p>
      <p id={`${id}-note`} className="speech-note">
        {note}
      </p>
    </div>
  );
}
