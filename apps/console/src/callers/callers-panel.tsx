import { ApiError } from '@parley/client/api-error.ts';
import { createClient } from '@parley/client/create-client.ts';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { PanelDialog } from '../panel-dialog.tsx';
import { CallInProgress } from './call-in-progress.tsx';
import { type TakenCall, takeCall, type Waiting, type WaitingCaller } from './take-call.ts';

interface CallersPanelProps {
  readonly baseUrl: string;
  readonly operatorKey: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Callers who wait for a person, and the one who was taken. */
export function CallersPanel({ baseUrl, operatorKey, isOpen, onClose }: CallersPanelProps): ReactNode {
  return (
    // Gone with the dialog: nobody stays on a line that they do not see.
    <PanelDialog name="callers" title="Callers" isOpen={isOpen} onClose={onClose}>
      <CallersDesk baseUrl={baseUrl} operatorKey={operatorKey} />
    </PanelDialog>
  );
}

/** Callers wait half a minute: a list that is older than this has cost them a tenth of it. */
const refreshMs = 2000;

const notAllowed =
  'This key does not let you take callers. Open the console with a key that has the permission conversations:answer.';

const nobody: Waiting = { handoffs: [], ice_servers: [] };

type Line =
  | { readonly status: 'free'; readonly problem?: string }
  | { readonly status: 'connecting'; readonly caller: WaitingCaller }
  | { readonly status: 'taken'; readonly caller: WaitingCaller; readonly call: TakenCall };

function CallersDesk({ baseUrl, operatorKey }: Pick<CallersPanelProps, 'baseUrl' | 'operatorKey'>): ReactNode {
  const client = useMemo(() => createClient({ baseUrl, token: operatorKey }), [baseUrl, operatorKey]);
  const [waiting, setWaiting] = useState(nobody);
  const [failure, setFailure] = useState<string>();
  const [line, setLine] = useState<Line>({ status: 'free' });
  const connecting = useRef<AbortController>(null);
  const taken = line.status === 'taken' ? line.call : undefined;

  useEffect(() => {
    const stop = new AbortController();
    const look = async (): Promise<void> => {
      try {
        const next = await client.listHandoffs({ signal: stop.signal });
        if (stop.signal.aborted) return;
        setWaiting(next);
        setFailure(undefined);
      } catch (error) {
        if (!stop.signal.aborted) setFailure(messageOf(error));
      }
      if (!stop.signal.aborted) timer = window.setTimeout(() => void look(), refreshMs);
    };
    let timer = 0;
    void look();
    return () => {
      stop.abort();
      window.clearTimeout(timer);
    };
  }, [client]);

  useEffect(() => () => connecting.current?.abort(), []);
  useEffect(() => () => taken?.hangUp(), [taken]);

  const take = async (caller: WaitingCaller): Promise<void> => {
    const mine = new AbortController();
    connecting.current = mine;
    setLine({ status: 'connecting', caller });
    try {
      const call = await takeCall(client, caller, waiting.ice_servers, mine.signal, () => setLine({ status: 'free' }));
      if (mine.signal.aborted) call.hangUp();
      else setLine({ status: 'taken', caller, call });
    } catch (error) {
      if (!mine.signal.aborted) setLine({ status: 'free', problem: messageOf(error) });
    }
  };

  const decline = async (caller: WaitingCaller): Promise<void> => {
    try {
      await client.declineHandoff({ handoff_id: caller.handoff_id });
      setWaiting((shown) => ({
        ...shown,
        handoffs: shown.handoffs.filter(({ handoff_id }) => handoff_id !== caller.handoff_id),
      }));
    } catch (error) {
      setLine({ status: 'free', problem: messageOf(error) });
    }
  };

  if (line.status === 'taken') {
    return <CallInProgress caller={line.caller} call={line.call} onHungUp={() => setLine({ status: 'free' })} />;
  }
  const problem = (line.status === 'free' ? line.problem : undefined) ?? failure;
  return (
    <div className="speech-desk" aria-live="polite">
      {problem !== undefined && (
        <p className="speech-error" role="alert">
          {problem}
        </p>
      )}
      {waiting.handoffs.length === 0 && line.status === 'free' && failure === undefined && (
        <p className="speech-note" data-testid="callers-nobody">
          Nobody is waiting. Callers whom an agent hands to the inbox appear here.
        </p>
      )}
      {waiting.handoffs.map((caller) => (
        <section key={caller.handoff_id} data-testid="caller-waiting">
          <h3>{caller.caller}</h3>
          <p className="speech-note">
            With {caller.agent} · {caller.language}
          </p>
          <p>{caller.brief}</p>
          <details>
            <summary>What was said</summary>
            <p className="caller-said">{caller.summary}</p>
          </details>
          <button
            type="button"
            className="parley-button"
            disabled={line.status === 'connecting'}
            onClick={() => void take(caller)}
          >
            Take call
          </button>{' '}
          <button
            type="button"
            className="parley-button"
            disabled={line.status === 'connecting'}
            onClick={() => void decline(caller)}
          >
            Decline
          </button>
        </section>
      ))}
      {line.status === 'connecting' && <p className="speech-note">Connecting to {line.caller.caller}</p>}
    </div>
  );
}

function messageOf(error: unknown): string {
  if (error instanceof ApiError && error.status === 403) return notAllowed;
  return error instanceof Error && error.message !== '' ? error.message : 'Something went wrong. Try again.';
}
