import { parseDeltaSeconds } from './message/fields.ts';
import { header, headersNamed } from './message/headers.ts';
import { parseNameAddr } from './message/name-addr.ts';
import { param } from './message/params.ts';
import type { SipPeer } from './message/sip-message.ts';
import { parseUri } from './message/uri.ts';
import { reply, type ServerTransaction } from './transaction/server-transaction.ts';

/** Where a telephone that registered here is. */
export interface Binding {
  /** Its Contact. */
  readonly uri: string;
  /** The way that its REGISTER came, which leads back through NAT. */
  readonly peer: SipPeer;
}

/** Telephones that tell us where they are, so that they can be called (RFC 3261 §10.3). */
export interface Registrar {
  /** A REGISTER from somebody who may register this user. */
  receive(transaction: ServerTransaction, user: string): void;
  /** The newest first; empty: nobody registered as this. */
  find(user: string): readonly Binding[];
}

/** What telephones are granted: they come back before a NAT or a restart of ours loses them for long. */
const EXPIRES_S = { shortest: 60, longest: 3600, usual: 600 };
/** More telephones than an office has, and more than one person has: beyond, registering is refused. */
const MAX_USERS = 2000;
const MAX_BINDINGS = 5;

interface Known extends Binding {
  readonly expiresAtMs: number;
}

export function createRegistrar(nowMs: () => number): Registrar {
  const users = new Map<string, readonly Known[]>();

  const aliveOf = (user: string): readonly Known[] => {
    const now = nowMs();
    const alive = (users.get(user) ?? []).filter(({ expiresAtMs }) => expiresAtMs > now);
    if (alive.length === 0) users.delete(user);
    else users.set(user, alive);
    return alive;
  };

  /** Room is made by those whose time is over. */
  const hasRoom = (user: string) => {
    if (users.has(user) || users.size < MAX_USERS) return true;
    for (const other of [...users.keys()]) aliveOf(other);
    return users.size < MAX_USERS;
  };

  return {
    receive(transaction, user) {
      const { request, peer } = transaction;
      const contacts = headersNamed(request.headers, 'Contact');
      const wanted = parseDeltaSeconds(header(request.headers, 'Expires') ?? '') ?? EXPIRES_S.usual;
      let known = aliveOf(user);
      if (contacts.length > 0 && !hasRoom(user)) return reply(transaction, 503, { headers: RETRY_LATER });
      for (const contact of contacts) {
        if (contact.trim() === '*') {
          if (wanted !== 0) return reply(transaction, 400, { reason: 'Expires Must Be 0' });
          known = [];
          continue;
        }
        const read = parseNameAddr(contact);
        if (read === undefined || parseUri(read.uri)?.kind !== 'sip')
          return reply(transaction, 400, { reason: 'Bad Contact' });
        const seconds = parseDeltaSeconds(param(read.params, 'expires') ?? '') ?? wanted;
        if (seconds > 0 && seconds < EXPIRES_S.shortest) {
          return reply(transaction, 423, { headers: [{ name: 'Min-Expires', value: String(EXPIRES_S.shortest) }] });
        }
        known = known.filter(({ uri }) => uri !== read.uri);
        if (seconds === 0) continue;
        const expiresAtMs = nowMs() + Math.min(seconds, EXPIRES_S.longest) * 1000;
        known = [{ uri: read.uri, peer, expiresAtMs }, ...known].slice(0, MAX_BINDINGS);
      }
      if (known.length === 0) users.delete(user);
      else users.set(user, known);
      const headers = known.map(({ uri, expiresAtMs }) => ({
        name: 'Contact',
        value: `<${uri}>;expires=${Math.max(0, Math.round((expiresAtMs - nowMs()) / 1000))}`,
      }));
      reply(transaction, 200, { headers });
    },
    find: aliveOf,
  };
}

const RETRY_LATER = [{ name: 'Retry-After', value: '60' }];
