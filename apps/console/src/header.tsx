import type { Connection, ConversationSnapshot } from '@parley/react/snapshot.ts';
import type { ReactNode } from 'react';

export function Header(props: {
  readonly snapshot: ConversationSnapshot;
  /** Undefined for visitors, who have no record to look at. */
  readonly onRecord: (() => void) | undefined;
  /** Undefined for them too, as is the next. */
  readonly onCallers: (() => void) | undefined;
  readonly onSpeech: (() => void) | undefined;
}): ReactNode {
  const { connection, medium } = props.snapshot;
  return (
    <header className="header">
      <h1 className="wordmark">
        <svg viewBox="0 0 34 24" width="34" height="24" aria-hidden="true">
          <circle cx="12" cy="12" r="10" className="wordmark-you" />
          <circle cx="22" cy="12" r="10" className="wordmark-agent" />
        </svg>
        <span>Parley</span>
      </h1>
      <p
        className="connection"
        data-testid="connection"
        data-connection={connection}
        data-medium={medium}
        role="status"
      >
        <span className="connection-dot" aria-hidden="true" />
        {connectionText(connection, medium)}
      </p>
      {props.onCallers !== undefined && (
        <button type="button" className="parley-button" data-testid="callers-open" onClick={props.onCallers}>
          Callers
        </button>
      )}
      {props.onSpeech !== undefined && (
        <button type="button" className="parley-button" data-testid="speech-open" onClick={props.onSpeech}>
          Speech
        </button>
      )}
      {props.onRecord !== undefined && (
        <button type="button" className="parley-button" data-testid="record-open" onClick={props.onRecord}>
          Record
        </button>
      )}
    </header>
  );
}

function connectionText(connection: Connection, medium: ConversationSnapshot['medium']): string {
  switch (connection) {
    case 'idle':
      return 'Not connected';
    case 'connecting':
      return 'Connecting';
    case 'connected':
      return medium === 'voice' ? 'On a call' : 'In chat';
    case 'reconnecting':
      return 'Reconnecting';
    case 'lost':
      return 'Disconnected';
    case 'ended':
      return 'Ended';
  }
}
