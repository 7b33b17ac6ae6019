import { ApiError } from '@parley/client/api-error.ts';
import type { ParleyClient } from '@parley/client/create-client.ts';
import { type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react';
import { LanguageAdder } from './language-adder.tsx';
import { PreferenceList } from './preference-list.tsx';
import {
  choiceOf,
  type Preference,
  refusalOf,
  type SpeechChoice,
  type SpeechSettings,
  settingsOf,
} from './speech-choice.ts';
import {
  type ListedVoice,
  languagesOf,
  languageTitle,
  offeredRecognizers,
  offeredSynthesizers,
  type ProviderView,
} from './voice-catalogue.ts';

/** The settings as they were read, and what has been made of them since. */
interface Draft {
  readonly etag: string;
  readonly before: SpeechSettings | undefined;
  readonly choice: SpeechChoice;
}

type Told =
  | { readonly kind: 'nothing' | 'saving' | 'saved' }
  | { readonly kind: 'refused'; readonly reasons: readonly string[] };

const changedMeanwhile =
  'Somebody changed the settings meanwhile. They are shown as they are now: make your change again.';
const nobody: Preference = { recognizers: [], voices: [] };

/** Who listens and speaks, in order of preference, for all languages and for each that has an order of its own. */
export function EngineOrder(props: {
  readonly client: ParleyClient;
  readonly providers: readonly ProviderView[];
  readonly voices: readonly ListedVoice[];
  readonly onSaved: () => Promise<void>;
}): ReactNode {
  const { client, providers, voices } = props;
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const scope = useRef<AbortController>(null);
  const [draft, setDraft] = useState<Draft>();
  const [told, setTold] = useState<Told>({ kind: 'nothing' });

  const read = useCallback(async () => {
    scope.current?.abort();
    const mine = new AbortController();
    scope.current = mine;
    try {
      let etag = '*';
      const onHeaders = (headers: Headers) => {
        etag = headers.get('etag') ?? etag;
      };
      const { settings } = await client.getOrganization({ signal: mine.signal, onHeaders });
      if (!mine.signal.aborted) setDraft({ etag, before: settings.speech, choice: choiceOf(settings.speech) });
    } catch (error) {
      if (!mine.signal.aborted) setTold({ kind: 'refused', reasons: refusalOf(error) });
    }
  }, [client]);

  useEffect(() => {
    void read();
    return () => scope.current?.abort();
  }, [read]);

  const change = (choice: SpeechChoice): void => {
    setDraft((known) => known && { ...known, choice });
    setTold({ kind: 'nothing' });
  };

  const save = async ({ etag, before, choice }: Draft): Promise<void> => {
    if (told.kind === 'saving') return;
    setTold({ kind: 'saving' });
    try {
      const body = { settings: { speech: settingsOf(choice, before) } };
      await client.updateOrganization({ ifMatch: etag, body });
      await read();
      setTold({ kind: 'saved' });
      await props.onSaved();
    } catch (error) {
      const isStale = error instanceof ApiError && error.code === 'precondition_failed';
      if (isStale) await read();
      setTold({ kind: 'refused', reasons: isStale ? [changedMeanwhile] : refusalOf(error) });
    }
  };

  const offers = { recognizers: offeredRecognizers(providers), voices: offeredSynthesizers(providers, voices) };
  const listsOf = (
    preference: Preference,
    language: string | undefined,
    onChange: (preference: Preference) => void,
  ): ReactNode =>
    (['recognizers', 'voices'] as const).map((kind) => (
      <PreferenceList
        key={kind}
        kind={kind}
        language={language}
        choices={preference[kind]}
        offers={offers[kind]}
        voices={voices}
        onChange={(choices) => onChange({ ...preference, [kind]: choices })}
      />
    ));

  return (
    <section aria-labelledby={`${id}-heading`} data-testid="engine-order">
      <h3 id={`${id}-heading`} ref={heading} tabIndex={-1}>
        Order
      </h3>
      <p className="speech-note">The first is used; when it fails, the next goes on in the middle of the sentence.</p>
      {draft !== undefined && (
        <>
          <fieldset className="speech-scope">
            <legend>All languages</legend>
            {listsOf(draft.choice.all, undefined, (all) => change({ ...draft.choice, all }))}
          </fieldset>
          {Object.entries(draft.choice.byLanguage).map(([language, preference]) => (
            <fieldset key={language} className="speech-scope" data-language={language}>
              <legend>{languageTitle(language)}</legend>
              {listsOf(preference, language, (next) =>
                change({ ...draft.choice, byLanguage: { ...draft.choice.byLanguage, [language]: next } }),
              )}
              <button
                type="button"
                className="parley-button"
                onClick={() => {
                  const { [language]: _, ...byLanguage } = draft.choice.byLanguage;
                  change({ ...draft.choice, byLanguage });
                  heading.current?.focus();
                }}
              >
                {`Remove the order for ${languageTitle(language)}`}
              </button>
            </fieldset>
          ))}
          <LanguageAdder
            offers={languagesOf(voices)}
            taken={Object.keys(draft.choice.byLanguage)}
            onAdd={(language) =>
              change({ ...draft.choice, byLanguage: { ...draft.choice.byLanguage, [language]: nobody } })
            }
          />
          <label className="speech-check">
            <input
              type="checkbox"
              checked={draft.choice.hasServerBehind}
              onChange={(event) => change({ ...draft.choice, hasServerBehind: event.currentTarget.checked })}
            />
            The server’s own engines stand in behind those named here
          </label>
        </>
      )}
      {told.kind === 'refused' && (
        <ul className="speech-error" role="alert" data-testid="order-refused">
          {told.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      {draft !== undefined && (
        <div className="speech-actions">
          <button
            type="button"
            className="parley-button"
            data-kind="primary"
            aria-disabled={told.kind === 'saving'}
            onClick={() => void save(draft)}
          >
            Save order
          </button>
          <span role="status">{told.kind === 'saved' ? 'Saved' : told.kind === 'saving' ? 'Saving' : ''}</span>
        </div>
      )}
    </section>
  );
}
