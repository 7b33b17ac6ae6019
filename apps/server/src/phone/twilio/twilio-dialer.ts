import { randomUUID } from 'node:crypto';
import { LegError } from '@parley/channels/phone/phone-leg.ts';
import type { TwilioLeg } from '@parley/channels/twilio/twilio-leg.ts';
import type { DialedLeg, Dialer, DialRequest, DialTarget } from '../phone-desk.ts';
import { type TwilioAddresses, twilioPaths } from './addresses.ts';
import type { StreamAnswers } from './stream-answers.ts';
import { type TwilioCallStatus, TwilioError, type TwilioRest } from './twilio-rest.ts';

export interface TwilioDialer extends Dialer {
  readonly kind: 'twilio';
  /** The stream of a call that was made has come; false when nobody waits for it. */
  arrived(dialId: string, leg: TwilioLeg): boolean;
  /** What Twilio says of such a call. */
  told(dialId: string, callSid: string, status: TwilioCallStatus): void;
  answeredBy(dialId: string, who: DialedLeg['answeredBy']): void;
}

/** From the moment of answering to the stream, and callbacks on their way. */
const graceMs = 10_000;
/** Twilio says who answered within about four seconds; whoever answered hears nothing meanwhile. */
const machineTimeoutMs = 6000;
const hangUpTimeoutMs = 5000;
/** As long as any telephone rings. */
const strayMs = 120_000;
/** Twilio's own bounds for how long it rings. */
const [leastRingSeconds, mostRingSeconds] = [5, 600];

interface Pending {
  readonly leg: PromiseWithResolvers<TwilioLeg>;
  readonly who: PromiseWithResolvers<DialedLeg['answeredBy']>;
  readonly onRinging: (() => void) | undefined;
  /** Twilio said that the call is over. */
  isOver: boolean;
}

/** Calls that are made through Twilio. */
export function createTwilioDialer(parts: {
  readonly rest: TwilioRest;
  readonly addresses: TwilioAddresses;
  readonly answers: StreamAnswers;
  /** Seen by the person, when the call brings none of ours. */
  readonly number: string | undefined;
  /** Has Twilio record a call too, where that is wanted. Never throws. */
  readonly record: (callSid: string, conversationId: string) => void;
  readonly onError: (error: unknown, context: string) => void;
}): TwilioDialer {
  const { rest, addresses, answers, onError } = parts;
  const pending = new Map<string, Pending>();
  /** Attempts of which Twilio's answer was lost: the call may ring all the same, and is known by what is told of it. */
  const stray = new Map<string, NodeJS.Timeout>();

  const hangUp = async (callSid: string) => {
    try {
      await rest.complete(callSid, AbortSignal.timeout(hangUpTimeoutMs));
    } catch (error) {
      onError(error, 'ending a call at Twilio');
    }
  };

  const create = async (dialId: string, request: DialRequest): Promise<string> => {
    const to = addressOf(request.target);
    const from = isNumber(request.callerNumber) ? request.callerNumber : parts.number;
    if (from === undefined) {
      throw new LegError('refused', 'Twilio calls from numbers alone: set TWILIO_PHONE_NUMBER, or call from a number.');
    }
    const ticket = {
      conversationId: undefined,
      callSid: undefined,
      dialId,
      direction: 'outbound',
      sipDomain: undefined,
    } as const;
    const ringSeconds = Math.round(request.ringTimeoutMs / 1000);
    try {
      const { callSid } = await rest.createCall(
        {
          ...{ to, from },
          twiml: answers.answer({ ...ticket, from, to }, 0),
          ringSeconds: Math.min(mostRingSeconds, Math.max(leastRingSeconds, ringSeconds)),
          statusUrl: addresses.of(twilioPaths.status, { dial: dialId }),
          machineUrl: request.detectsMachine === true ? addresses.of(twilioPaths.machine, { dial: dialId }) : undefined,
        },
        // Not the caller's signal: a call that was just asked for must be known, so that it can be ended.
        AbortSignal.timeout(hangUpTimeoutMs),
      );
      return callSid;
    } catch (error) {
      if (!(error instanceof TwilioError)) throw error;
      throw new LegError(error.code === 'refused' ? 'refused' : 'unreachable', error.message, { cause: error });
    }
  };

  return {
    kind: 'twilio',
    canReach: (target) => target.kind === 'sip' || isNumber(target.number),
    async dial(request, signal) {
      signal.throwIfAborted();
      const dialId = randomUUID();
      const one: Pending = {
        leg: Promise.withResolvers(),
        who: Promise.withResolvers(),
        onRinging: request.onRinging,
        isOver: false,
      };
      one.leg.promise.catch(() => {});
      pending.set(dialId, one);
      const onAbort = () => {
        one.leg.reject(signal.reason);
        one.who.resolve('unknown');
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const timer = setTimeout(
        () => one.leg.reject(new LegError('no_answer', 'Nobody answered.')),
        request.ringTimeoutMs + graceMs,
      );
      let callSid: string | undefined;
      let leg: TwilioLeg | undefined;
      try {
        callSid = await create(dialId, request);
        leg = await one.leg.promise;
        const answeredBy =
          request.detectsMachine === true ? await within(one.who.promise, machineTimeoutMs) : 'unknown';
        signal.throwIfAborted();
        if (request.conversationId !== undefined) parts.record(callSid, request.conversationId);
        return { leg, answeredBy };
      } catch (error) {
        leg?.hangUp('completed');
        // Waited for, so that no server stops before Twilio knows: the telephone would ring on.
        if (callSid === undefined) stray.set(dialId, setTimeout(() => stray.delete(dialId), strayMs).unref());
        else if (!one.isOver) await hangUp(callSid);
        throw error;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        pending.delete(dialId);
      }
    },
    arrived(dialId, leg) {
      const one = pending.get(dialId);
      one?.leg.resolve(leg);
      return one !== undefined;
    },
    told(dialId, callSid, status) {
      const one = pending.get(dialId);
      if (one === undefined) {
        if (stray.has(dialId) && failureOf(status) === undefined) void hangUp(callSid);
        return;
      }
      if (status === 'ringing') one.onRinging?.();
      const error = failureOf(status);
      if (error === undefined) return;
      one.isOver = true;
      one.leg.reject(error);
    },
    answeredBy: (dialId, who) => pending.get(dialId)?.who.resolve(who),
  };
}

function failureOf(status: TwilioCallStatus): LegError | undefined {
  switch (status) {
    case 'busy':
      return new LegError('busy', 'The line is busy.');
    case 'no-answer':
    case 'canceled':
      return new LegError('no_answer', 'Nobody answered.');
    case 'failed':
      return new LegError('unreachable', 'The number cannot be reached.');
    case 'completed':
      // Answered, and over before its sound came.
      return new LegError('ended', 'Whoever answered hung up at once.');
    case 'queued':
    case 'initiated':
    case 'ringing':
    case 'in-progress':
      return undefined;
  }
}

function addressOf(target: DialTarget): string {
  return target.kind === 'number' ? target.number : target.address;
}

function isNumber(text: string): boolean {
  return /^\+[1-9]\d{5,14}$/.test(text);
}

async function within(who: Promise<DialedLeg['answeredBy']>, timeoutMs: number): Promise<DialedLeg['answeredBy']> {
  const late = Promise.withResolvers<'unknown'>();
  const timer = setTimeout(() => late.resolve('unknown'), timeoutMs);
  try {
    return await Promise.race([who, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
