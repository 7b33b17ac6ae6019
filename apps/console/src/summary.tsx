import { bookingOfView } from '@parley/react/booking.ts';
import { BookingCard } from '@parley/react/booking-card.tsx';
import type { Caption } from '@parley/react/captions.ts';
import type { ConversationSnapshot } from '@parley/react/snapshot.ts';
import { durationText } from '@parley/react/waterfall.ts';
import { type ReactNode, useState } from 'react';
import { keepFocus } from './keep-focus.ts';
import { lengthText, medianVoiceToVoiceMs, transcriptText } from './summary-figures.ts';

/** The end of a conversation: what came of it, how quick it was, and the transcript to take along. */
export function Summary(props: {
  readonly snapshot: ConversationSnapshot;
  readonly captions: readonly Caption[];
  readonly agentName: string;
  readonly onStartOver: () => void;
}): ReactNode {
  const { snapshot } = props;
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no');
  const medianMs = medianVoiceToVoiceMs(snapshot.transcript.turns);
  const userTurns = props.captions.filter((caption) => caption.speaker === 'user').length;

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(transcriptText(props.captions, props.agentName));
      setCopied('yes');
    } catch {
      // No clipboard outside of secure pages, or the person said no.
      setCopied('failed');
    }
  }

  return (
    <section className="summary" data-testid="summary" aria-labelledby="summary-title">
      <h2 id="summary-title">{endText(snapshot.endReason)}</h2>
      <dl className="figures">
        <div>
          <dt>Length</dt>
          <dd>{lengthText(snapshot.startedAtEpochMs, snapshot.endedAtEpochMs)}</dd>
        </div>
        <div>
          <dt>Your turns</dt>
          <dd>{userTurns}</dd>
        </div>
        {medianMs !== undefined && (
          <div>
            <dt>Median response</dt>
            <dd>{durationText(medianMs)}</dd>
          </div>
        )}
      </dl>
      {snapshot.bookings.map((booking) => (
        <BookingCard key={booking.booking_id} booking={bookingOfView(booking)} />
      ))}
      <div className="summary-actions">
        <button
          type="button"
          className="parley-button"
          data-kind="primary"
          data-testid="start-over"
          onClick={(event) => {
            props.onStartOver();
            keepFocus(event.detail);
          }}
        >
          Start over
        </button>
        <button type="button" className="parley-button" onClick={() => void copy()}>
          {copied === 'no' ? 'Copy transcript' : copied === 'yes' ? 'Copied' : 'Could not copy'}
        </button>
      </div>
    </section>
  );
}

function endText(reason: string | undefined): string {
  switch (reason) {
    case 'caller_left':
      return 'You hung up';
    case 'silence':
      return 'The call ended: nothing was said for a while';
    case 'max_duration':
      return 'The call ended: it had reached its longest time';
    case 'error':
      return 'The call ended: something went wrong on our side';
    case 'shutdown':
      return 'The call ended: the server was stopped';
    case 'lost':
    case 'abandoned':
      return 'The conversation is over on the server';
    default:
      return 'Conversation ended';
  }
}
