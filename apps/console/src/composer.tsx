import { MAX_USER_TEXT_CHARACTERS } from '@parley/contract/app-messages.ts';
import { type FormEvent, type KeyboardEvent, type ReactNode, useState } from 'react';

/** Typing instead. Always there: it starts a conversation, takes part in a call, and begins anew after the end. */
export function Composer(props: {
  readonly isEnded: boolean;
  readonly conversationId: string | undefined;
  /** False when the text was not taken: it then stays in the field. */
  readonly onSend: (text: string) => boolean;
}): ReactNode {
  const [text, setText] = useState('');

  function send(event: FormEvent | KeyboardEvent): void {
    event.preventDefault();
    if (props.onSend(text)) setText('');
  }

  return (
    <form className="composer" onSubmit={send}>
      <label className="parley-hidden" htmlFor="text-input">
        Type a message
      </label>
      <textarea
        id="text-input"
        data-testid="text-input"
        rows={1}
        value={text}
        maxLength={MAX_USER_TEXT_CHARACTERS}
        placeholder={props.isEnded ? 'Type to start a new conversation' : 'Type instead'}
        autoComplete="off"
        enterKeyHint="send"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          // While an input method composes a word, Enter belongs to it.
          if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) send(event);
        }}
      />
      <button type="submit" className="send" data-testid="send-button" disabled={text.trim() === ''} aria-label="Send">
        <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
          <path d="M10 16V4M4.5 9.5L10 4l5.5 5.5" />
        </svg>
      </button>
    </form>
  );
}
