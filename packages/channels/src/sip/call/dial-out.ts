import { LegError } from '../../phone/phone-leg.ts';
import { MediaError } from '../../rtp/media-session.ts';
import { parseUri } from '../message/uri.ts';
import { createOutboundCall, type OutboundSetting } from './outbound-call.ts';
import type { SipCall } from './sip-call.ts';

/**
 * Calls somebody.
 * @throws LegError; the signal's reason (the call is cancelled, and hung up if it was answered all the same)
 */
export async function dialOut(setting: OutboundSetting): Promise<SipCall> {
  const { context, request, signal } = setting;
  signal.throwIfAborted();
  const target = parseUri(request.uri);
  const from = parseUri(request.from.uri);
  if (target?.kind !== 'sip' || from?.kind !== 'sip') {
    throw new LegError('refused', 'A call needs sip: addresses of whom it goes to and whom it comes from.');
  }
  const peers =
    setting.registered?.peers ??
    (await abortable(Promise.resolve(context.locate(request.outboundProxy ?? request.uri)), signal));
  const [first] = peers;
  if (first === undefined) throw new LegError('unreachable', `Nobody knows where ${target.host} is.`);
  const call = createOutboundCall(setting, target, peers);
  const publicAddress = context.mediaAddressFor(first);
  context.dialling.add(call.callId);
  try {
    const media = await context.media.open({
      srtp: context.srtp,
      remoteAddress: first.address,
      ...(publicAddress === undefined ? {} : { publicAddress }),
      onEvent: (event) => call.live?.takeMediaEvent(event),
    });
    if (signal.aborted) {
      media.close();
      throw signal.reason;
    }
    return await call.start(media);
  } catch (error) {
    if (error instanceof MediaError)
      throw new LegError('unreachable', 'There is no port left for the sound of a call.', { cause: error });
    throw error;
  } finally {
    context.dialling.delete(call.callId);
  }
}

/** The promise's end, or the signal's, whichever is first. */
async function abortable<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
