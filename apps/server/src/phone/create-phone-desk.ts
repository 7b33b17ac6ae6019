import { randomUUID } from 'node:crypto';
import type { LegEnd, PhoneLeg } from '@parley/channels/phone/phone-leg.ts';
import type { Talk } from '@parley/channels/phone/talk.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { LiveConversation } from '@parley/engine/driver/live-conversation.ts';
import type { ConversationHost } from '../conversations/conversation-host.ts';
import type { Edge } from '../edge/create-edge.ts';
import { retryAfterSeconds } from '../edge/rate-headers.ts';
import { createTimedCache } from '../identity/timed-cache.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type WhyEnded, whyUnanswered } from './call-end.ts';
import type { CallsRepository, StoredCall } from './calls-repository.ts';
import type { InOrder } from './in-order.ts';
import { createLiveCalls } from './live-calls.ts';
import type { OfferedCall, PhoneDesk, Reception, UnansweredOutcome } from './phone-desk.ts';
import type { UnspokenAgent } from './report-unspoken.ts';
import { type WhoAnswersParts, whoAnswers } from './who-answers.ts';

export interface PhoneDeskParts extends WhoAnswersParts {
  readonly host: Pick<ConversationHost, 'open' | 'enter' | 'peek' | 'draining' | 'directory'>;
  readonly calls: CallsRepository;
  /** A call does not wait for its record, nor end for it: of each conversation, one write after another. */
  readonly records: InOrder;
  readonly admit: Edge['admitPhoneCall'];
  /** This process is late already: another call would be heard badly, and so would those that are under way. */
  readonly isOverloaded: () => boolean;
  readonly createTalk: (leg: PhoneLeg, conversation: LiveConversation) => Talk;
  /** IANA zone of callers: none says theirs. */
  readonly timeZone: string;
  readonly metrics: Metrics;
  /** Somebody was called whose language nobody here hears and speaks. */
  readonly onUnspoken: (called: UnspokenAgent) => void;
  readonly onError: (error: unknown, context: string) => void;
}

/** Loading an agent's words takes up to some seconds the first time; a caller who hears it ring longer hangs up. */
const prepareTimeoutMs = 8000;
/** The next one is answered when a call is over: within some seconds where there are many. */
const busyRetrySeconds = 10;
/** Longer than a server takes to start again. */
const awayRetrySeconds = 30;

/** What was received here and not connected yet is remembered for this long: longer than anybody lets it ring. */
const receivedForMs = 180_000;
/** More than ring at once; what is forgotten is read from the database again. */
const maxReceived = 5000;

/** Of a call what connecting it takes; any server of several may connect what another received. */
type KnownCall = Pick<StoredCall, 'organizationId' | 'direction' | 'channel' | 'from' | 'to'>;

export function createPhoneDesk(parts: PhoneDeskParts): PhoneDesk {
  const { host, calls, records, metrics, onError } = parts;
  const live = createLiveCalls(parts);
  const received = createTimedCache<KnownCall>({ maxEntries: maxReceived, freshForMs: receivedForMs });
  /** @throws WireError `conversation_not_found`, `storage_unavailable` */
  const known = async (conversationId: string): Promise<KnownCall> => {
    const call = received.get(conversationId) ?? (await calls.ofConversation(conversationId));
    if (call === undefined) throw new WireError('conversation_not_found');
    return call;
  };
  const record = (conversationId: string, what: string, write: (call: KnownCall) => Promise<void>) =>
    records.run(conversationId, `the record of a call: ${what}`, async () => write(await known(conversationId)));

  /** Ready to be talked with: loaded, counted, its words known. @throws WireError as entering does, `speech_unavailable` */
  const enter = async (conversationId: string, organizationId: string) => {
    const entered = await host.enter(conversationId, { kind: 'organization', organizationId }, 'call');
    if (!entered.speech.isSpoken) {
      parts.onUnspoken({ agent: entered.agent.agent.id, language: entered.agent.agent.language });
      throw new WireError('speech_unavailable');
    }
    const signal = AbortSignal.timeout(prepareTimeoutMs);
    await entered.speech.recognizer.prepare(entered.agent.vocabulary, signal);
    return entered;
  };

  /** The call and its conversation are over before anybody talked; false: they were over already. */
  const close = async (
    conversationId: string,
    { organizationId, direction }: KnownCall,
    outcome: UnansweredOutcome,
    why: WhyEnded,
  ): Promise<boolean> => {
    received.delete(conversationId);
    const status = outcome === 'machine' ? 'completed' : outcome;
    const end = {
      status,
      endedBy: whoEnded(outcome, direction),
      detail: undefined,
      figures: undefined,
      ...why,
    } as const;
    const isFirst = await calls.end(organizationId, conversationId, end);
    if (!isFirst) return false;
    const here = host.peek(conversationId, organizationId);
    if (here === undefined) await calls.endConversation(organizationId, conversationId, outcome);
    else await here.end(outcome, undefined);
    return true;
  };

  const giveUp: PhoneDesk['giveUp'] = (conversationId, outcome, why = whyUnanswered(outcome)) =>
    record(conversationId, 'its end', async (call) => {
      if (live.of(conversationId) !== undefined) return;
      const isFirst = await close(conversationId, call, outcome, why);
      const { channel, direction } = call;
      if (!isFirst || channel === undefined) return;
      const counted = outcome === 'machine' ? 'completed' : outcome;
      metrics.count('parley_phone_calls_total', { channel, direction, outcome: counted });
    });

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
        ...(call.fromDisplayName !== undefined && { caller_name: call.fromDisplayName }),
      },
    });
    const facts = { organizationId, direction: 'inbound', channel: call.channel, from: call.from } as const;
    const own = { ...facts, to: answerer.number };
    // Its words are loaded while it is written down.
    const [entered, created] = await Promise.allSettled([
      enter(conversationId, organizationId),
      calls.create({ ...own, callId: randomUUID(), conversationId, providerCallId: call.callId, status: 'ringing' }),
    ]);
    const failed = [entered, created].find((one) => one.status === 'rejected');
    if (failed !== undefined) {
      await close(conversationId, own, 'failed', whyUnanswered('failed'));
      throw failed.reason;
    }
    received.set(conversationId, own);
    return { type: 'taken', conversationId, organizationId };
  };

  return {
    async receive(offer) {
      const call = tidy(offer);
      const reception = await receive(call);
      if (reception.type === 'refused') {
        const outcome = reception.why;
        metrics.count('parley_phone_calls_total', { channel: call.channel, direction: 'inbound', outcome });
      }
      return reception;
    },
    async connect(conversationId, leg) {
      try {
        const call = await known(conversationId);
        const { organizationId, direction } = call;
        const { conversation, agent } = await enter(conversationId, organizationId);
        const isInbound = direction === 'inbound';
        const connected = live.add(leg, conversation, {
          ...{ conversationId, organizationId, language: agent.agent.language, direction },
          ownNumber: isInbound ? call.to : call.from,
          callerNumber: isInbound ? call.from : call.to,
        });
        received.delete(conversationId);
        return connected;
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
      record(conversationId, 'a transfer', ({ organizationId }) =>
        calls.addTransfer(organizationId, conversationId, { at: new Date().toISOString(), kind, target, outcome }),
      ),
    noted: (conversationId, note) =>
      record(conversationId, 'a note', ({ organizationId }) => calls.change(organizationId, conversationId, note)),
    hangUp: (conversationId) => live.hangUp(conversationId),
    callOf: (conversationId) => live.of(conversationId),
    get liveCalls() {
      return live.count;
    },
    get isBusy() {
      return parts.isOverloaded();
    },
  };

  async function away(why: 'shutting_down' | 'failed', call: OfferedCall): Promise<Reception> {
    const language = await languageOf(call);
    return { ...refused(why, awayRetrySeconds), ...(language !== undefined && { language }) };
  }

  async function languageOf(call: OfferedCall): Promise<string | undefined> {
    try {
      const answerer = await whoAnswers(parts, call);
      if (answerer === undefined) return undefined;
      const { agent } = await host.directory.resolve({ ...answerer, conversationId: randomUUID() });
      return agent.agent.language;
    } catch {
      // Why nobody answers was told already.
      return undefined;
    }
  }

  async function receive(call: OfferedCall): Promise<Reception> {
    if (host.draining) return away('shutting_down', call);
    if (parts.isOverloaded()) return refused('busy', busyRetrySeconds);
    try {
      // Those who hide their number are told apart by where they call from.
      const caller = isAnonymous(call.from) ? `anonymous@${call.source}` : call.from;
      const { isAllowed, states } = await parts.admit(caller);
      if (!isAllowed) return refused('rate_limited', retryAfterSeconds(states));
      return await take(call);
    } catch (error) {
      if (error instanceof WireError) {
        if (error.code === 'too_many_conversations') return refused('busy', busyRetrySeconds);
        if (error.code === 'shutting_down') return away('shutting_down', call);
        // Told where it was found.
        if (error.code === 'speech_unavailable') return away('failed', call);
      }
      onError(error, 'a call that could not be taken');
      // Without the database nobody knows whose number it is, and the caller is not kept waiting for it twice.
      if (error instanceof WireError && error.code === 'storage_unavailable')
        return refused('failed', awayRetrySeconds);
      return away('failed', call);
    }
  }
}

/** Longer than any number, and than any name that a telephone shows; ids of calls have up to some hundred. */
const maxNumberCharacters = 128;
const maxNameCharacters = 80;
const maxIdCharacters = 300;

/** What the network says of a call is anybody's to make up: without what no database takes, and no longer than it can mean something. */
function tidy(call: OfferedCall): OfferedCall {
  const plain = (text: string, most: number) =>
    text
      .toWellFormed()
      .replaceAll(/\p{Cc}/gu, '')
      .slice(0, most);
  const { fromDisplayName, alsoTo } = call;
  return {
    ...call,
    callId: plain(call.callId, maxIdCharacters),
    from: plain(call.from, maxNumberCharacters),
    to: plain(call.to, maxNumberCharacters),
    ...(fromDisplayName !== undefined && { fromDisplayName: plain(fromDisplayName, maxNameCharacters) }),
    ...(alsoTo !== undefined && { alsoTo: alsoTo.map((to) => plain(to, maxNumberCharacters)) }),
  };
}

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
