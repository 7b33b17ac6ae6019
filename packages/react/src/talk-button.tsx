import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef } from 'react';
import type { ConversationClient } from './conversation-client.ts';
import type { ConversationSnapshot } from './snapshot.ts';
import { useLevel } from './use-level.ts';

/**
 * The one large button. Out of a call it starts one; in a call it does what the mode says: mutes (hands-free), begins
 * and ends a turn (tap), or makes the turn last while it is held by pointer or Space (hold).
 */
export function TalkButton(props: {
  readonly snapshot: ConversationSnapshot;
  readonly client: ConversationClient;
}): ReactNode {
  const { snapshot, client } = props;
  const button = useRef<HTMLButtonElement>(null);
  const ring = useRef<HTMLSpanElement>(null);
  const isInCall = snapshot.connection === 'connected' && snapshot.medium === 'voice';
  const isHold = isInCall && snapshot.talkMode === 'hold';
  useLevel(
    snapshot.state === 'responding' && !snapshot.isTalking ? snapshot.agentStream : snapshot.microphoneStream,
    ring,
  );

  // A turn must not go on when the window that saw the press no longer sees the release.
  useEffect(() => {
    if (!isHold) return;
    const release = (): void => client.releaseTalk();
    window.addEventListener('blur', release);
    return () => window.removeEventListener('blur', release);
  }, [isHold, client]);

  function onClick(): void {
    if (snapshot.connection === 'connecting' || snapshot.connection === 'reconnecting') return;
    if (!isInCall) client.startVoice();
    else if (snapshot.talkMode === 'hands_free') client.setMuted(!snapshot.isMuted);
    else if (snapshot.talkMode === 'tap') {
      if (snapshot.isTalking) client.releaseTalk();
      else client.pressTalk();
    }
  }

  function onPointerDown(event: PointerEvent<HTMLButtonElement>): void {
    if (!isHold || event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    client.pressTalk();
  }

  function onKey(event: KeyboardEvent<HTMLButtonElement>): void {
    if (!isHold || event.key !== ' ') return;
    event.preventDefault();
    if (event.type === 'keyup') client.releaseTalk();
    else if (!event.repeat) client.pressTalk();
  }

  return (
    <button
      ref={button}
      type="button"
      className="parley-talk"
      data-testid="talk-button"
      data-state={isInCall ? snapshot.state : snapshot.connection}
      data-talking={snapshot.isTalking}
      data-muted={snapshot.isMuted}
      data-hold={isHold}
      aria-label={talkLabel(snapshot)}
      aria-pressed={isInCall ? (snapshot.talkMode === 'hands_free' ? snapshot.isMuted : snapshot.isTalking) : undefined}
      aria-busy={snapshot.connection === 'connecting' || snapshot.connection === 'reconnecting'}
      onClick={onClick}
      onPointerDown={onPointerDown}
      onPointerUp={() => isHold && client.releaseTalk()}
      onPointerCancel={() => isHold && client.releaseTalk()}
      onLostPointerCapture={() => isHold && client.releaseTalk()}
      onKeyDown={onKey}
      onKeyUp={onKey}
      onBlur={() => isHold && client.releaseTalk()}
      onContextMenu={(event) => isHold && event.preventDefault()}
    >
      <span ref={ring} className="parley-talk-rings" aria-hidden="true">
        <span />
        <span />
        <span />
      </span>
      <span className="parley-talk-face" aria-hidden="true">
        {isInCall && snapshot.state === 'responding' && !snapshot.isTalking ? (
          <VoiceBars />
        ) : (
          <MicrophoneIcon off={snapshot.isMuted} />
        )}
      </span>
    </button>
  );
}

function talkLabel(snapshot: ConversationSnapshot): string {
  if (snapshot.connection === 'connecting') return 'Connecting';
  if (snapshot.connection === 'reconnecting') return 'Reconnecting';
  if (snapshot.connection === 'lost') return 'Call again';
  if (snapshot.connection !== 'connected') return 'Start talking';
  if (snapshot.medium !== 'voice') return 'Carry on by voice';
  if (snapshot.talkMode === 'hands_free') return snapshot.isMuted ? 'Unmute the microphone' : 'Mute the microphone';
  if (snapshot.talkMode === 'tap') return snapshot.isTalking ? 'Tap to finish' : 'Tap to talk';
  return 'Hold to talk';
}

function MicrophoneIcon({ off }: { readonly off: boolean }): ReactNode {
  return (
    <svg viewBox="0 0 48 48" aria-hidden="true">
      <rect x="18" y="7" width="12" height="21" rx="6" />
      <path d="M11 23a13 13 0 0 0 26 0M24 36v6" />
      {off && <path d="M9 9l30 30" className="parley-talk-slash" />}
    </svg>
  );
}

function VoiceBars(): ReactNode {
  return (
    <span className="parley-voice-bars">
      <span />
      <span />
      <span />
      <span />
      <span />
    </span>
  );
}
