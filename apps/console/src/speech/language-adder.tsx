import { type ReactNode, useId, useState } from 'react';
import { languagePattern } from './speech-choice.ts';
import type { Offer } from './voice-catalogue.ts';

/** Begins an order for a language of its own; any can be typed, those of the voices are offered. */
export function LanguageAdder(props: {
  readonly offers: readonly Offer[];
  /** Those that have an order already. */
  readonly taken: readonly string[];
  readonly onAdd: (language: string) => void;
}): ReactNode {
  const id = useId();
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string>();

  const add = (): void => {
    const language = typed.trim();
    if (!languagePattern.test(language)) return setError('A language is a tag such as vi-VN or vi.');
    if (props.taken.some((one) => one.toLowerCase() === language.toLowerCase())) {
      return setError('It has an order of its own already.');
    }
    setTyped('');
    setError(undefined);
    props.onAdd(language);
  };

  return (
    <div className="speech-field">
      <label htmlFor={id}>An order of its own for a language</label>
      <div className="speech-adder">
        <input
          id={id}
          list={`${id}-offers`}
          value={typed}
          placeholder="vi-VN"
          maxLength={35}
          spellCheck={false}
          aria-invalid={error !== undefined}
          aria-describedby={`${id}-error`}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') add();
          }}
        />
        <datalist id={`${id}-offers`}>
          {props.offers.map(({ value, title }) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </datalist>
        <button type="button" className="parley-button" onClick={add}>
          Add language
        </button>
      </div>
      <p id={`${id}-error`} className="speech-error" role={error === undefined ? undefined : 'alert'}>
        {error}
      </p>
    </div>
  );
}
