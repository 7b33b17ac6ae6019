import type { TwilioAddresses } from './addresses.ts';
import { twilioPaths } from './addresses.ts';
import type { StreamTicket, StreamTokens } from './stream-token.ts';
import { streamTwiml } from './twiml.ts';

/** TwiML that lets a call talk with us. */
export interface StreamAnswers {
  /** @param times how often the call has been connected before */
  answer(ticket: StreamTicket, times: number): string;
}

/** A call whose stream breaks this often is on a line that carries none. */
export const mostConnections = 5;

export function createStreamAnswers(addresses: TwilioAddresses, tokens: StreamTokens): StreamAnswers {
  return {
    answer: (ticket, times) =>
      streamTwiml({
        streamUrl: addresses.stream,
        token: tokens.give(ticket),
        actionUrl: addresses.of(twilioPaths.action, { times: String(times + 1) }),
        statusUrl: addresses.of(twilioPaths.streamStatus),
      }),
  };
}
