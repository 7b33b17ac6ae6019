import { WireError } from '@parley/contract/errors.ts';
import type { HandOff, HandOffOutcome, HandOffRequest } from '@parley/dialogue/flow/runner/parts.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { DialTarget, LiveCall, PhoneDesk, TriedTransfer } from '../phone-desk.ts';
import type { WaysOut } from '../ways-out.ts';
import { transferCold } from './cold-transfer.ts';
import type { Inbox } from './inbox.ts';
import type { LegVoice } from './speak-on-leg.ts';
import { toInbox } from './to-inbox.ts';
import type { TransferSettings } from './transfer-settings.ts';
import { toDialTarget } from './transfer-target.ts';
import { transferWarm } from './warm-transfer.ts';

export interface HandOffParts {
  readonly callerOf: (conversationId: string) => Caller | undefined;
  readonly transferTried: PhoneDesk['transferTried'];
  readonly ways: Pick<WaysOut, 'canReach' | 'to'>;
  readonly conversationOf: (caller: Caller) => HandedConversation | undefined;
  readonly inbox: Inbox;
  /** @throws WireError `number_not_allowed` when it may not be called from here */
  readonly checkTarget: (target: DialTarget) => Promise<void>;
  readonly settings: TransferSettings;
  readonly clock: Clock;
  readonly onError: (error: unknown, context: string) => void;
}

/** Somebody who talks with an agent and can be put through: on the telephone, or at a browser. */
export interface Caller extends Omit<LiveCall, 'talk'> {
  readonly talk: Omit<LiveCall['talk'], 'leg'>;
  /** People at browsers are taken at the console alone: no telephone would show who calls. */
  readonly isAtBrowser: boolean;
}

/** What is to be known of the conversation that a caller is put through from. */
export interface HandedConversation {
  readonly agentName: string;
  /** Whose voice speaks to the person, too; the language is the caller's. */
  readonly voice: Omit<LegVoice, 'language'>;
  /** Whenever it ends by itself, it is for this reason. */
  endsAs(reason: string): void;
}

/** One attempt to put a caller through. */
export interface Transfer {
  readonly call: Caller;
  readonly request: HandOffRequest;
  readonly agentName: string;
  /** Whose voice the person hears. */
  readonly voice: LegVoice;
  /** Aborted when the agent gives up, or the caller is gone. */
  readonly signal: AbortSignal;
  /** Aborted when the agent gives up: a caller who was put through is gone as well. */
  readonly givenUp: AbortSignal;
}

/** What came of it: `answered`, or why not; as it is kept with the call. */
export type TransferOutcome =
  | 'answered'
  | 'busy'
  | 'no_answer'
  | 'refused'
  | 'unreachable'
  | 'not_allowed'
  | 'machine'
  | 'canceled'
  | 'failed';

/** After the telephone was answered: what the call is about, a key, thanks. */
const briefMs = 60_000;

/**
 * Puts callers through to people: from the telephone to telephones, by the best way that leads to them, and from anywhere to whoever
 * takes the call at the console. Where there is no sound, nobody can take over.
 */
export function createHandOff(parts: HandOffParts): HandOff {
  const { callerOf, ways, settings } = parts;

  const callerFor = ({ conversationId, to }: HandOffRequest): Caller | undefined => {
    const caller = callerOf(conversationId);
    return caller?.isAtBrowser === true && to.kind !== 'inbox' ? undefined : caller;
  };

  const handOff = async (request: HandOffRequest, signal: AbortSignal): Promise<HandOffOutcome> => {
    signal.throwIfAborted();
    const call = callerFor(request);
    const conversation = call === undefined ? undefined : parts.conversationOf(call);
    if (call === undefined || conversation === undefined) return 'unavailable';
    const { agentName } = conversation;
    const gone = new AbortController();
    void call.talk.ended.then(() => gone.abort(new DOMException('The caller is gone.', 'AbortError')));
    const transfer: Transfer = {
      ...{ call, request, agentName },
      voice: { ...conversation.voice, language: request.language },
      signal: AbortSignal.any([signal, gone.signal]),
      givenUp: signal,
    };
    const kind = request.to.kind === 'inbox' ? 'inbox' : (request.mode ?? settings.mode);
    const outcome = await tried(kind, transfer);
    const { conversationId } = call;
    void parts.transferTried(conversationId, { kind, target: nameOf(request), outcome });
    if (outcome === 'answered') conversation.endsAs('transferred');
    else signal.throwIfAborted();
    return toHandOffOutcome(outcome);
  };

  const tried = async (kind: TriedTransfer['kind'], transfer: Transfer): Promise<TransferOutcome> => {
    const { to } = transfer.request;
    try {
      if (to.kind === 'inbox') return await toInbox(parts, transfer);
      const target = toDialTarget(to);
      await parts.checkTarget(target);
      return await (kind === 'cold' ? transferCold : transferWarm)(parts, transfer, target);
    } catch (error) {
      if (transfer.signal.aborted) return 'canceled';
      if (error instanceof WireError && error.code === 'number_not_allowed') return 'not_allowed';
      parts.onError(error, 'putting a caller through');
      return 'failed';
    }
  };

  return Object.assign(handOff, {
    takesUpToMs(request: HandOffRequest): number | undefined {
      const call = callerFor(request);
      if (call === undefined) return undefined;
      if (request.to.kind === 'inbox') return parts.inbox.takesUpToMs(call.organizationId, settings.inboxMs);
      const target = toDialTarget(request.to);
      const isCold = (request.mode ?? settings.mode) === 'cold';
      // The network may know ways that we do not.
      if (!isCold && !ways.canReach(target, call.organizationId)) return undefined;
      return settings.ringMs + briefMs;
    },
  });
}

function toHandOffOutcome(outcome: TransferOutcome): HandOffOutcome {
  switch (outcome) {
    case 'answered':
      return 'accepted';
    case 'busy':
    case 'no_answer':
    case 'refused':
      return outcome;
    // A mailbox answered in their place.
    case 'machine':
      return 'no_answer';
    case 'unreachable':
    case 'not_allowed':
    case 'canceled':
    case 'failed':
      return 'unavailable';
  }
}

function nameOf({ to }: HandOffRequest): string {
  if (to.kind === 'inbox') return 'inbox';
  const target = toDialTarget(to);
  return target.kind === 'number' ? target.number : target.address;
}
