import type { LegEnd } from '@parley/channels/phone/phone-leg.ts';
import { callNotBack, type TwilioLeg, type TwilioLegOptions } from '@parley/channels/twilio/twilio-leg.ts';
import type { TwilioRest } from './twilio-rest.ts';

/** The calls through Twilio whose sound is in this process, and those that just were. */
export interface TwilioCalls {
  /** Its webhook was answered: if no stream comes of it, `onLost` is called, once. */
  expect(callSid: string, onLost: () => void): void;
  /** Its webhook was answered, and its stream is still to come. */
  isExpected(callSid: string): boolean;
  add(leg: TwilioLeg): void;
  of(callSid: string): TwilioLeg | undefined;
  /** We ended it, a moment ago: there is nothing to come back to. */
  hasEnded(callSid: string): boolean;
  /** Twilio knows that it is over, or is being told so now. */
  settled(callSid: string): void;
  /** Twilio says that it is over. */
  over(callSid: string, reason: string): void;
  readonly count: number;
  close(): void;
}

export interface TwilioCallsOptions {
  /** From the answered webhook to the stream: a second as a rule, and a network may be slow. */
  readonly streamTimeoutMs: number;
  /** Twilio asks what to do next within a second of the end of a stream; if it does not, the call may go on in silence, at our cost. */
  readonly settleTimeoutMs: number;
  /** Of a leg, where it is not to be as it is. */
  readonly leg?: Partial<TwilioLegOptions>;
}

export const twilioCallsDefaults: TwilioCallsOptions = { streamTimeoutMs: 20_000, settleTimeoutMs: 5000 };

const restTimeoutMs = 10_000;
/** As long as callbacks of a call that is over may come late. */
const rememberMs = 60_000;
/** Beyond it the oldest are forgotten. */
const maxRemembered = 10_000;

/** @param isWanted whether the conversation of a call that was lost here goes on: on another server, since it does not here */
export function createTwilioCalls(
  rest: TwilioRest | undefined,
  isWanted: (callSid: string) => Promise<boolean>,
  onError: (error: unknown, context: string) => void,
  { streamTimeoutMs, settleTimeoutMs }: TwilioCallsOptions = twilioCallsDefaults,
): TwilioCalls {
  const legs = new Map<string, TwilioLeg>();
  const expected = new Map<string, NodeJS.Timeout>();
  const unsettled = new Map<string, NodeJS.Timeout>();
  const ended = new Map<string, number>();

  const remember = (callSid: string) => {
    const nowMs = Date.now();
    ended.delete(callSid);
    ended.set(callSid, nowMs);
    for (const [old, atMs] of ended) {
      if (nowMs - atMs < rememberMs && ended.size <= maxRemembered) break;
      ended.delete(old);
    }
  };
  const arrived = (callSid: string) => {
    clearTimeout(expected.get(callSid));
    expected.delete(callSid);
  };
  const settled = (callSid: string) => {
    clearTimeout(unsettled.get(callSid));
    unsettled.delete(callSid);
  };
  const complete = async (callSid: string, end: LegEnd) => {
    unsettled.delete(callSid);
    try {
      // Another server of ours may have it by now.
      if (end.by === 'network' && (await isWanted(callSid))) return;
      await rest?.complete(callSid, AbortSignal.timeout(restTimeoutMs));
    } catch (error) {
      onError(error, 'ending a call at Twilio');
    }
  };

  return {
    expect(callSid, onLost) {
      arrived(callSid);
      const lost = () => {
        expected.delete(callSid);
        onLost();
      };
      expected.set(callSid, setTimeout(lost, streamTimeoutMs).unref());
    },
    isExpected: (callSid) => expected.has(callSid),
    add(leg) {
      const { callId: callSid } = leg;
      arrived(callSid);
      settled(callSid);
      legs.set(callSid, leg);
      void leg.ended.then((end) => {
        if (legs.get(callSid) === leg) legs.delete(callSid);
        if (end.by === 'here') remember(callSid);
        // Somebody else talks on that call from now on, or may.
        const isGiven = end.reason === 'transferred' || end === callNotBack;
        if (end.by === 'far' || isGiven || rest === undefined) return;
        settled(callSid);
        unsettled.set(callSid, setTimeout(() => void complete(callSid, end), settleTimeoutMs).unref());
      });
    },
    of: (callSid) => legs.get(callSid),
    hasEnded: (callSid) => ended.has(callSid),
    settled,
    over(callSid, reason) {
      arrived(callSid);
      settled(callSid);
      remember(callSid);
      legs.get(callSid)?.gone(reason);
    },
    get count() {
      return legs.size;
    },
    close() {
      for (const timer of [...expected.values(), ...unsettled.values()]) clearTimeout(timer);
      for (const leg of legs.values()) leg.hangUp('shutdown');
    },
  };
}
