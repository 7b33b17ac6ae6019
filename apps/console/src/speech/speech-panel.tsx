import { createClient, type ParleyClient } from '@parley/client/create-client.ts';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { PanelDialog } from '../panel-dialog.tsx';
import { EngineOrder } from './engine-order.tsx';
import { ProviderAccounts } from './provider-accounts.tsx';
import type { ListedVoice, ProviderView } from './voice-catalogue.ts';
import { VoiceTrial } from './voice-trial.tsx';

interface SpeechPanelProps {
  readonly baseUrl: string;
  readonly operatorKey: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Who listens and speaks for the organization: its accounts with providers, the order of engines and voices, and how they sound. */
export function SpeechPanel({ baseUrl, operatorKey, isOpen, onClose }: SpeechPanelProps): ReactNode {
  return (
    // Gone with the dialog: a key that was typed and not saved must not wait in a hidden field.
    <PanelDialog name="speech" title="Speech" isOpen={isOpen} onClose={onClose}>
      <SpeechDesk baseUrl={baseUrl} operatorKey={operatorKey} />
    </PanelDialog>
  );
}

type Shown =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly message: string }
  | { readonly status: 'ready'; readonly providers: readonly ProviderView[]; readonly voices: readonly ListedVoice[] };

function SpeechDesk({ baseUrl, operatorKey }: Pick<SpeechPanelProps, 'baseUrl' | 'operatorKey'>): ReactNode {
  const client = useMemo(() => createClient({ baseUrl, token: operatorKey }), [baseUrl, operatorKey]);
  const loading = useRef<AbortController>(null);
  const [shown, setShown] = useState<Shown>({ status: 'loading' });

  /** What is shown stays until the new is there. */
  const load = useCallback(async () => {
    loading.current?.abort();
    const mine = new AbortController();
    loading.current = mine;
    const next = await readSpeech(client, mine.signal);
    if (!mine.signal.aborted) setShown(next);
  }, [client]);

  useEffect(() => {
    void load();
    return () => loading.current?.abort();
  }, [load]);

  if (shown.status === 'loading') return <p className="record-note">Loading</p>;
  if (shown.status === 'failed') {
    return (
      <div className="record-note" role="alert">
        <p>{shown.message}</p>
        <button type="button" className="parley-button" onClick={() => void load()}>
          Try again
        </button>
      </div>
    );
  }
  const { providers, voices } = shown;
  return (
    <div className="speech-desk">
      <ProviderAccounts client={client} providers={providers} onChanged={load} />
      <EngineOrder client={client} providers={providers} voices={voices} onSaved={load} />
      <VoiceTrial client={client} providers={providers} voices={voices} />
    </div>
  );
}

async function readSpeech(client: ParleyClient, signal: AbortSignal): Promise<Shown> {
  try {
    const [{ providers }, { voices }] = await Promise.all([
      client.listProviders({ signal }),
      client.listVoices({}, { signal }),
    ]);
    return { status: 'ready', providers, voices };
  } catch (error) {
    return { status: 'failed', message: error instanceof Error ? error.message : 'The providers could not be read.' };
  }
}
