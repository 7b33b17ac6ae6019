import { randomUUID } from 'node:crypto';
import { LegError, type ReferOutcome } from '@parley/channels/phone/phone-leg.ts';
import type { StreamCall } from '@parley/channels/twilio/twilio-leg.ts';
import { type TwilioAddresses, twilioPaths } from './addresses.ts';
import type { StreamAnswers } from './stream-answers.ts';
import type { StreamTicket } from './stream-token.ts';
import { isOver, TwilioError, type TwilioRest } from './twilio-rest.ts';
import { dialTwiml, referTwiml } from './twiml.ts';

export interface TwilioTransfers {
  /** How a call with this ticket is transferred. */
  of(callSid: string, ticket: StreamTicket): NonNullable<StreamCall['refer']>;
  /** The person who was called is on the line. */
  answered(transferId: string): void;
  /** It is over, or did not come about. */
  over(transferId: string, result: ReferOutcome): void;
}

export interface TwilioTransfersOptions {
  /** A telephone rings five times; people who hear it ring longer than that hang up. */
  readonly ringMs: number;
  /**
   * How often Twilio is asked whether the caller is still there: it tells so by itself only where the number has a status callback.
   * Rare enough for its limits with many transfers at once, and soon enough for a telephone that rings for nobody.
   */
  readonly askEveryMs: number;
}

export const twilioTransfersDefaults: TwilioTransfersOptions = { ringMs: 25_000, askEveryMs: 4000 };

/** Callbacks on their way. */
const graceMs = 10_000;
const bringBackMs = 5000;

export function createTwilioTransfers(parts: {
  readonly rest: TwilioRest;
  readonly addresses: TwilioAddresses;
  readonly answers: StreamAnswers;
  /** The caller hung up in the meantime. */
  readonly onOver: (callSid: string, reason: string) => void;
  readonly onError: (error: unknown, context: string) => void;
  readonly options?: Partial<TwilioTransfersOptions>;
}): TwilioTransfers {
  const { rest, addresses, answers, onError } = parts;
  const { ringMs, askEveryMs } = { ...twilioTransfersDefaults, ...parts.options };
  const pending = new Map<string, (result: ReferOutcome) => void>();

  const twimlFor = (target: string, ticket: StreamTicket, transferId: string): string | undefined => {
    const isSip = /^sips?:[^\s@]+@[^\s@]+$/i.test(target);
    if (!isSip && !/^\+[1-9]\d{5,14}$/.test(target)) return undefined;
    const actionUrl = addresses.of(twilioPaths.action, { transfer: transferId, times: '0' });
    // A telephone of a SIP account can be sent to another address; everybody else is put through by Twilio.
    if (isSip && ticket.sipDomain !== undefined) return referTwiml(target, actionUrl);
    return dialTwiml({
      target: { kind: isSip ? 'sip' : 'number', address: target },
      callerId: ownNumber(ticket),
      ringSeconds: Math.ceil(ringMs / 1000),
      actionUrl,
      answeredUrl: addresses.of(twilioPaths.status, { transfer: transferId }),
    });
  };

  /** Asks until the call is over, or nobody wants to know any more. @returns no longer asks */
  const watch = (callSid: string): (() => void) => {
    const scope = new AbortController();
    const ask = async () => {
      const status = await rest.status(callSid, scope.signal).catch(() => undefined);
      if (scope.signal.aborted) return;
      if (status !== undefined && isOver(status)) return parts.onOver(callSid, `Twilio: ${status}`);
      timer = setTimeout(() => void ask(), askEveryMs);
    };
    let timer = setTimeout(() => void ask(), askEveryMs);
    return () => {
      clearTimeout(timer);
      scope.abort();
    };
  };

  const wait = (callSid: string, transferId: string, signal: AbortSignal): Promise<ReferOutcome> => {
    const result = Promise.withResolvers<ReferOutcome>();
    pending.set(transferId, result.resolve);
    const onAbort = () => result.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(() => result.resolve({ type: 'failed', reason: 'no_answer' }), ringMs + graceMs);
    const stopWatching = watch(callSid);
    return result.promise.finally(() => {
      pending.delete(transferId);
      signal.removeEventListener('abort', onAbort);
      clearTimeout(timer);
      stopWatching();
    });
  };

  /** Nobody wants it any more: the other telephone stops ringing. */
  const bringBack = async (callSid: string, ticket: StreamTicket): Promise<void> => {
    try {
      const back = answers.answer({ ...ticket, callSid }, 0);
      await rest.redirect(callSid, back, AbortSignal.timeout(bringBackMs));
    } catch (error) {
      if (!(error instanceof TwilioError && error.code === 'over')) onError(error, 'bringing a caller back at Twilio');
    }
  };
  /** @throws LegError `ended` */
  const notBegun = (error: TwilioError): ReferOutcome => {
    if (error.code === 'over') throw new LegError('ended', 'The caller hung up before the transfer.', { cause: error });
    onError(error, 'a transfer at Twilio');
    return { type: 'failed', reason: error.code === 'refused' ? 'refused' : 'unreachable' };
  };

  return {
    of: (callSid, ticket) => async (target, signal) => {
      const transferId = randomUUID();
      const twiml = twimlFor(target, ticket, transferId);
      if (twiml === undefined) return { type: 'failed', reason: 'not_supported' };
      // What comes of it may be told before the request is answered.
      const result = wait(callSid, transferId, signal);
      result.catch(() => {});
      try {
        await rest.redirect(callSid, twiml, signal);
        return await result;
      } catch (error) {
        pending.get(transferId)?.({ type: 'failed', reason: 'refused' });
        if (error instanceof TwilioError) return notBegun(error);
        if (!(error instanceof LegError && error.code === 'ended')) await bringBack(callSid, ticket);
        throw error;
      }
    },
    answered: (transferId) => pending.get(transferId)?.({ type: 'answered' }),
    over: (transferId, result) => pending.get(transferId)?.(result),
  };
}

/** One of ours, by which the call came or which the person who was called saw. */
function ownNumber({ direction, from, to }: StreamTicket): string | undefined {
  const own = direction === 'inbound' ? to : from;
  return /^\+[1-9]\d{5,14}$/.test(own) ? own : undefined;
}
