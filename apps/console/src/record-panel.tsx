import { createClient, type ParleyClient } from '@parley/client/create-client.ts';
import type { ListConversationsOutput as ConversationList } from '@parley/client/generated/api.ts';
import { conversationViewSchema, type ConversationView as RecordView } from '@parley/contract/conversations.ts';
import { bookingOfView, bookingsOf, isSameBooking } from '@parley/react/booking.ts';
import { BookingCard } from '@parley/react/booking-card.tsx';
import { captionsOf } from '@parley/react/captions.ts';
import { ConversationView } from '@parley/react/conversation-view.tsx';
import { applyRecord, emptyTranscript } from '@parley/react/transcript.ts';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';

type Loading = { readonly status: 'loading' } | { readonly status: 'failed'; readonly message: string };
type Shown =
  | Loading
  | { readonly status: 'list'; readonly list: ConversationList }
  | { readonly status: 'record'; readonly record: RecordView };

/** Past conversations, for those who run the agent: a list, and each one's transcript, latencies and bookings. */
export function RecordPanel(props: {
  readonly baseUrl: string;
  readonly operatorKey: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const loading = useRef<AbortController>(null);
  const [shown, setShown] = useState<Shown>({ status: 'loading' });
  const client = useMemo(
    () => createClient({ baseUrl: props.baseUrl, token: props.operatorKey }),
    [props.baseUrl, props.operatorKey],
  );

  const load = useCallback(
    async (read: (from: ParleyClient, signal: AbortSignal) => Promise<Shown>): Promise<void> => {
      loading.current?.abort();
      const mine = new AbortController();
      loading.current = mine;
      setShown({ status: 'loading' });
      try {
        const next = await read(client, mine.signal);
        if (!mine.signal.aborted) setShown(next);
      } catch (error) {
        const message = error instanceof Error ? error.message : 'The record could not be read.';
        if (!mine.signal.aborted) setShown({ status: 'failed', message });
      }
    },
    [client],
  );

  const openList = useCallback(
    (cursor?: string) =>
      load(async (from, signal) => ({
        status: 'list',
        list: await from.listConversations({ ...(cursor !== undefined && { cursor }) }, { signal }),
      })),
    [load],
  );

  const openRecord = (id: string): Promise<void> =>
    load(async (from, signal) => ({
      status: 'record',
      record: conversationViewSchema.parse(await from.getConversation({ conversation_id: id }, { signal })),
    }));

  useEffect(() => {
    if (!props.isOpen) return;
    dialog.current?.showModal();
    void openList();
    return () => loading.current?.abort();
  }, [props.isOpen, openList]);

  // The button that was pressed has given way to what it opened: people at a keyboard go on from the title.
  useEffect(() => {
    const isLost = shown.status !== 'loading' && dialog.current?.contains(document.activeElement) === false;
    if (isLost && dialog.current?.open === true) title.current?.focus();
  }, [shown]);

  return (
    <dialog
      ref={dialog}
      className="record"
      data-testid="record-panel"
      aria-labelledby="record-title"
      onClose={props.onClose}
    >
      <header>
        <h2 id="record-title" ref={title} tabIndex={-1}>
          Record
        </h2>
        {(shown.status === 'record' || shown.status === 'failed') && (
          <button type="button" className="parley-button" onClick={() => void openList()}>
            All conversations
          </button>
        )}
        <button type="button" className="parley-icon-button" aria-label="Close" onClick={() => dialog.current?.close()}>
          <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
            <path d="M5 5l10 10M15 5L5 15" />
          </svg>
        </button>
      </header>
      {shown.status === 'loading' && <p className="record-note">Loading</p>}
      {shown.status === 'failed' && (
        <p className="record-note" role="alert">
          {shown.message}
        </p>
      )}
      {shown.status === 'list' && <List list={shown.list} onOpen={openRecord} onOlder={openList} />}
      {shown.status === 'record' && <Entry record={shown.record} />}
    </dialog>
  );
}

function List(props: {
  readonly list: ConversationList;
  readonly onOpen: (id: string) => Promise<void>;
  readonly onOlder: (cursor: string) => Promise<void>;
}): ReactNode {
  const { conversations, next_cursor: cursor } = props.list;
  if (conversations.length === 0) return <p className="record-note">No conversations yet.</p>;
  return (
    <>
      <ul className="record-list">
        {conversations.map((conversation) => (
          <li key={conversation.conversation_id}>
            <button type="button" onClick={() => void props.onOpen(conversation.conversation_id)}>
              <span>{dateText(conversation.started_at)}</span>
              <span className="record-meta">
                {`${conversation.channel_type}, ${conversation.turn_count} turns, ${
                  conversation.ended_at === null
                    ? 'going on'
                    : (conversation.end_reason ?? 'ended').replaceAll('_', ' ')
                }`}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {cursor !== null && (
        <button type="button" className="parley-button record-older" onClick={() => void props.onOlder(cursor)}>
          Older conversations
        </button>
      )}
    </>
  );
}

function Entry({ record }: { readonly record: RecordView }): ReactNode {
  const transcript = useMemo(() => record.turns.reduce(applyRecord, emptyTranscript), [record]);
  // Those that no turn shows, such as what was changed after the conversation.
  const bookings = record.bookings.map(bookingOfView).filter((booking) => {
    const shown = [...bookingsOf(transcript.turns).values()].flat();
    return !shown.some((other) => isSameBooking(other, booking));
  });
  return (
    <>
      <p className="record-note">{`${dateText(record.started_at)}, ${record.channel_type}`}</p>
      {bookings.length > 0 && (
        <div className="record-bookings">
          {bookings.map((booking) => (
            <BookingCard key={booking.bookingId} booking={booking} />
          ))}
        </div>
      )}
      <ConversationView captions={captionsOf(transcript, 'ended')} turns={transcript.turns} agentName="Agent" />
    </>
  );
}

function dateText(iso: string): string {
  return new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}
