import type { ConversationClient } from '@parley/react/conversation-client.ts';
import { LevelMeter } from '@parley/react/level-meter.tsx';
import type { ConversationSnapshot, TalkMode } from '@parley/react/snapshot.ts';
import { TalkButton } from '@parley/react/talk-button.tsx';
import type { ReactNode } from 'react';
import { keepFocus } from './keep-focus.ts';

/** Where one talks: the button, what goes on in words, how to talk, the microphone, hanging up. */
export function Stage(props: {
  readonly snapshot: ConversationSnapshot;
  readonly client: ConversationClient;
  readonly isEmpty: boolean;
}): ReactNode {
  const { snapshot, client } = props;
  const isLive = snapshot.connection === 'connected' || snapshot.connection === 'reconnecting';
  const isInCall = isLive && snapshot.medium === 'voice';
  const words = stateWords(snapshot);
  return (
    <section className="stage" aria-label="Talk" data-live={isLive}>
      <div className="stage-talk">
        <TalkButton snapshot={snapshot} client={client} />
        <div className="stage-words">
          <p className="state" data-testid="state" data-state={snapshot.state} data-connection={snapshot.connection}>
            {words.state}
          </p>
          <p className="hint">{words.hint}</p>
          <div className="meters" data-shown={isInCall}>
            <span>
              You <LevelMeter stream={snapshot.microphoneStream} speaker="user" />
            </span>
            <span>
              Agent <LevelMeter stream={snapshot.agentStream} speaker="agent" />
            </span>
          </div>
        </div>
      </div>
      <div className="stage-controls">
        <fieldset className="modes">
          <legend className="parley-hidden">How to talk</legend>
          {modes.map(({ mode, label, testId }) => (
            <label key={mode} className="mode" data-testid={testId}>
              <input
                type="radio"
                name="talk-mode"
                className="parley-hidden"
                checked={snapshot.talkMode === mode}
                onChange={() => client.setTalkMode(mode)}
              />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
        {snapshot.microphones.length > 0 && (
          <label className="microphone">
            <span className="parley-hidden">Microphone</span>
            <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
              <rect x="7.5" y="2.5" width="5" height="9" rx="2.5" />
              <path d="M4.5 9.5a5.5 5.5 0 0 0 11 0M10 15v2.5" />
            </svg>
            <select
              data-testid="microphone-select"
              value={snapshot.microphoneId ?? ''}
              onChange={(event) => client.chooseMicrophone(event.target.value === '' ? undefined : event.target.value)}
            >
              <option value="">Default microphone</option>
              {snapshot.microphones
                .filter((microphone) => microphone.deviceId !== 'default')
                .map((microphone) => (
                  <option key={microphone.deviceId} value={microphone.deviceId}>
                    {microphone.label}
                  </option>
                ))}
            </select>
          </label>
        )}
        {isLive && (
          <button
            type="button"
            className="hang-up"
            data-testid="hang-up"
            aria-label="Hang up"
            aria-keyshortcuts="Escape"
            onClick={(event) => {
              client.hangUp();
              keepFocus(event.detail);
            }}
          >
            <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
              <path d="M2.5 11.5c0-5 15-5 15 0v1.7c0 .6-.5 1-1.1.9l-2.6-.5a1 1 0 0 1-.8-1v-1.7c-2-.7-4-.7-6 0v1.7a1 1 0 0 1-.8 1l-2.6.5c-.6.1-1.1-.3-1.1-.9z" />
            </svg>
            <span>Hang up</span>
          </button>
        )}
      </div>
    </section>
  );
}

const modes: readonly { readonly mode: TalkMode; readonly label: string; readonly testId: string }[] = [
  { mode: 'hands_free', label: 'Hands-free', testId: 'mode-hands-free' },
  { mode: 'tap', label: 'Tap', testId: 'mode-tap' },
  { mode: 'hold', label: 'Hold', testId: 'mode-hold' },
];

function stateWords(snapshot: ConversationSnapshot): { readonly state: string; readonly hint: string } {
  const { connection, medium, state, talkMode } = snapshot;
  if (connection === 'idle') return { state: 'Ready when you are', hint: 'Press the button to talk, or type instead.' };
  if (connection === 'connecting') return { state: 'Connecting', hint: 'Allow the microphone if the browser asks.' };
  if (connection === 'reconnecting') return { state: 'Reconnecting', hint: 'Picking up where we were.' };
  if (connection === 'lost') return { state: 'Disconnected', hint: 'Press the button to try again.' };
  if (connection === 'ended') return { state: 'Ended', hint: 'Press the button to start another.' };
  if (snapshot.isTalking) {
    return {
      state: 'Listening',
      hint: talkMode === 'tap' ? 'Tap again when you have finished.' : 'Let go when you have finished.',
    };
  }
  const inChat = medium === 'chat';
  switch (state) {
    case 'listening':
      return { state: 'Listening', hint: inChat ? '' : 'Go on, I hear you.' };
    case 'processing':
      return { state: 'Thinking', hint: 'One moment.' };
    case 'responding':
      return { state: inChat ? 'Answering' : 'Speaking', hint: inChat ? '' : interruptHint(talkMode) };
    case 'ended':
      return { state: 'Ended', hint: '' };
    case 'waiting':
      return inChat
        ? { state: 'Your turn', hint: 'Type, or press the button to talk.' }
        : { state: snapshot.isMuted ? 'Muted' : 'Your turn', hint: turnHint(snapshot) };
  }
}

function turnHint(snapshot: ConversationSnapshot): string {
  if (snapshot.isMuted) return 'Press the button to be heard again.';
  if (snapshot.talkMode === 'hands_free') return 'Just speak.';
  return snapshot.talkMode === 'tap' ? 'Tap the button and speak.' : 'Hold the button, or Space, and speak.';
}

function interruptHint(talkMode: TalkMode): string {
  if (talkMode === 'hands_free') return 'Speak to interrupt.';
  return talkMode === 'tap' ? 'Tap to interrupt.' : 'Hold to interrupt.';
}
