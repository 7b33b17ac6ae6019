import type { ParleyClient } from '@parley/client/create-client.ts';
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { refusalOf } from './speech-choice.ts';
import {
  type ListedVoice,
  languagesOf,
  languageTitle,
  offeredSynthesizers,
  type ProviderView,
  sentenceIn,
} from './voice-catalogue.ts';
import { VoiceSelect } from './voice-select.tsx';

/** A sentence is said in seconds; a voice that must start first may take more. */
const timeoutMs = 30_000;

const notPlayable = 'What came is no sound that this browser can play.';

type Said =
  | { readonly status: 'nothing' | 'speaking' }
  | { readonly status: 'said'; readonly url: string }
  | { readonly status: 'refused'; readonly reasons: readonly string[] };

/** Has a sentence said by an engine and a voice, as they are reached now, and plays it. */
export function VoiceTrial(props: {
  readonly client: ParleyClient;
  readonly providers: readonly ProviderView[];
  readonly voices: readonly ListedVoice[];
}): ReactNode {
  const { client, providers, voices } = props;
  const id = useId();
  const engines = offeredSynthesizers(providers, voices);
  const languages = languagesOf(voices);
  const [language, setLanguage] = useState('en-US');
  const [engine, setEngine] = useState('');
  const [voice, setVoice] = useState('');
  const [text, setText] = useState<string>();
  const [said, setSaid] = useState<Said>({ status: 'nothing' });
  const speaking = useRef<AbortController>(null);
  const url = said.status === 'said' ? said.url : undefined;
  // Engines and voices go with their accounts.
  const chosen = engines.some(({ value }) => value === engine) ? engine : '';
  const chosenVoice = voices.some((one) => one.engine === chosen && one.voice === voice) ? voice : '';

  useEffect(() => () => speaking.current?.abort(), []);
  useEffect(() => {
    if (url !== undefined) return () => URL.revokeObjectURL(url);
  }, [url]);

  const speak = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    speaking.current?.abort();
    const mine = new AbortController();
    speaking.current = mine;
    setSaid({ status: 'speaking' });
    const body = {
      text: (text ?? sentenceIn(language)).trim(),
      language,
      format: 'wav',
      ...(chosen !== '' && { engine: chosen }),
      ...(chosenVoice !== '' && { voice: chosenVoice }),
    } as const;
    try {
      const answer = await client.synthesize({ body }, { signal: mine.signal, timeoutMs });
      const sound = await answer.blob();
      if (!mine.signal.aborted) setSaid({ status: 'said', url: URL.createObjectURL(sound) });
    } catch (error) {
      if (!mine.signal.aborted) setSaid({ status: 'refused', reasons: refusalOf(error) });
    }
  };

  return (
    <section aria-labelledby={`${id}-heading`} data-testid="voice-trial">
      <h3 id={`${id}-heading`}>Try a voice</h3>
      <form className="speech-form" onSubmit={(event) => void speak(event)}>
        <div className="speech-row">
          <div className="speech-field">
            <label htmlFor={`${id}-language`}>Language</label>
            <select
              id={`${id}-language`}
              value={language}
              onChange={(event) => {
                setLanguage(event.currentTarget.value);
                setVoice('');
              }}
            >
              {!languages.some(({ value }) => value === language) && (
                <option value={language}>{languageTitle(language)}</option>
              )}
              {languages.map(({ value, title }) => (
                <option key={value} value={value}>
                  {title}
                </option>
              ))}
            </select>
          </div>
          <div className="speech-field">
            <label htmlFor={`${id}-engine`}>Engine</label>
            <select
              id={`${id}-engine`}
              value={chosen}
              onChange={(event) => {
                setEngine(event.currentTarget.value);
                setVoice('');
              }}
            >
              <option value="">As agents have it</option>
              {engines.map(({ value, title }) => (
                <option key={value} value={value}>
                  {title}
                </option>
              ))}
            </select>
          </div>
          {chosen !== '' && (
            <VoiceSelect voices={voices} engine={chosen} language={language} value={chosenVoice} onChange={setVoice} />
          )}
        </div>
        <div className="speech-field">
          <label htmlFor={`${id}-text`}>Sentence</label>
          <textarea
            id={`${id}-text`}
            rows={2}
            maxLength={500}
            required={true}
            lang={language}
            value={text ?? sentenceIn(language)}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        </div>
        <div className="speech-actions">
          <button type="submit" className="parley-button" data-kind="primary">
            {said.status === 'speaking' ? 'Speaking' : 'Try it'}
          </button>
          {said.status === 'said' && (
            // biome-ignore lint/a11y/useMediaCaption: what it says stands in the field above
            <audio
              data-testid="voice-sound"
              src={said.url}
              controls={true}
              autoPlay={true}
              onError={() => setSaid({ status: 'refused', reasons: [notPlayable] })}
            />
          )}
        </div>
        {said.status === 'refused' && (
          <ul className="speech-error" role="alert">
            {said.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        )}
      </form>
    </section>
  );
}
