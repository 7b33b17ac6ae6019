import { randomUUID } from 'node:crypto';
import type { Party } from '@parley/channels/phone/phone-leg.ts';
import type { WebRtcChannel } from '@parley/channels/webrtc/webrtc-channel.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import { type BrowserParty, createBrowserParty } from './browser-party.ts';

/** Callers who wait for a person of their organization at the console, in this process. */
export interface Inbox {
  /**
   * Waits for somebody to take the caller; their browser is connected by then. Not at all where nobody is looking.
   * @throws the signal's reason
   */
  ask(caller: InboxCaller, waitMs: number, signal: AbortSignal): Promise<InboxAnswer>;
  /** Somebody looks who waits: for some seconds callers can be handed to them. */
  look(organizationId: string): readonly WaitingCaller[];
  /**
   * Somebody takes the caller: connects their browser. Of several the first gets it.
   * @throws WireError `not_found`, `handoff_taken`, and as `WebRtcChannel.answer`
   */
  accept(organizationId: string, handOffId: string, sdp: string, signal: AbortSignal): Promise<TakenCaller>;
  /** Nobody will take them. @returns whom: their conversation. @throws WireError `not_found`, `handoff_taken` */
  decline(organizationId: string, handOffId: string): string;
  /** With the time for connecting, once somebody took the caller; undefined where nobody is looking. */
  takesUpToMs(organizationId: string, waitMs: number): number | undefined;
}

export interface InboxCaller {
  readonly conversationId: string;
  readonly organizationId: string;
  /** As the network tells it. */
  readonly caller: string;
  readonly called: string;
  readonly summary: string;
  readonly brief: string;
  readonly agentName: string;
  /** BCP 47. */
  readonly language: string;
}

export interface TakenCaller {
  readonly conversationId: string;
  /** The SDP answer. */
  readonly sdp: string;
}

export interface WaitingCaller extends InboxCaller {
  readonly handOffId: string;
  readonly since: Date;
  readonly until: Date;
}

export type InboxAnswer =
  | { readonly type: 'taken'; readonly party: Party }
  | { readonly type: 'failed'; readonly outcome: 'refused' | 'no_answer' | 'unreachable' };

interface Entry {
  readonly waiting: WaitingCaller;
  readonly answer: PromiseWithResolvers<InboxAnswer>;
  taker: BrowserParty | undefined;
}

/** A handshake by way of TURN takes a few seconds. */
const connectMs = 15_000;
/** Consoles look each two seconds; one that has missed five times has gone to sleep, or is no longer there. */
const presentMs = 10_000;
/** For one organization: nobody looks through more, and each is a caller who waits. */
const maxWaiting = 100;

export function createInbox(webrtc: Pick<WebRtcChannel, 'answer'>, clock: Clock): Inbox {
  const entries = new Map<string, Entry>();
  /** By organization: when somebody looked last. Those that are older than `presentMs` go. */
  const lookedMs = new Map<string, number>();

  const isWatched = (organizationId: string): boolean => {
    const at = lookedMs.get(organizationId);
    return at !== undefined && clock.nowMs() - at <= presentMs;
  };

  const looked = (organizationId: string) => {
    // The oldest stand first, since each is put at the end again.
    for (const [id] of lookedMs) {
      if (isWatched(id)) break;
      lookedMs.delete(id);
    }
    lookedMs.delete(organizationId);
    lookedMs.set(organizationId, clock.nowMs());
  };

  const ofOrganization = (organizationId: string) =>
    [...entries.values()].filter(({ waiting }) => waiting.organizationId === organizationId);

  const entryOf = (organizationId: string, handOffId: string): Entry => {
    const entry = entries.get(handOffId);
    if (entry === undefined || entry.waiting.organizationId !== organizationId) throw new WireError('not_found');
    if (entry.taker !== undefined) throw new WireError('handoff_taken');
    return entry;
  };

  return {
    async ask(caller, waitMs, signal) {
      signal.throwIfAborted();
      const { organizationId } = caller;
      const isFull = ofOrganization(organizationId).length >= maxWaiting;
      if (isFull || !isWatched(organizationId)) return { type: 'failed', outcome: 'unreachable' };
      const answer = Promise.withResolvers<InboxAnswer>();
      const handOffId = randomUUID();
      const sinceMs = clock.epochMs();
      const entry: Entry = {
        waiting: { ...caller, handOffId, since: new Date(sinceMs), until: new Date(sinceMs + waitMs) },
        answer,
        taker: undefined,
      };
      entries.set(handOffId, entry);
      const onAbort = () => answer.reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      const cancel = clock.wakeAt(clock.nowMs() + waitMs, () => {
        // Who took the caller at the last moment is being connected.
        if (entry.taker === undefined) answer.resolve({ type: 'failed', outcome: 'no_answer' });
      });
      let isTaken = false;
      try {
        const given = await answer.promise;
        isTaken = given.type === 'taken';
        return given;
      } finally {
        cancel();
        signal.removeEventListener('abort', onAbort);
        entries.delete(handOffId);
        if (!isTaken) entry.taker?.hangUp();
      }
    },
    look(organizationId) {
      looked(organizationId);
      return ofOrganization(organizationId)
        .filter(({ taker }) => taker === undefined)
        .map(({ waiting }) => waiting);
    },
    async accept(organizationId, handOffId, sdp, signal) {
      const entry = entryOf(organizationId, handOffId);
      const { waiting, answer } = entry;
      const taker = createBrowserParty(waiting.conversationId);
      entry.taker = taker;
      const giveBack = () => {
        if (entry.taker !== taker) return;
        entry.taker = undefined;
        if (clock.epochMs() >= waiting.until.getTime()) answer.resolve({ type: 'failed', outcome: 'no_answer' });
      };
      const cancel = clock.wakeAt(clock.nowMs() + connectMs, () => taker.hangUp());
      // Gone before they were connected: the caller waits for another.
      void taker.ended.then(giveBack);
      void taker.connected.then((party) => {
        cancel();
        answer.resolve({ type: 'taken', party });
      });
      try {
        const hello = { agent: waiting.caller, language: waiting.language };
        const answered = await webrtc.answer({ sdp, conversation: taker.conversation, hello, signal });
        return { conversationId: waiting.conversationId, sdp: answered };
      } catch (error) {
        cancel();
        taker.hangUp();
        throw error;
      }
    },
    decline(organizationId, handOffId) {
      const { waiting, answer } = entryOf(organizationId, handOffId);
      answer.resolve({ type: 'failed', outcome: 'refused' });
      return waiting.conversationId;
    },
    takesUpToMs: (organizationId, waitMs) => (isWatched(organizationId) ? waitMs + connectMs : undefined),
  };
}
