import { reply, type ServerTransaction } from '../transaction/server-transaction.ts';
import { ACCEPT, ALLOW } from './call-context.ts';
import { abilities } from './session-offers.ts';

/** Requests within a dialog whose INVITE is not answered yet, as far as both ends treat them alike. */
export function answerEarly(transaction: ServerTransaction): void {
  const { request } = transaction;
  switch (request.method) {
    case 'UPDATE':
      // Without an offer it is a sign of life; an offer has to wait for the answer to the first one (RFC 3311 §5.2).
      if (request.body.length === 0) return reply(transaction, 200, { headers: abilities() });
      return reply(transaction, 500, { headers: [{ name: 'Retry-After', value: '3' }] });
    case 'INVITE':
      return reply(transaction, 500, { headers: [{ name: 'Retry-After', value: '3' }] });
    case 'OPTIONS':
      return reply(transaction, 200, { headers: [...abilities(), { name: 'Accept', value: ACCEPT }] });
    case 'INFO':
      // A key that is pressed before anybody listens.
      return reply(transaction, 200);
    case 'REFER':
      return reply(transaction, 603);
    case 'PRACK':
    case 'NOTIFY':
    case 'BYE':
      return reply(transaction, 481);
    default:
      return reply(transaction, 405, { headers: [{ name: 'Allow', value: ALLOW }] });
  }
}
