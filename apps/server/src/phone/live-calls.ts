import type { LegEnd, LegKind, PhoneLeg } from '@parley/channels/phone/phone-leg.ts';
import type { Talk } from '@parley/channels/phone/talk.ts';
import type { CallStatus } from '@parley/contract/phone.ts';
import type { LiveConversation } from '@parley/engine/driver/live-conversation.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { whyLegEnded } from './call-end.ts';
import type { CallsRepository } from './calls-repository.ts';
import type { InOrder } from './in-order.ts';
import { observeLine } from './observe-line.ts';
import type { LiveCall } from './phone-desk.ts';

export interface LiveCallsParts {
  readonly calls: Pick<CallsRepository, 'connected' | 'end'>;
  /** Of each conversation, one write after another. */
  readonly records: InOrder;
  readonly createTalk: (leg: PhoneLeg, conversation: LiveConversation) => Talk;
  readonly metrics: Metrics;
}

/** Whose call it is. */
export type CallFacts = Omit<LiveCall, 'talk'> & { readonly direction: PhoneLeg['direction'] };

/** The calls that are connected in this process, each recorded when it ends. */
export interface LiveCalls {
  /** In place of the leg that the conversation had, if it had one. */
  add(leg: PhoneLeg, conversation: LiveConversation, facts: CallFacts): LiveCall;
  of(conversationId: string): LiveCall | undefined;
  /** Resolves once its end is recorded, or could not be; false: it is not here. */
  hangUp(conversationId: string): Promise<boolean>;
  readonly count: number;
}

export function createLiveCalls({ calls, records, createTalk, metrics }: LiveCallsParts): LiveCalls {
  const live = new Map<string, { readonly call: LiveCall; readonly recorded: Promise<void> }>();
  const active = new Map<LegKind, number>();
  const counted = (kind: LegKind, by: 1 | -1) => {
    if (!active.has(kind)) metrics.gauge('parley_phone_active_calls', { channel: kind }, () => active.get(kind) ?? 0);
    active.set(kind, (active.get(kind) ?? 0) + by);
  };

  const ended = async (call: LiveCall, direction: PhoneLeg['direction'], end: LegEnd): Promise<void> => {
    const { conversationId, organizationId, talk } = call;
    counted(talk.leg.kind, -1);
    const figures = talk.leg.figures();
    observeLine(metrics, figures);
    // It came back by another leg: the call goes on.
    if (live.get(conversationId)?.call !== call) return;
    live.delete(conversationId);
    const outcome = outcomeOf(end);
    metrics.count('parley_phone_calls_total', { channel: talk.leg.kind, direction, outcome });
    const status: CallStatus = outcome === 'failed' ? 'failed' : 'completed';
    // What cannot be written is closed by the job that looks for calls that are lost.
    await records.run(conversationId, 'the record of a call: its end', async () => {
      await calls.end(organizationId, conversationId, {
        ...{ status, endedBy: end.by, detail: undefined, figures },
        ...whyLegEnded(end),
      });
    });
  };

  return {
    add(leg, conversation, { direction, ...facts }) {
      const { conversationId, organizationId } = facts;
      const call: LiveCall = { ...facts, talk: createTalk(leg, conversation) };
      void records.run(conversationId, 'the record of a call: that it is connected', () =>
        calls.connected(organizationId, conversationId, { channel: leg.kind, providerCallId: leg.callId }),
      );
      counted(leg.kind, 1);
      const recorded = call.talk.ended.then((end) => ended(call, direction, end));
      live.set(conversationId, { call, recorded });
      return call;
    },
    of: (conversationId) => live.get(conversationId)?.call,
    async hangUp(conversationId) {
      const here = live.get(conversationId);
      if (here === undefined) return false;
      here.call.talk.leg.hangUp('completed');
      await here.recorded;
      return true;
    },
    get count() {
      return live.size;
    },
  };
}

function outcomeOf(end: LegEnd): 'completed' | 'transferred' | 'failed' {
  if (end.by === 'network') return 'failed';
  if (end.by === 'far') return 'completed';
  if (end.reason === 'transferred') return 'transferred';
  return end.reason === 'error' ? 'failed' : 'completed';
}
