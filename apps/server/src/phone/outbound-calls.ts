import { randomUUID } from 'node:crypto';
import { LegError, type PhoneLeg } from '@parley/channels/phone/phone-leg.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { NewCall } from '@parley/contract/phone.ts';
import type { ConversationHost } from '../conversations/conversation-host.ts';
import type { AuditContext } from '../privacy/audit.ts';
import { type WhyEnded, whyNotCalled, whyUnanswered } from './call-end.ts';
import type { CallChange, CallsRepository, OutboundLimits } from './calls-repository.ts';
import { type AnsweredBy, createGreetingEnd, createMachineDetector } from './machine-detection.ts';
import type { NumbersRepository } from './numbers-repository.ts';
import { type OutboundRules, outboundTarget } from './outbound-targets.ts';
import type { DialedLeg, Dialer, DialTarget, PhoneDesk, UnansweredOutcome } from './phone-desk.ts';
import type { UnspokenAgent } from './report-unspoken.ts';
import { dialByWays, type WaysOut } from './ways-out.ts';

export interface OutboundCallsParts {
  readonly host: Pick<ConversationHost, 'open' | 'enter'>;
  readonly desk: Pick<PhoneDesk, 'connect' | 'giveUp' | 'noted'>;
  readonly ways: Pick<WaysOut, 'to' | 'canReach'>;
  readonly calls: Pick<CallsRepository, 'createOutbound' | 'change' | 'endConversation'>;
  readonly numbers: Pick<NumbersRepository, 'firstOf' | 'isOwn'>;
  readonly rules: OutboundRules;
  readonly limits: OutboundLimits;
  /** Whom people see where the organization has no number. */
  readonly standInNumber: (organizationId: string) => string | undefined;
  /** As the desk is told. */
  readonly onUnspoken: (called: UnspokenAgent) => void;
  readonly onError: (error: unknown, context: string) => void;
}

/** Calls that are made from here, from being asked for to being connected. */
export interface OutboundCalls {
  /**
   * Answers as soon as it is written down.
   * @param timeZone IANA
   * @throws WireError `number_not_allowed`, `no_way_to_call`, `too_many_calls`, and as opening a conversation does
   */
  start(
    author: AuditContext,
    call: NewCall,
    timeZone: string,
  ): Promise<{ readonly callId: string; readonly conversationId: string }>;
  /** Does not ring any longer. Resolves once that is recorded; false: it is not being dialled here. */
  cancel(conversationId: string): Promise<boolean>;
  readonly dialing: number;
  /** Cancels those that ring. */
  close(): Promise<void>;
}

/** Beyond the ringing: to find the way, to be refused, to answer. A dialler that takes longer has forgotten us. */
const dialOverheadMs = 40_000;
/** Frames come each 20 ms; where none come, who answered is not found out by listening. */
const listenAtMostMs = 40_000;

export function createOutboundCalls(parts: OutboundCallsParts): OutboundCalls {
  const { host, desk, ways, calls, numbers, onError } = parts;
  const dialing = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();
  let isClosing = false;

  const callerNumber = async (
    organizationId: string,
    from: string | undefined,
    target: DialTarget,
  ): Promise<string> => {
    if (from !== undefined) {
      if (await numbers.isOwn(organizationId, from)) return from;
      throw new WireError('number_not_allowed', {
        from: 'This is no number of the organization; see /v1/phone-numbers.',
      });
    }
    const own = (await numbers.firstOf(organizationId)) ?? parts.standInNumber(organizationId);
    if (own !== undefined) return own;
    // To a telephone on a network without numbers a name will do.
    if (target.kind === 'sip') return 'agent';
    throw new WireError('number_not_allowed', {
      from: 'The organization has no number that people could see: add one.',
    });
  };

  const run = async (dial: Dial, signal: AbortSignal): Promise<void> => {
    const { conversationId, organizationId, request } = dial;
    let outcome: UnansweredOutcome = 'failed';
    try {
      // Its words are loaded while it rings.
      const entered = await host.enter(conversationId, { kind: 'organization', organizationId }, 'call');
      if (!entered.speech.isSpoken) {
        // Nobody is rung who would hear nothing.
        const { id, language } = entered.agent.agent;
        parts.onUnspoken({ agent: id, language });
        const detail = `Nobody here hears and speaks ${language}.`;
        return await desk.giveUp(conversationId, outcome, { reason: 'error', detail });
      }
      const limit = AbortSignal.timeout(request.ring_timeout_seconds * 1000 + dialOverheadMs);
      const change = (what: CallChange) => {
        calls
          .change(organizationId, conversationId, what)
          .catch((error: unknown) => onError(error, 'the record of a call from here'));
      };
      const [first] = dial.ways;
      let channel = first?.kind;
      const dialed = await dialByWays(
        dial.ways,
        {
          ...{ organizationId, conversationId, target: dial.target, callerNumber: dial.from },
          ringTimeoutMs: request.ring_timeout_seconds * 1000,
          detectsMachine: request.machine_detection !== 'off',
          onRinging: () => change({ status: 'ringing', ...(channel !== undefined && { channel }) }),
        },
        AbortSignal.any([signal, limit]),
        (kind) => {
          if (kind !== channel) change({ channel: kind });
          channel = kind;
        },
      );
      const answeredBy = await whoAnswered(dialed, request.machine_detection, signal);
      await desk.noted(conversationId, { answeredBy });
      if (signal.aborted || (answeredBy === 'machine' && request.machine_detection === 'hang_up')) {
        outcome = signal.aborted ? 'canceled' : 'machine';
        dialed.leg.hangUp('completed');
        return await desk.giveUp(conversationId, outcome, calledOff(outcome));
      }
      await desk.connect(conversationId, dialed.leg);
    } catch (error) {
      outcome = signal.aborted ? 'canceled' : outcomeOf(error);
      const isKnown = error instanceof LegError;
      if (!isKnown && !signal.aborted) onError(error, 'a call from here that could not be made');
      await desk.giveUp(conversationId, outcome, isKnown && !signal.aborted ? whyNotCalled(error) : calledOff(outcome));
    }
  };

  /** Nobody asked for the end of a call that a server which stops gave up. */
  const calledOff = (outcome: UnansweredOutcome): WhyEnded =>
    outcome === 'canceled' && isClosing ? { reason: 'shutdown' } : whyUnanswered(outcome);

  return {
    async start(author, request, timeZone) {
      const { organizationId } = author;
      const target = await outboundTarget(request.to, parts.rules);
      if (!ways.canReach(target, organizationId)) throw new WireError('no_way_to_call');
      const from = await callerNumber(organizationId, request.from, target);
      const best = await ways.to(target, organizationId, from);
      const { id: conversationId } = await host.open({
        ...{ organizationId, timeZone, agentId: request.agent_id, flowId: request.flow_id },
        channelType: 'voice',
        callerId: request.to.slice(0, maxCallerIdCharacters),
        userId: request.user_id,
        initialContext: request.context,
      });
      const callId = randomUUID();
      try {
        await calls.createOutbound(
          author,
          {
            ...{ callId, organizationId, conversationId, from, to: request.to },
            ...{ direction: 'outbound', channel: best[0]?.kind, providerCallId: undefined, status: 'queued' },
          },
          parts.limits,
        );
      } catch (error) {
        await calls.endConversation(organizationId, conversationId, 'failed');
        throw error;
      }
      const abort = new AbortController();
      const done = run({ conversationId, organizationId, ways: best, request, target, from }, abort.signal)
        .catch((error: unknown) => onError(error, 'a call from here'))
        .finally(() => dialing.delete(conversationId));
      dialing.set(conversationId, { abort, done });
      return { callId, conversationId };
    },
    async cancel(conversationId) {
      const here = dialing.get(conversationId);
      if (here === undefined) return false;
      here.abort.abort(new LegError('ended', 'The call was cancelled.'));
      await here.done;
      return true;
    },
    get dialing() {
      return dialing.size;
    },
    async close() {
      isClosing = true;
      const left = [...dialing.values()];
      for (const { abort } of left) abort.abort(new LegError('ended', 'The server is shutting down.'));
      await Promise.all(left.map(({ done }) => done));
    },
  };
}

/** As sessions keep it. */
const maxCallerIdCharacters = 128;

interface Dial {
  readonly conversationId: string;
  readonly organizationId: string;
  readonly ways: readonly Dialer[];
  readonly target: DialTarget;
  readonly from: string;
  readonly request: NewCall;
}

/** What the way itself found out; where it cannot, by listening. A machine that is to be talked to has finished by then. */
async function whoAnswered(
  { leg, answeredBy }: DialedLeg,
  wish: NewCall['machine_detection'],
  signal: AbortSignal,
): Promise<AnsweredBy> {
  if (wish === 'off' || answeredBy !== 'unknown') return answeredBy;
  const found = await detect(leg, signal);
  if (found === 'machine' && wish === 'talk') {
    const greeting = createGreetingEnd();
    await listenUntil(leg, signal, (frame) => greeting.push(frame));
  }
  return found;
}

async function detect(leg: PhoneLeg, signal: AbortSignal): Promise<AnsweredBy> {
  const detector = createMachineDetector();
  const found: AnsweredBy[] = [];
  await listenUntil(leg, signal, (frame) => {
    const by = detector.push(frame);
    if (by !== undefined) found.push(by);
    return by !== undefined;
  });
  return found[0] ?? 'unknown';
}

/** Resolves when enough was heard, or the leg is gone, or nothing is heard for long. */
function listenUntil(
  leg: PhoneLeg,
  signal: AbortSignal,
  isEnough: (frame: Parameters<PhoneLeg['write']>[0]) => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      leg.listen(undefined);
      resolve();
    };
    const timer = setTimeout(done, listenAtMostMs);
    signal.addEventListener('abort', done, { once: true });
    void leg.ended.then(done);
    leg.listen({
      frame: (frame) => {
        if (isEnough(frame)) done();
      },
      digit() {},
    });
    if (signal.aborted) done();
  });
}

function outcomeOf(error: unknown): UnansweredOutcome {
  if (!(error instanceof LegError)) return 'failed';
  if (error.code === 'busy' || error.code === 'no_answer') return error.code;
  return error.code === 'timed_out' ? 'no_answer' : 'failed';
}
