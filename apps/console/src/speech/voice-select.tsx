import { type ReactNode, useId } from 'react';
import { type ListedVoice, languageTitle, voicesFor } from './voice-catalogue.ts';

/** The voices of an engine, those of a language before the others. */
export function VoiceSelect(props: {
  readonly voices: readonly ListedVoice[];
  readonly engine: string;
  /** BCP 47; undefined: all are alike. */
  readonly language: string | undefined;
  /** Empty: as the engine chooses. */
  readonly value: string;
  readonly onChange: (voice: string) => void;
}): ReactNode {
  const id = useId();
  const { native, other } = voicesFor(props.voices, props.engine, props.language);
  return (
    <div className="speech-field">
      <label htmlFor={id}>Voice</label>
      <select id={id} value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)}>
        <option value="">As the engine chooses</option>
        {native.map(option)}
        {other.length > 0 && <optgroup label="Of other languages">{other.map(option)}</optgroup>}
      </select>
    </div>
  );
}

function option({ voice, title, language }: ListedVoice): ReactNode {
  return (
    <option key={`${voice} ${language}`} value={voice}>
      {`${title}, ${languageTitle(language)}`}
    </option>
  );
}
