import { type ReactNode, useId, useRef, useState } from 'react';
import { added, type Choice, maxEngines, moved, type PreferenceKind } from './speech-choice.ts';
import { type ListedVoice, languageTitle, type Offer, titleOf } from './voice-catalogue.ts';
import { VoiceSelect } from './voice-select.tsx';

const names = { recognizers: 'Listens', voices: 'Speaks' } as const satisfies Record<PreferenceKind, string>;

/** Engines in order of preference: moved, removed, and others added. */
export function PreferenceList(props: {
  readonly kind: PreferenceKind;
  /** Undefined: all languages. */
  readonly language: string | undefined;
  readonly choices: readonly Choice[];
  readonly offers: readonly Offer[];
  readonly voices: readonly ListedVoice[];
  readonly onChange: (choices: readonly Choice[]) => void;
}): ReactNode {
  const { kind, language, choices, offers, voices } = props;
  const id = useId();
  const adder = useRef<HTMLSelectElement>(null);
  const [engine, setEngine] = useState('');
  const [voice, setVoice] = useState('');
  const where = language === undefined ? 'all languages' : languageTitle(language);
  const isFull = choices.length >= maxEngines;

  const add = (): void => {
    if (engine === '') return adder.current?.focus();
    props.onChange(added(choices, { engine, voice: voice === '' ? undefined : voice }));
    setEngine('');
    setVoice('');
    adder.current?.focus();
  };

  return (
    <div className="speech-preference" data-kind={kind}>
      <h4 id={`${id}-name`}>{names[kind]}</h4>
      {choices.length === 0 ? (
        <p className="speech-note">{language === undefined ? 'The server’s own.' : 'As for all languages.'}</p>
      ) : (
        <ol aria-labelledby={`${id}-name`}>
          {choices.map((choice, at) => {
            const title = choiceTitle(choice, offers, voices);
            return (
              <li key={`${choice.engine} ${choice.voice ?? ''}`} className="speech-place">
                <span className="speech-choice">{title}</span>
                <Arrow
                  label={`${title}: earlier`}
                  path="M5 12l5-5 5 5"
                  isPossible={at > 0}
                  onPress={() => props.onChange(moved(choices, at, -1))}
                />
                <Arrow
                  label={`${title}: later`}
                  path="M5 8l5 5 5-5"
                  isPossible={at < choices.length - 1}
                  onPress={() => props.onChange(moved(choices, at, 1))}
                />
                <Arrow
                  label={`Remove ${title}`}
                  path="M6 6l8 8M14 6l-8 8"
                  isPossible={true}
                  onPress={() => {
                    props.onChange(choices.filter((_, index) => index !== at));
                    adder.current?.focus();
                  }}
                />
              </li>
            );
          })}
        </ol>
      )}
      <div className="speech-adder">
        <select
          ref={adder}
          aria-label={`Engine that ${kind === 'voices' ? 'speaks' : 'listens'} in ${where}`}
          value={engine}
          onChange={(event) => {
            setEngine(event.currentTarget.value);
            setVoice('');
          }}
        >
          <option value="">{isFull ? `At most ${maxEngines}` : 'Choose an engine'}</option>
          {!isFull &&
            offers.map(({ value, title }) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
        </select>
        <button type="button" className="parley-button" aria-disabled={engine === ''} onClick={add}>
          Add
        </button>
      </div>
      {kind === 'voices' && engine !== '' && (
        <VoiceSelect voices={voices} engine={engine} language={language} value={voice} onChange={setVoice} />
      )}
    </div>
  );
}

/** `aria-disabled`: a button that is disabled under one's finger takes the focus with it. */
function Arrow(props: {
  readonly label: string;
  readonly path: string;
  readonly isPossible: boolean;
  readonly onPress: () => void;
}): ReactNode {
  return (
    <button
      type="button"
      className="parley-icon-button"
      aria-label={props.label}
      aria-disabled={!props.isPossible}
      onClick={() => {
        if (props.isPossible) props.onPress();
      }}
    >
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        <path d={props.path} />
      </svg>
    </button>
  );
}

function choiceTitle({ engine, voice }: Choice, offers: readonly Offer[], voices: readonly ListedVoice[]): string {
  const title = titleOf(engine, offers);
  if (voice === undefined) return title;
  const listed = voices.find((one) => one.engine === engine && one.voice === voice);
  return `${title}, ${listed?.title ?? voice}`;
}
