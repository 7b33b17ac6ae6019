import type { Person } from './person.ts';

/** How somebody who is called behaves. Times in ms from the beginning of the ringing. */
export type Callee =
  | {
      readonly does: 'answers';
      readonly afterMs?: number;
      /** What the detection of machines, where it is asked for, says; `unknown` takes its whole time-out. Left out: `human`. */
      readonly as?: 'human' | 'machine' | 'fax' | 'unknown';
      /** They hang up so long after they answered; left out: they stay. */
      readonly hangsUpAfterMs?: number;
    }
  /** `no-answer` without a time: until the ringing is given up. */
  | { readonly does: 'busy' | 'no-answer' | 'failed'; readonly afterMs?: number };

export type CallStatus =
  | 'queued'
  | 'initiated'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'failed'
  | 'no-answer'
  | 'canceled';
export type FinalStatus = Exclude<CallStatus, 'queued' | 'initiated' | 'ringing' | 'in-progress'>;

/** What came in by SIP rather than from the telephone network. */
export interface SipOrigin {
  /** `agents.sip.twilio.com` */
  readonly domain: string;
  readonly username?: string;
  readonly sourceIp?: string;
  /** By their names without `SipHeader_`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A call as the far end and its wire see it; a child of another when it was dialled by `<Dial>`. */
export interface FakeCall {
  readonly sid: string;
  readonly parentSid: string | undefined;
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-dial';
  readonly from: string;
  readonly to: string;
  readonly status: CallStatus;
  readonly answeredBy: string | undefined;
  readonly person: Person;
  /** What Twilio's own voice said. */
  readonly said: readonly { readonly text: string; readonly language: string; readonly atMs: number }[];
  /** Whom `<Dial>` and `<Refer>` called for this call, in order. */
  readonly transfers: readonly FakeTransfer[];
  readonly streams: readonly FakeStream[];
  /** What Twilio would have shown its customer about this call. */
  readonly reports: readonly { readonly level: 'error' | 'warning'; readonly code: number; readonly text: string }[];
  /** Since the answer; 0 before. */
  readonly durationMs: number;
  /** From the first ring to the answer; undefined before. */
  readonly rangMs: number | undefined;
  readonly ended: Promise<FinalStatus>;
  /**
   * Resolves with what the check gives, now or when something of this call has changed.
   * @throws Error after the time-out
   */
  until<T>(what: string, check: (call: FakeCall) => T | undefined | false, timeoutMs?: number): Promise<T>;
}

export interface FakeTransfer {
  readonly by: 'number' | 'sip' | 'refer';
  readonly target: string;
  /** The call there; undefined for a refer, which is no call of Twilio's any more. */
  readonly callSid: string | undefined;
  readonly outcome: 'ringing' | 'answered' | 'busy' | 'no-answer' | 'failed' | 'canceled';
}

export interface FakeStream {
  readonly sid: string;
  readonly name: string;
  readonly url: string;
  readonly isBothWays: boolean;
  readonly parameters: Readonly<Record<string, string>>;
  readonly state: 'opening' | 'open' | 'ended';
  /** Who ended it: our side of the call, the server, or a failure. */
  readonly endedBy: 'server' | 'here' | 'failed' | undefined;
  /** Marks that came back, with their times in ms from the answer. */
  readonly marks: readonly { readonly name: string; readonly atMs: number }[];
  readonly clears: number;
  readonly mediaReceived: number;
  readonly bufferedMs: number;
}
