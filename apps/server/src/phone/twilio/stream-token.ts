import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { createReplayMemory } from '../../edge/signatures/replay-memory.ts';
import { isSameText } from '../../edge/signatures/signatures.ts';

/** For which call a media stream is: goes through Twilio as a `<Parameter>` and comes back with the stream. */
export interface StreamTicket {
  /** Undefined: a call that we make, whose conversation whoever makes it has. */
  readonly conversationId: string | undefined;
  /** Undefined: a call that we make, which has no name yet. */
  readonly callSid: string | undefined;
  /** Of a call that we make: names the attempt. */
  readonly dialId: string | undefined;
  readonly direction: 'inbound' | 'outbound';
  readonly from: string;
  readonly to: string;
  /** The domain at Twilio of a call by SIP. */
  readonly sipDomain: string | undefined;
}

export interface StreamTokens {
  give(ticket: StreamTicket): string;
  /**
   * Takes a token once; undefined for one that is wrong, too old, of another call, or was taken before.
   */
  take(token: string | undefined, callSid: string): StreamTicket | undefined;
}

/** The name of the parameter. */
export const tokenParameter = 'token';

/** A person may let it ring for a minute, and a network may be slow. */
const lifeMs = 5 * 60_000;
/** Twilio takes 500 characters for name and value together; names of people in SIP may be long. */
const maxPartyCharacters = 40;

const ticketSchema = z.object({
  c: z.string().optional(),
  s: z.string().optional(),
  d: z.string().optional(),
  o: z.literal(1).optional(),
  f: z.string(),
  t: z.string(),
  h: z.string().optional(),
  x: z.int(),
  n: z.string(),
});

/** @param secret the auth token: all servers have it, and nobody else but Twilio */
export function createStreamTokens(secret: string, nowMs: () => number = Date.now): StreamTokens {
  const key = createHmac('sha256', secret).update('media stream').digest();
  const sign = (body: string) => createHmac('sha256', key).update(body).digest('base64url');
  const used = createReplayMemory({ keptForMs: lifeMs, maxIds: 20_000 });
  return {
    give(ticket) {
      const { conversationId: c, callSid: s, dialId: d, sipDomain: h } = ticket;
      const [f, t] = [ticket.from.slice(0, maxPartyCharacters), ticket.to.slice(0, maxPartyCharacters)];
      const o = ticket.direction === 'outbound' ? 1 : undefined;
      const content = { c, s, d, o, f, t, h, x: nowMs() + lifeMs, n: randomBytes(9).toString('base64url') };
      const body = Buffer.from(JSON.stringify(content)).toString('base64url');
      return `${body}.${sign(body)}`;
    },
    take(token, callSid) {
      if (token === undefined || token.length > maxTokenCharacters) return undefined;
      const [body = '', signature = ''] = token.split('.', 2);
      if (!isSameText(sign(body), signature)) return undefined;
      const { c, s, d, o, f, t, h, x, n } = ticketSchema.parse(JSON.parse(Buffer.from(body, 'base64url').toString()));
      if (x < nowMs() || (s !== undefined && s !== callSid)) return undefined;
      try {
        used.once(n, nowMs());
      } catch {
        return undefined;
      }
      return {
        conversationId: c,
        callSid: s,
        dialId: d,
        direction: o === 1 ? 'outbound' : 'inbound',
        from: f,
        to: t,
        sipDomain: h,
      };
    },
  };
}

const maxTokenCharacters = 1000;
