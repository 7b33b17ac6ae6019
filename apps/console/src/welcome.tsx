import type { ReactNode } from 'react';
import { keepFocus } from './keep-focus.ts';

const suggestions = [
  'I’d like to book a haircut for Friday at three',
  'What services do you offer?',
  'When are you open?',
] as const;

/** What stands where the conversation will be: how to begin. */
export function Welcome(props: {
  readonly agentName: string | undefined;
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
      <p className="welcome-try" id="welcome-try">
        Try saying
      </p>
      <ul className="chips" aria-labelledby="welcome-try">
        {suggestions.map((suggestion) => (
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
