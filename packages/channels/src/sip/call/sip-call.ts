import type { Digit } from '@parley/engine/ports/audio.ts';
import {
  type HangUpReason,
  type LegEnd,
  LegError,
  type LegFigures,
  type LegListener,
  type PhoneLeg,
} from '../../phone/phone-leg.ts';
import { MediaError, type MediaEvent, type MediaSession } from '../../rtp/media-session.ts';
import { header } from '../message/headers.ts';
import type { SipPeer, SipRequest } from '../message/sip-message.ts';
import { reply, type ServerTransaction } from '../transaction/server-transaction.ts';
import { ACCEPT, ALLOW, type DialogOwner } from './call-context.ts';
import { readInfo } from './info-digit.ts';
import { createReferOut } from './refer-out.ts';
import { referTarget } from './refer-target.ts';
import { type DialogLine, type InDialogOutcome, sendInDialog } from './send-in-dialog.ts';
import { abilities, createSessionOffers, type SessionOffers } from './session-offers.ts';
import { SipLeg } from './sip-leg.ts';

/** A call that is answered, from its dialog and its sound. */
export interface SipCall extends DialogOwner {
  readonly leg: PhoneLeg;
  readonly offers: SessionOffers;
  takeMediaEvent(event: MediaEvent): void;
  /** Resolves when nothing of it is left: BYE is answered too, or given up. */
  readonly released: Promise<void>;
}

export interface SipCallSetting {
  readonly line: DialogLine;
  readonly media: MediaSession;
  readonly direction: PhoneLeg['direction'];
  readonly from: string;
  readonly to: string;
  /** Who we are in this call, as a URI. */
  readonly ownUri: string;
  /** Who they are, as a URI: numbers that they are to call belong to the same house. */
  readonly farUri: string;
  readonly takesUpdate: boolean;
  /** Confirms that it was heard to ring may come when it is answered already. */
  readonly takePrack?: (prack: SipRequest) => boolean;
}

/**
 * Whoever really calls acknowledges our answer within a round trip, or at the latest is heard. By UDP anybody may call in another's name
 * and have us speak to a third: that is over after this time, though the answer is said again for half a minute. Four of the answers
 * and as many acknowledgements would have to be lost, and all sound.
 */
export const UNHEARD_ENDS_CALL_MS = 5000;

/**
 * Without a packet for so long a call is dead, though nobody said so. Lines fall silent for half a minute when a telephone moves to
 * another network; whoever waits longer has hung up.
 */
export const SILENCE_ENDS_CALL_MS = 60_000;

/** On hold nothing need come; nobody leaves a machine on hold for longer than this, but a switch that was restarted never says goodbye. */
export const SILENT_HOLD_ENDS_CALL_MS = 3_600_000;

/** Whoever was transferred says goodbye to us first, as a rule at once; who does not is left by us. */
const TRANSFERRED_GOODBYE_MS = 2000;

export function createSipCall(setting: SipCallSetting): SipCall {
  const { line, media } = setting;
  const { context, dialog, hop } = line;
  const legEnd = Promise.withResolvers<LegEnd>();
  const release = Promise.withResolvers<void>();
  const infoAbort = new AbortController();
  let end: LegEnd | undefined;
  let lastFigures: LegFigures | undefined;
  let listener: LegListener | undefined;
  let cancelGoodbye = () => {};
  let cancelUnheard = () => {};

  const finish = (how: LegEnd, sendsBye: boolean) => {
    if (end !== undefined) return;
    end = how;
    cancelGoodbye();
    cancelUnheard();
    offers.close();
    refers.close(how.by);
    infoAbort.abort(new LegError('ended', 'The call is over.'));
    lastFigures = media.figures();
    media.listen(undefined);
    media.close();
    listener = undefined;
    legEnd.resolve(how);
    if (sendsBye) offers.whenAcknowledged(sayBye);
    else {
      offers.forgetAcks();
      leave();
    }
  };
  const leave = () => {
    context.dialogs.delete(dialog.id, call);
    release.resolve();
  };
  const sayBye = () => {
    sendInDialog(line, { method: 'BYE', onOutcome: leave });
  };

  const offers = createSessionOffers({
    line,
    media,
    takesUpdate: setting.takesUpdate,
    ownsCallId: setting.direction === 'outbound',
    onDead: (reason, how) =>
      finish({ by: how === 'unknown_there' ? 'far' : 'network', reason }, how !== 'unknown_there'),
  });
  const refers = createReferOut(line);

  const sendInfo = (digit: Digit): Promise<InDialogOutcome> =>
    new Promise((resolve) => {
      const content = { type: 'application/dtmf-relay', body: `Signal=${digit}\r\nDuration=160\r\n` };
      sendInDialog(line, { method: 'INFO', content, onOutcome: resolve });
    });

  const sendDigits = async (digits: readonly Digit[], signal: AbortSignal) => {
    if (end !== undefined) throw ended();
    try {
      return await media.sendDigits(digits, AbortSignal.any([signal, infoAbort.signal]));
    } catch (error) {
      if (end !== undefined) throw ended();
      if (!(error instanceof MediaError) || error.code !== 'not_supported') throw error;
    }
    // They take no keys within the sound: as messages then.
    for (const digit of digits) {
      signal.throwIfAborted();
      if (end !== undefined) throw ended();
      const outcome = await sendInfo(digit);
      if (outcome.type === 'lost' || outcome.response.status >= 300) {
        throw new LegError('not_supported', 'The far side takes keys neither in the sound nor as messages.');
      }
    }
  };

  const leg: PhoneLeg = new SipLeg(setting, legEnd.promise, {
    listen(next) {
      if (end !== undefined) return;
      listener = next;
      media.listen(next);
    },
    sendDigits,
    async refer(target, signal) {
      if (end !== undefined) throw ended();
      const uri = referTarget(target, setting.farUri);
      if (uri === undefined) {
        throw new LegError(
          'refused',
          'A call is transferred to a number such as +353861234567, or to sip:person@host.',
        );
      }
      const outcome = await refers.refer(uri, setting.ownUri, signal);
      if (outcome.type === 'answered' && end === undefined) {
        cancelGoodbye = context.timers.after(TRANSFERRED_GOODBYE_MS, () => leg.hangUp('transferred'));
      }
      return outcome;
    },
    hangUp: (reason: HangUpReason) => finish({ by: 'here', reason }, true),
    figures: () => lastFigures ?? media.figures(),
  });

  const receive = (transaction: ServerTransaction) => {
    const { request, peer } = transaction;
    if (!hop.accepts(peer)) return reply(transaction, 481);
    if (!dialog.takesInOrder(request)) return reply(transaction, 500, { reason: 'Out Of Order' });
    if (end !== undefined) return receiveAfterEnd(transaction);
    switch (request.method) {
      case 'BYE':
        reply(transaction, 200);
        return finish({ by: 'far', reason: goodbyeReason(request) }, false);
      case 'INVITE':
        return offers.receiveInvite(transaction);
      case 'UPDATE':
        return offers.receiveUpdate(transaction);
      case 'INFO':
        return receiveInfo(transaction);
      case 'NOTIFY':
        return refers.receiveNotify(transaction) ? undefined : reply(transaction, 489, { headers: ALLOW_EVENTS });
      case 'OPTIONS':
        return reply(transaction, 200, { headers: [...abilities(), { name: 'Accept', value: ACCEPT }] });
      case 'REFER':
        // We call nobody because somebody says so: that would be at our cost.
        return reply(transaction, 603);
      case 'PRACK':
        return reply(transaction, setting.takePrack?.(request) === true ? 200 : 481);
      default:
        return reply(transaction, 405, { headers: [{ name: 'Allow', value: ALLOW }] });
    }
  };

  /** We have hung up; they may be about to do so too, and then nothing more is to be waited for. */
  const receiveAfterEnd = (transaction: ServerTransaction) => {
    if (transaction.request.method !== 'BYE') return reply(transaction, 481);
    reply(transaction, 200);
    offers.forgetAcks();
    leave();
  };

  const receiveInfo = (transaction: ServerTransaction) => {
    const info = readInfo(transaction.request);
    if (info.type === 'unknown') return reply(transaction, 415, { headers: [{ name: 'Accept', value: INFO_TYPES }] });
    reply(transaction, 200);
    if (info.type === 'digit') listener?.digit(info.digit);
  };

  const call: SipCall = {
    leg,
    offers,
    released: release.promise,
    receive,
    receiveAck(ack: SipRequest, peer: SipPeer) {
      if (hop.accepts(peer)) offers.receiveAck(ack);
    },
    takeMediaEvent(event) {
      if (event.type === 'failed') return finish({ by: 'network', reason: event.reason }, true);
      const endsAfterMs = media.isHeld ? SILENT_HOLD_ENDS_CALL_MS : SILENCE_ENDS_CALL_MS;
      if (event.type !== 'silent' || event.forMs < endsAfterMs) return;
      finish({ by: 'network', reason: `no sound came for ${Math.round(event.forMs / 1000)} seconds` }, true);
    },
  };
  context.dialogs.set(dialog.id, call);
  if (setting.direction === 'inbound') {
    cancelUnheard = context.timers.after(UNHEARD_ENDS_CALL_MS, () => {
      if (offers.awaitsAck && media.figures().packetsReceived === 0)
        finish({ by: 'network', reason: 'our answer was neither acknowledged nor followed by any sound' }, true);
    });
  }
  return call;
}

const ALLOW_EVENTS = [{ name: 'Allow-Events', value: 'refer' }];
const INFO_TYPES = 'application/dtmf-relay, application/dtmf';

function ended(): LegError {
  return new LegError('ended', 'The call is over.');
}

/** With the cause that networks give (RFC 3326): `they hung up (Q.850 16)`. */
function goodbyeReason(bye: SipRequest): string {
  const [, protocol, cause] =
    /^\s*(SIP|Q\.850)\s*;\s*cause\s*=\s*(\d{1,3})/i.exec(header(bye.headers, 'Reason') ?? '') ?? [];
  return protocol === undefined ? 'they hung up' : `they hung up (${protocol.toUpperCase()} ${cause})`;
}
