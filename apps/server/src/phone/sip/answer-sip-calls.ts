import { LegError } from '@parley/channels/phone/phone-leg.ts';
import type { IncomingSipCall } from '@parley/channels/sip/sip-endpoint.ts';
import { whyNotCalled } from '../call-end.ts';
import type { PhoneDesk, Reception } from '../phone-desk.ts';

export interface SipAnswererParts {
  /** By which the trunk knows us, if it does: what is called by it is for us. */
  readonly trunkUser: string | undefined;
  readonly desk: Pick<PhoneDesk, 'receive' | 'connect' | 'giveUp'>;
  /** Somebody who may call was not let in: `why` as receptions say it. */
  readonly onRefused: (call: {
    readonly from: string;
    readonly to: string;
    readonly source: string;
    readonly why: string;
  }) => void;
  readonly onError: (error: unknown, context: string) => void;
}

/** Answers calls that come in by SIP: it rings while the agent is made ready, and the greeting begins with the first packet. */
export function createSipAnswerer(parts: SipAnswererParts): (call: IncomingSipCall) => void {
  const { desk, trunkUser, onRefused, onError } = parts;
  const answer = async (call: IncomingSipCall): Promise<void> => {
    call.ring();
    const called = userOf(call.requestUri) ?? call.to;
    const reception = await desk.receive({
      ...{ channel: 'sip', callId: call.callId, from: call.from, to: called, alsoTo: [call.to] },
      ...(call.fromDisplayName !== undefined && { fromDisplayName: call.fromDisplayName }),
      isServersOwn: trunkUser !== undefined && (called === trunkUser || call.to === trunkUser),
      source: call.peer.address,
    });
    if (reception.type === 'refused') {
      onRefused({ from: call.from, to: called, source: call.peer.address, why: reception.why });
      if (!call.cancelled.aborted) reject(call, reception);
      return;
    }
    const { conversationId } = reception;
    if (call.cancelled.aborted) return desk.giveUp(conversationId, 'canceled');
    let leg: Awaited<ReturnType<IncomingSipCall['answer']>>;
    try {
      leg = await call.answer();
    } catch (error) {
      // They hung up at this moment, or speak no codec of ours: they were told.
      const isTheirs = error instanceof LegError && (error.code === 'ended' || error.code === 'refused');
      if (!isTheirs) onError(error, 'a SIP call that could not be answered');
      if (isTheirs && error.code === 'ended') return desk.giveUp(conversationId, 'canceled');
      return desk.giveUp(conversationId, 'failed', isTheirs ? whyNotCalled(error) : undefined);
    }
    await desk.connect(conversationId, leg);
  };
  return (call) => {
    answer(call).catch((error: unknown) => {
      onError(error, 'a call by SIP');
      // Whoever still hears it ring would hear it for minutes; nothing where it was answered or refused.
      call.reject(500);
    });
  };
}

/** One who is told 486 tries again later; 503 makes a proxy in front try another server at once. */
function reject(
  call: IncomingSipCall,
  { why, retryAfterSeconds }: Extract<Reception, { readonly type: 'refused' }>,
): void {
  const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  switch (why) {
    case 'unknown_number':
      return call.reject(404);
    case 'rate_limited':
      return call.reject(486, retry);
    case 'busy':
    case 'shutting_down':
      return call.reject(503, retry);
    case 'failed':
      return call.reject(480, retry);
  }
}

/** `reception` of `sip:reception@example.com;transport=tcp`, `+353…` of `tel:+353…`. */
export function userOf(uri: string): string | undefined {
  const written = /^sips?:([^@;?]+)(?:;[^@]*)?@/i.exec(uri)?.[1] ?? /^tel:([^;?]+)/i.exec(uri)?.[1];
  if (written === undefined) return undefined;
  try {
    return decodeURIComponent(written.replace(/:.*$/s, ''));
  } catch {
    return written;
  }
}
