import { type LegEnd, LegError, type ReferOutcome } from '../../phone/phone-leg.ts';
import { mediaType } from '../message/fields.ts';
import { header } from '../message/headers.ts';
import { param, parseParams } from '../message/params.ts';
import type { SipRequest } from '../message/sip-message.ts';
import { bodyText } from '../transaction/make-message.ts';
import { reply, type ServerTransaction } from '../transaction/server-transaction.ts';
import { failureOf } from './outcome.ts';
import { type DialogLine, sendInDialog } from './send-in-dialog.ts';

/** Transfers that we asked the far side for (RFC 3515), one after another. */
export interface ReferOut {
  /** @throws LegError `ended`; the signal's reason */
  refer(referTo: string, referredBy: string, signal: AbortSignal): Promise<ReferOutcome>;
  /** A NOTIFY in the dialog; false: it is not about a transfer of ours. */
  receiveNotify(transaction: ServerTransaction): boolean;
  /**
   * The call is over. Some that take a transfer tell nothing of it and say goodbye when it is done; whoever tells, and says goodbye before
   * it is done, hung up.
   */
  close(by: LegEnd['by']): void;
}

/** Longer than a telephone rings for nobody (RFC 3261 rings for up to three minutes, people let it for half of one). */
export const REFER_TIMEOUT_MS = 40_000;

interface Transfer {
  /** The number of the REFER, which names the subscription; undefined before it is sent. */
  sequence: number | undefined;
  settle(outcome: ReferOutcome): void;
  fail(error: unknown): void;
  /** They took it on. */
  isAccepted: boolean;
  /** They tell how it goes. */
  hasNews: boolean;
  /** The far side said that it is at it. */
  isRinging: boolean;
}

export function createReferOut(line: DialogLine): ReferOut {
  let current: Transfer | undefined;

  return {
    refer(referTo, referredBy, signal) {
      signal.throwIfAborted();
      if (current !== undefined) {
        return Promise.reject(
          new LegError('refused', 'A transfer of this call is going on: wait for what comes of it.'),
        );
      }
      return new Promise((resolve, reject) => {
        const finish = () => {
          cancelTimeout();
          signal.removeEventListener('abort', onAbort);
          if (current === transfer) current = undefined;
        };
        const transfer: Transfer = {
          sequence: undefined,
          isAccepted: false,
          hasNews: false,
          isRinging: false,
          settle(outcome) {
            finish();
            resolve(outcome);
          },
          fail(error) {
            finish();
            reject(error);
          },
        };
        const onAbort = () => transfer.fail(signal.reason);
        const cancelTimeout = line.context.timers.after(REFER_TIMEOUT_MS, () =>
          transfer.settle({ type: 'failed', reason: transfer.isRinging ? 'no_answer' : 'unreachable' }),
        );
        signal.addEventListener('abort', onAbort);
        current = transfer;
        sendRefer(line, transfer, referTo, referredBy, () => current === transfer);
      });
    },
    receiveNotify(transaction) {
      const { request } = transaction;
      const event = eventOf(request);
      if (event?.name !== 'refer') return false;
      if (current === undefined || (event.id !== undefined && Number(event.id) !== current.sequence)) {
        // Nobody waits for this one (any more): 481 ends the subscription at their side.
        reply(transaction, 481);
        return true;
      }
      reply(transaction, 200);
      takeNews(current, request);
      return true;
    },
    close(by) {
      if (by === 'far' && current?.isAccepted === true && !current.hasNews) return current.settle({ type: 'answered' });
      current?.fail(new LegError('ended', 'The call ended before anything came of the transfer.'));
    },
  };
}

function sendRefer(
  line: DialogLine,
  transfer: Transfer,
  referTo: string,
  referredBy: string,
  isWaiting: () => boolean,
): void {
  sendInDialog(line, {
    method: 'REFER',
    hasContact: true,
    headers: [
      { name: 'Refer-To', value: `<${referTo}>` },
      { name: 'Referred-By', value: `<${referredBy}>` },
      { name: 'Supported', value: 'norefersub' },
    ],
    onSent(sequence) {
      transfer.sequence = sequence;
    },
    onOutcome(outcome) {
      if (!isWaiting()) return;
      if (outcome.type === 'lost') return transfer.settle({ type: 'failed', reason: 'unreachable' });
      const { response } = outcome;
      if (response.status >= 300) {
        const reason = response.status === 603 ? 'refused' : failureOf(response.status);
        return transfer.settle({ type: 'failed', reason });
      }
      transfer.isAccepted = true;
      // They took it and will tell nothing (RFC 4488): nothing more can be known than that it was taken.
      if (header(response.headers, 'Refer-Sub')?.trim().toLowerCase().startsWith('false') === true) {
        transfer.settle({ type: 'answered' });
      }
    },
  });
}

/** `SIP/2.0 180 Ringing`: what the far side's own call came to so far. */
function takeNews(transfer: Transfer, request: SipRequest): void {
  transfer.hasNews = true;
  const type = mediaType(header(request.headers, 'Content-Type') ?? '');
  const status = Number(/^SIP\/2\.0 (\d{3})/i.exec(bodyText(request).trimStart())?.[1] ?? Number.NaN);
  const isOver = /^\s*terminated/i.test(header(request.headers, 'Subscription-State') ?? '');
  if (type.startsWith('message/sipfrag') && status >= 200) {
    if (status < 300) transfer.settle({ type: 'answered' });
    else transfer.settle({ type: 'failed', reason: failureOf(status) });
    return;
  }
  if (status >= 180) transfer.isRinging = true;
  // They stop telling without having said how it went.
  if (isOver) transfer.settle({ type: 'failed', reason: transfer.isRinging ? 'no_answer' : 'unreachable' });
}

function eventOf(request: SipRequest): { readonly name: string; readonly id: string | undefined } | undefined {
  const value = header(request.headers, 'Event');
  if (value === undefined) return undefined;
  const semicolon = value.indexOf(';');
  const params = semicolon < 0 ? [] : (parseParams(value.slice(semicolon)) ?? []);
  return { name: value.split(';', 1)[0]?.trim().toLowerCase() ?? '', id: param(params, 'id') };
}
