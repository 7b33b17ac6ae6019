import { type ReactNode, type RefObject, useEffect, useMemo, useRef } from 'react';
import { type BookingDetails, bookingsOf } from './booking.ts';
import { BookingCard } from './booking-card.tsx';
import type { Caption } from './captions.ts';
import type { TurnEntry } from './transcript.ts';
import { totalOf } from './waterfall.ts';
import { WaterfallBar, WaterfallLegend } from './waterfall-bar.tsx';

/** The width of a waterfall at least, so that a quick conversation looks quick. */
const MIN_SCALE_MS = 1000;
/** Someone this close to the end is reading along. */
const FOLLOW_WITHIN_PX = 120;

/**
 * The conversation as it happens: captions of both sides, bookings and the waterfall of every turn. It follows the
 * newest words unless the person has scrolled up. In text the agent's answers are read out by screen readers; by voice
 * they sound already, and a second voice would talk over the first.
 */
export function ConversationView(props: {
  readonly captions: readonly Caption[];
  readonly turns: readonly TurnEntry[];
  readonly agentName: string;
  /** The agent is heard, so its words need not be read out. */
  readonly isHeard?: boolean;
  /** After the last caption, such as the summary. */
  readonly children?: ReactNode;
}): ReactNode {
  const { captions, turns, agentName } = props;
  const scroller = useFollowing(captions);
  const byNumber = useMemo(() => new Map(turns.map((turn) => [turn.turnNumber, turn])), [turns]);
  const scaleMs = useMemo(() => turns.reduce((max, turn) => Math.max(max, turnTotalMs(turn)), MIN_SCALE_MS), [turns]);
  const bookings = useMemo(() => bookingsOf(turns), [turns]);
  const answer = captions.findLast((caption) => caption.speaker === 'agent' && caption.isFinal);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section ref={scroller} className="parley-conversation" aria-label="Conversation" tabIndex={0}>
      <ol className="parley-captions">
        {captions.map((caption, index) => {
          const turn = caption.turnNumber === undefined ? undefined : byNumber.get(caption.turnNumber);
          const isLastOfTurn = captions[index + 1]?.turnNumber !== caption.turnNumber;
          return (
            <li key={caption.key} className="parley-entry" data-speaker={caption.speaker}>
              <CaptionBubble
                caption={caption}
                agentName={agentName}
                isFirstOfSpeaker={captions[index - 1]?.speaker !== caption.speaker}
              />
              {turn !== undefined && isLastOfTurn && (
                <TurnFoot turn={turn} bookings={bookings.get(turn.turnNumber) ?? []} scaleMs={scaleMs} />
              )}
            </li>
          );
        })}
      </ol>
      {turns.some(hasWaterfall) && <WaterfallLegend />}
      {props.children}
      <p className="parley-hidden" role="log" aria-live="polite" aria-atomic="true">
        {answer === undefined || props.isHeard === true ? '' : `${agentName}: ${answer.text}`}
      </p>
    </section>
  );
}

function CaptionBubble(props: {
  readonly caption: Caption;
  readonly agentName: string;
  readonly isFirstOfSpeaker: boolean;
}): ReactNode {
  const { caption } = props;
  return (
    <>
      {props.isFirstOfSpeaker ? (
        <p className="parley-speaker">{caption.speaker === 'user' ? 'You' : props.agentName}</p>
      ) : (
        <span className="parley-hidden">{caption.speaker === 'user' ? 'You' : props.agentName}: </span>
      )}
      <p
        className="parley-bubble"
        data-testid="caption"
        data-speaker={caption.speaker}
        data-final={caption.isFinal}
        data-typed={caption.isTyped}
        data-delivery={caption.delivery}
        data-unclear={caption.isUnclear}
      >
        {caption.text}
        {caption.struckText !== '' && (
          <>
            {caption.text === '' ? '' : ' '}
            <span className="parley-hidden">(not heard: </span>
            <s>{caption.struckText}</s>
            <span className="parley-hidden">)</span>
          </>
        )}
      </p>
      {caption.delivery === 'sending' && <p className="parley-aside">Sending</p>}
      {caption.delivery === 'failed' && <p className="parley-aside">Not delivered</p>}
      {caption.isUnclear && <p className="parley-aside">Not heard clearly</p>}
    </>
  );
}

function TurnFoot(props: {
  readonly turn: TurnEntry;
  readonly bookings: readonly BookingDetails[];
  readonly scaleMs: number;
}): ReactNode {
  const { turn, bookings } = props;
  return (
    <>
      {bookings.map((booking) => (
        <BookingCard key={`${booking.bookingId}-${booking.status}-${booking.startsAtEpochMs}`} booking={booking} />
      ))}
      {turn.record !== undefined && hasWaterfall(turn) && (
        <WaterfallBar turnNumber={turn.turnNumber} waterfall={turn.record.waterfall} scaleMs={props.scaleMs} />
      )}
    </>
  );
}

/** A greeting answers nobody: only the answers to the caller have a response time. */
function hasWaterfall(turn: TurnEntry): boolean {
  return turn.record !== undefined && turn.record.user !== null && totalOf(turn.record.waterfall) !== undefined;
}

function turnTotalMs(turn: TurnEntry): number {
  return turn.record === undefined ? 0 : (totalOf(turn.record.waterfall)?.totalMs ?? 0);
}

function useFollowing(changes: unknown): RefObject<HTMLElement | null> {
  const scroller = useRef<HTMLElement>(null);
  const isFollowing = useRef(true);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const onScroll = (): void => {
      isFollowing.current = element.scrollHeight - element.scrollTop - element.clientHeight < FOLLOW_WITHIN_PX;
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words are what moves the end
  useEffect(() => {
    const element = scroller.current;
    if (element !== null && isFollowing.current) element.scrollTop = element.scrollHeight;
  }, [changes]);
  return scroller;
}
