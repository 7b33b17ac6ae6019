import type { LegKind, PhoneLeg } from '@parley/channels/phone/phone-leg.ts';
import type { Talk } from '@parley/channels/phone/talk.ts';
import type { WhyEnded } from './call-end.ts';

/** Where calls come in, whatever carries them: who is called, may they call, and who answers. */
export interface PhoneDesk {
  /** Looks up whom the call is for, counts it, and opens its conversation. Never throws. */
  receive(call: OfferedCall): Promise<Reception>;
  /**
   * The leg was answered: it talks with the conversation from now on (the agent greets), and the call is recorded when it ends. Called
   * again for a conversation whose leg was given away and came back: the caller goes on where they were.
   * @throws WireError as entering a conversation does
   */
  connect(conversationId: string, leg: PhoneLeg): Promise<LiveCall>;
  /**
   * A call that was received is not answered after all: the caller hung up, or nobody is there. Its conversation ends. Nothing for one
   * that is connected or over. Never throws.
   * @param why for its record; as the outcome says when left out
   */
  giveUp(conversationId: string, outcome: UnansweredOutcome, why?: WhyEnded): Promise<void>;
  /**
   * The conversation that was opened for a call which the far side named so, on whichever server, while it goes on.
   * @throws WireError `storage_unavailable`
   */
  expected(callId: string): Promise<{ readonly conversationId: string; readonly organizationId: string } | undefined>;
  /** Kept with the call: to whom it was to be put through, and what came of it. Never throws. */
  transferTried(conversationId: string, transfer: TriedTransfer): Promise<void>;
  /** Kept with the call: what the vendor says of it later. Never throws. */
  noted(conversationId: string, note: CallNote): Promise<void>;
  /** Ends a call that is here, and resolves once that is recorded; false: it is not here. Never throws. */
  hangUp(conversationId: string): Promise<boolean>;
  /** The call of a conversation, while it is here. */
  callOf(conversationId: string): LiveCall | undefined;
  readonly liveCalls: number;
  /** A call that is offered now is refused as busy, without anybody being asked. */
  readonly isBusy: boolean;
}

export interface OfferedCall {
  readonly channel: LegKind;
  readonly callId: string;
  readonly from: string;
  readonly fromDisplayName?: string;
  readonly to: string;
  /** What else was called, where `to` is nobody's: the To header beside the Request-URI. */
  readonly alsoTo?: readonly string[];
  /** The number that was called is the server's own by its settings: the default agent answers, where nobody set up another. */
  readonly isServersOwn?: boolean;
  /** Only an agent of this organization may answer; left out: whoever the number belongs to. */
  readonly onlyOrganizationId?: string;
  /** Where it came from: an IP address, or the account's id at the vendor. */
  readonly source: string;
}

/** `machine`: one answered, and nothing is said to it. */
export type UnansweredOutcome = 'canceled' | 'busy' | 'no_answer' | 'failed' | 'machine';

export interface TriedTransfer {
  readonly kind: 'warm' | 'cold' | 'inbox';
  /** `+353861234567`, `sip:…`, or the name of an inbox. */
  readonly target: string;
  /** `answered`, `busy`, `no_answer`, `refused`, `unreachable`, `canceled`, … */
  readonly outcome: string;
}

export interface CallNote {
  readonly vendorRecordingUrl?: string;
  readonly vendorRecordingSeconds?: number;
  readonly answeredBy?: 'person' | 'machine' | 'unknown';
}

export type Reception =
  | { readonly type: 'taken'; readonly conversationId: string; readonly organizationId: string }
  | {
      readonly type: 'refused';
      readonly why: 'unknown_number' | 'busy' | 'rate_limited' | 'shutting_down' | 'failed';
      readonly retryAfterSeconds: number | undefined;
      /** BCP 47, of whoever would have answered, where that is known: in it the caller may be told. */
      readonly language?: string;
    };

export interface LiveCall {
  readonly conversationId: string;
  readonly organizationId: string;
  /** The number that was called, or called from: whom a person who is dialled for the caller sees. */
  readonly ownNumber: string;
  readonly callerNumber: string;
  readonly language: string;
  readonly talk: Talk;
}

/** A way to call somebody from here: SIP, Twilio. `WaysOut` says which is taken. */
export interface Dialer {
  readonly kind: LegKind;
  canReach(target: DialTarget, organizationId: string): boolean;
  /**
   * Resolves with the answered leg.
   * @throws LegError; the signal's reason
   */
  dial(request: DialRequest, signal: AbortSignal): Promise<DialedLeg>;
}

export type DialTarget =
  | { readonly kind: 'number'; readonly number: string }
  | { readonly kind: 'sip'; readonly address: string };

export interface DialRequest {
  readonly organizationId: string;
  readonly target: DialTarget;
  /** Whose call it will be; undefined: somebody is rung for a caller. */
  readonly conversationId?: string;
  /** What the person sees; one of our own numbers. */
  readonly callerNumber: string;
  readonly callerName?: string;
  readonly ringTimeoutMs: number;
  /** Who or what answered is to be found out, where the way can. */
  readonly detectsMachine?: boolean;
  readonly onRinging?: () => void;
  /** Another way leads there too: this one need not be waited for where it says nothing. */
  readonly hasAlternative?: boolean;
}

export interface DialedLeg {
  readonly leg: PhoneLeg;
  readonly answeredBy: 'person' | 'machine' | 'unknown';
}
