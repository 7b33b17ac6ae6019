import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { acceptMediaStream, mediaStreamSocketOptions } from '@parley/channels/twilio/media-stream.ts';
import type { TwilioLegOptions } from '@parley/channels/twilio/twilio-leg.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import { type WebSocket, WebSocketServer } from 'ws';
import type { UpgradeRoute } from '../../api/chat.ts';
import { isSignedByTwilio } from '../../edge/signatures/twilio-signature.ts';
import type { PhoneDesk } from '../phone-desk.ts';
import { type TwilioAddresses, twilioPaths } from './addresses.ts';
import { type StreamTicket, type StreamTokens, tokenParameter } from './stream-token.ts';
import type { TwilioCalls } from './twilio-calls.ts';
import type { TwilioDialer } from './twilio-dialer.ts';
import type { TwilioTransfers } from './twilio-transfers.ts';

export interface TwilioStreamsParts {
  readonly authToken: string;
  readonly addresses: TwilioAddresses;
  readonly tokens: StreamTokens;
  readonly calls: TwilioCalls;
  readonly desk: Pick<PhoneDesk, 'connect'>;
  readonly clock: Clock;
  /** Undefined without an account: calls are neither made nor transferred. */
  readonly outgoing: { readonly dialer: TwilioDialer; readonly transfers: TwilioTransfers } | undefined;
  /** Has Twilio record a call too, where that is wanted. Never throws. */
  readonly record: (callSid: string, conversationId: string) => void;
  readonly legOptions: Partial<TwilioLegOptions>;
  readonly countStranger: (request: IncomingMessage) => Promise<void>;
  readonly onError: (error: unknown, context: string) => void;
}

export interface TwilioStreams extends UpgradeRoute {
  close(): void;
}

/** Streams at once in this process: more connections than any server of two cores carries as calls. */
const maxStreams = 5000;
const closeTimeoutMs = 2000;

/** The WebSockets at /voice/stream: signed by Twilio, and opened by the token that the TwiML of their call gave them. */
export function createTwilioStreams(parts: TwilioStreamsParts): TwilioStreams {
  const { authToken, addresses, tokens, calls, desk, clock, outgoing, onError } = parts;
  const sockets = new WebSocketServer({ noServer: true, ...mediaStreamSocketOptions });

  const serve = async (socket: WebSocket, connection: Duplex): Promise<void> => {
    let ticket: StreamTicket | undefined;
    const { start, leg, isBack } = await acceptMediaStream(socket, {
      ...parts.legOptions,
      clock,
      connection,
      admit: ({ callSid, parameters }) => {
        ticket = tokens.take(parameters[tokenParameter], callSid);
        if (ticket === undefined) throw new WireError('forbidden');
        const before = calls.of(callSid);
        // Twilio opens another when the first is dead, which it may know before we do: two are never one call's.
        if (before?.takesNewStream === true) return { type: 'back', leg: before };
        const { direction, from, to } = ticket;
        const refer = outgoing?.transfers.of(callSid, ticket);
        return { type: 'new', call: { direction, from, to, comesBack: true, ...(refer !== undefined && { refer }) } };
      },
    });
    if (isBack || ticket === undefined) return;
    calls.add(leg);
    const { dialId, conversationId } = ticket;
    if (dialId !== undefined) {
      // Whoever dialled may have given up meanwhile.
      if (outgoing?.dialer.arrived(dialId, leg) !== true) leg.hangUp('completed');
      return;
    }
    if (conversationId === undefined) return leg.hangUp('error');
    await desk.connect(conversationId, leg);
    parts.record(start.callSid, conversationId);
  };

  return {
    isAddressed: (path) => path === twilioPaths.stream || path.startsWith(`${twilioPaths.stream}?`),
    async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
      const { 'x-twilio-signature': header } = request.headers;
      const signature = typeof header === 'string' ? header : undefined;
      const urls = addresses.signedStream(request.url ?? '');
      if (!urls.some((url) => isSignedByTwilio({ authToken, header: signature, url }))) {
        await parts.countStranger(request);
        throw new WireError('forbidden');
      }
      if (sockets.clients.size >= maxStreams) throw new WireError('overloaded');
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        serve(webSocket, socket).catch((error: unknown) => {
          // A token that is wrong or was used, or a caller who hung up in the meantime: nothing is broken here.
          if (error instanceof WireError && error.code === 'forbidden') return;
          onError(error, 'a media stream of Twilio');
        });
      });
    },
    close() {
      for (const client of sockets.clients) client.close(1012, 'service restart');
      sockets.close();
      setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, closeTimeoutMs).unref();
    },
  };
}
