import type { ReactNode } from 'react';
import { keepFocus } from './keep-focus.ts';
import type { OfferedAgent } from './use-agents.ts';

/** What stands where the conversation will be: how to begin. */
export function Welcome(props: {
  readonly agentName: string | undefined;
  /** Undefined until the server has told. */
  readonly agent: OfferedAgent | undefined;
  readonly picker: ReactNode;
  readonly isLive: boolean;
  readonly onChoose: (text: string) => boolean;
}): ReactNode {
  return (
    <section className="welcome" aria-label="How to begin">
      <h2>
        {props.isLive
          ? `You are through${props.agentName === undefined ? '' : ` to ${props.agentName}`}`
          : 'Book it by talking'}
      </h2>
      <p>Say what you need in your own words. Interrupt, change your mind, or type whenever you like.</p>
      {props.picker}
      {props.agent !== undefined && !props.agent.has_voice && (
        <p className="welcome-note">This agent reads and writes; its language has no voice on this server.</p>
      )}
      <p className="welcome-try" id="welcome-try">
        {(props.agent?.suggestions.length ?? 0) > 0 ? 'Try saying' : ''}
      </p>
      <ul className="chips" aria-labelledby="welcome-try" lang={props.agent?.language}>
        {(props.agent?.suggestions ?? []).map((suggestion) => (
          <li key={suggestion}>
            <button
              type="button"
              className="chip"
              data-testid="suggestion"
              onClick={(event) => {
                props.onChoose(suggestion);
                keepFocus(event.detail);
              }}
            >
              {suggestion}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
