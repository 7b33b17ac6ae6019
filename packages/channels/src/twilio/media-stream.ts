import type { Writable } from 'node:stream';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { RawData, ServerOptions, WebSocket } from 'ws';
import { LegError } from '../phone/phone-leg.ts';
import { closeSocket, type StartedStream } from './open-stream.ts';
import { createMessageReader, type StreamStart } from './stream-message.ts';
import { createTwilioLeg, type StreamCall, type TwilioLeg, type TwilioLegOptions } from './twilio-leg.ts';

export interface MediaStreamOptions extends Partial<TwilioLegOptions> {
  readonly clock?: Clock;
  /** As `StartedStream.connection`. Must be under a WebSocket made with `mediaStreamSocketOptions`. */
  readonly connection?: Writable;
  /** From the connection to `start`: Twilio sends it at once; more is no Twilio. */
  readonly startTimeoutMs?: number;
  /**
   * Whose call this is, asked once it has said which: a new leg, or a leg whose call comes back.
   * Throws to refuse: the stream is closed, and what was thrown is thrown on.
   */
  readonly admit: (start: StreamStart) => AdmittedStream;
}

export type AdmittedStream =
  | { readonly type: 'new'; readonly call: StreamCall }
  | { readonly type: 'back'; readonly leg: TwilioLeg };

/**
 * What the server of these WebSockets must be made with: the longest message is one of `start` with all its parameters; sound is not
 * worth compressing, and is checked byte by byte as it is read.
 */
export const mediaStreamSocketOptions = {
  maxPayload: 64 * 1024,
  perMessageDeflate: false,
  skipUTF8Validation: true,
} as const satisfies ServerOptions;

const startTimeoutDefaultMs = 5000;
/** What may come before `start`: `connected`, and with room what is new since this was written. */
const maxMessagesBefore = 10;

/**
 * A WebSocket of Twilio Media Streams, or of anything that speaks as they do, as a leg of a call.
 * @throws LegError `timed_out`, `ended`, `refused` (messages that make no sense); what `admit` throws
 */
export async function acceptMediaStream(
  socket: WebSocket,
  options: MediaStreamOptions,
): Promise<{ readonly start: StreamStart; readonly leg: TwilioLeg; readonly isBack: boolean }> {
  const { clock = createSystemClock(), admit, connection } = options;
  socket.on('error', () => {
    // 'close' follows and cleans up; without a listener the process would end.
  });
  const accepted = Promise.withResolvers<Awaited<ReturnType<typeof acceptMediaStream>>>();
  const read = createMessageReader();
  let messages = 0;

  const settle = () => {
    cancelTimeout();
    socket.off('message', onMessage);
    socket.off('close', onClose);
  };
  const refuse = (error: unknown, reason: string) => {
    settle();
    closeSocket(socket, clock, 1008, reason);
    accepted.reject(error);
  };
  const begin = (started: StartedStream) => {
    const { start } = started;
    try {
      const admitted = admit(start);
      // From here on the leg listens, within the same turn: no message is lost between.
      settle();
      if (admitted.type === 'back') admitted.leg.comeBack(started);
      const leg = admitted.type === 'back' ? admitted.leg : createTwilioLeg(started, admitted.call, clock, options);
      accepted.resolve({ start, leg, isBack: admitted.type === 'back' });
    } catch (error) {
      refuse(error, 'not admitted');
    }
  };
  const onMessage = (data: RawData, isBinary: boolean) => {
    messages += 1;
    const message = isBinary || !Buffer.isBuffer(data) ? undefined : read(data);
    if (message?.type === 'start') return begin({ socket, start: message.start, read, connection });
    if (message !== undefined && message.type !== 'malformed' && messages <= maxMessagesBefore) return;
    refuse(new LegError('refused', 'What connected as a media stream does not speak as one.'), 'not a media stream');
  };
  const onClose = () => {
    settle();
    accepted.reject(new LegError('ended', 'The media stream was closed before it began.'));
  };
  const timeoutMs = options.startTimeoutMs ?? startTimeoutDefaultMs;
  const cancelTimeout = clock.wakeAt(clock.nowMs() + timeoutMs, () =>
    refuse(new LegError('timed_out', `The media stream did not begin within ${timeoutMs} ms.`), 'no start'),
  );
  socket.on('message', onMessage);
  socket.once('close', onClose);
  return accepted.promise;
}
