import { randomUUID } from 'node:crypto';
import type { LegEnd, PhoneLeg } from '@parley/channels/phone/phone-leg.ts';
import type { Talk } from '@parley/channels/phone/talk.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { LiveConversation } from '@parley/engine/driver/live-conversation.ts';
import type { ConversationHost } from '../conversations/conversation-host.ts';
import type { Edge } from '../edge/create-edge.ts';
import { retryAfterSeconds } from '../edge/rate-headers.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { CallsRepository } from './calls-repository.ts';
import { createLiveCalls } from './live-calls.ts';
import type { OfferedCall, PhoneDesk, Reception, UnansweredOutcome } from './phone-desk.ts';
import { type WhoAnswersParts, whoAnswers } from './who-answers.ts';

export interface PhoneDeskParts extends WhoAnswersParts {
  readonly host: Pick<ConversationHost, 'open' | 'enter' | 'peek' | 'draining'>;
  readonly calls: CallsRepository;
  readonly admit: Edge['admitPhoneCall'];
  readonly createTalk: (leg: PhoneLeg, conversation: LiveConversation) => Talk;
  /** IANA zone of callers: none says theirs. */
  readonly timeZone: string;
  readonly metrics: Metrics;
  readonly onError: (error: unknown, context: string) => void;
}

/** Loading an agent's words takes up to some seconds the first time; a caller who hears it ring longer hangs up. */
const prepareTimeoutMs = 8000;
/** The next one is answered when a call is over: within some seconds where there are many. */
const busyRetrySeconds = 10;
/** Longer than a server takes to start again. */
const awayRetrySeconds = 30;

/** Keeps nothing between calls but those that are connected here; any server of several may connect what another received. */
export function createPhoneDesk(parts: PhoneDeskParts): PhoneDesk {
  const { host, calls, metrics, onError } = parts;
  const live = createLiveCalls(parts);
  /** What is told of a call to its record; the call itself does not wait for it, nor end for it. */
  const told = async (what: string, writing: Promise<void>): Promise<void> => {
    try {
      await writing;
    } catch (error) {
      onError(error, `the record of a call: ${what}`);
    }
  };

  /** Ready to be talked with: loaded, counted, its words known. @throws WireError as entering does, `speech_unavailable` */
  const enter = async (conversationId: string, organizationId: string) => {
    const entered = await host.enter(conversationId, { kind: 'organization', organizationId }, 'call');
    if (!entered.speech.isSpoken) throw new WireError('speech_unavailable');
    const signal = AbortSignal.timeout(prepareTimeoutMs);
    await entered.speech.recognizer.prepare(entered.agent.vocabulary, signal);
    return entered;
  };

  const giveUp: PhoneDesk['giveUp'] = async (conversationId, outcome, reason = outcome) => {
    if (live.of(conversationId) !== undefined) return;
    await told(
      'its end',
      (async () => {
        const call = await calls.ofConversation(conversationId);
        if (call === undefined || call.isOver) return;
        const { organizationId, direction, channel } = call;
        const status = outcome === 'machine' ? 'completed' : outcome;
        const endedBy = whoEnded(outcome, direction);
        await calls.end(organizationId, conversationId, { status, endedBy, reason, figures: undefined });
        if (channel !== undefined) metrics.count('parley_phone_calls_total', { channel, direction, outcome: status });
        const here = host.peek(conversationId, organizationId);
        if (here === undefined) await calls.endConversation(organizationId, conversationId, outcome);
        else await here.end(outcome, undefined);
      })(),
    );
  };

  const take = async (call: OfferedCall): Promise<Reception> => {
    const answerer = await whoAnswers(parts, call);
    if (answerer === undefined) return refused('unknown_number');
    const { organizationId, agentId, flowId } = answerer;
    const { id: conversationId } = await host.open({
      ...{ organizationId, agentId, flowId },
      channelType: 'voice',
      timeZone: parts.timeZone,
      callerId: isAnonymous(call.from) ? undefined : call.from,
      initialContext: {
        called_number: call.to,
        ...(call.fromDisplayName !== undefined && { caller_name: call.fromDisplayName.slice(0, maxNameCharacters) }),
      },
    });
    await calls.create({
      callId: randomUUID(),
      ...{ organizationId, conversationId, direction: 'inbound', channel: call.channel, status: 'ringing' },
      ...{ from: call.from, to: answerer.number, providerCallId: call.callId },
    });
    try {
      await enter(conversationId, organizationId);
    } catch (error) {
      await giveUp(conversationId, 'failed');
      throw error;
    }
    return { type: 'taken', conversationId, organizationId };
  };

  return {
    async receive(call) {
      const reception = await receive(call);
      if (reception.type === 'refused') {
        const outcome = reception.why;
        metrics.count('parley_phone_calls_total', { channel: call.channel, direction: 'inbound', outcome });
      }
      return reception;
    },
    async connect(conversationId, leg) {
      try {
        const call = await calls.ofConversation(conversationId);
        if (call === undefined) throw new WireError('conversation_not_found');
        const { organizationId } = call;
        const { conversation, agent } = await enter(conversationId, organizationId);
        await calls.connected(organizationId, conversationId, { channel: leg.kind, providerCallId: leg.callId });
        const isInbound = call.direction === 'inbound';
        return live.add(leg, conversation, {
          ...{ conversationId, organizationId, language: agent.agent.language, direction: call.direction },
          ownNumber: isInbound ? call.to : call.from,
          callerNumber: isInbound ? call.from : call.to,
        });
      } catch (error) {
        leg.hangUp('error');
        await giveUp(conversationId, 'failed');
        throw error;
      }
    },
    giveUp,
    expected: async (callId) => {
      const call = await calls.ofProvider(undefined, callId);
      if (call === undefined || call.isOver) return undefined;
      return { conversationId: call.conversationId, organizationId: call.organizationId };
    },
    transferTried: (conversationId, { kind, target, outcome }) =>
      told(
        'a transfer',
        withCall(calls, conversationId, ({ organizationId }) =>
          calls.addTransfer(organizationId, conversationId, { at: new Date().toISOString(), kind, target, outcome }),
        ),
      ),
    noted: (conversationId, note) =>
      told(
        'a note',
        withCall(calls, conversationId, ({ organizationId }) => calls.change(organizationId, conversationId, note)),
      ),
    hangUp: (conversationId) => live.hangUp(conversationId),
    callOf: (conversationId) => live.of(conversationId),
    get liveCalls() {
      return live.count;
    },
  };

  async function receive(call: OfferedCall): Promise<Reception> {
    if (host.draining) return refused('shutting_down', awayRetrySeconds);
    try {
      // Those who hide their number are told apart by where they call from.
      const caller = isAnonymous(call.from) ? `anonymous@${call.source}` : call.from;
      const { isAllowed, states } = await parts.admit(caller);
      if (!isAllowed) return refused('rate_limited', retryAfterSeconds(states));
      return await take(call);
    } catch (error) {
      if (error instanceof WireError) {
        if (error.code === 'too_many_conversations') return refused('busy', busyRetrySeconds);
        if (error.code === 'shutting_down') return refused('shutting_down', awayRetrySeconds);
      }
      onError(error, 'a call that could not be taken');
      return refused('failed', awayRetrySeconds);
    }
  }
}

/** Of what callers' telephones say of them; longer ones are no names. */
const maxNameCharacters = 80;

function whoEnded(outcome: UnansweredOutcome, direction: 'inbound' | 'outbound'): LegEnd['by'] {
  if (outcome === 'failed') return 'network';
  const isOurs = outcome === 'machine' || (outcome === 'canceled' && direction === 'outbound');
  return isOurs ? 'here' : 'far';
}

type Refusal = Extract<Reception, { readonly type: 'refused' }>;

function refused(why: Refusal['why'], retryAfterSeconds?: number): Refusal {
  return { type: 'refused', why, retryAfterSeconds };
}

/** Whose number the network does not tell. */
export function isAnonymous(from: string): boolean {
  return /^(anonymous|restricted|unavailable|unknown|private|)$/i.test(from);
}

async function withCall(
  calls: CallsRepository,
  conversationId: string,
  work: (call: { readonly organizationId: string }) => Promise<void>,
): Promise<void> {
  const call = await calls.ofConversation(conversationId);
  if (call !== undefined) await work(call);
}
