import { header, headersNamed } from '../message/headers.ts';
import { param } from '../message/params.ts';
import type { SipMessage, SipPeer, SipRequest, SipResponse } from '../message/sip-message.ts';
import { parseVia, type Via, viaBranch, writeVia } from '../message/via.ts';
import { type ClientTransaction, type ClientTransactionEvents, createClientTransaction } from './client-transaction.ts';
import { cancelFor, makeResponse } from './make-message.ts';
import { cseqOf, tagOf } from './read-message.ts';
import {
  createServerTransaction,
  reply,
  replyOnce,
  type ServerTransaction,
  type ServerTransactionCore,
} from './server-transaction.ts';
import type { SipIntervals, Timers } from './timers.ts';

export interface TransactionLayerOptions {
  readonly timers: Timers;
  readonly intervals: SipIntervals;
  /** Sends a message there; `onFailed` when what carries it says that it cannot. Never throws. */
  readonly send: (message: SipMessage, peer: SipPeer, onFailed?: () => void) => void;
  /** Where answers to us are to go; the branch is added. */
  readonly viaFor: (peer: SipPeer) => Via;
  /** Unique in space and time, for branches and tags. */
  readonly newToken: () => string;
  /** At most so many at once, both sides together, and as many again within calls; what comes beyond is answered with 503 and forgotten. */
  readonly maxTransactions: number;
  /** A request that came for the first time. Whoever takes it answers it. */
  readonly onRequest: (transaction: ServerTransaction) => void;
  /** An ACK to a 2xx: belongs to a dialog. */
  readonly onAck: (request: SipRequest, peer: SipPeer) => void;
}

/** All transactions of an endpoint: tells what is new from what came again, and says again what may be lost. */
export interface TransactionLayer {
  receive(message: SipMessage, peer: SipPeer): void;
  /** Sends a request, which has no Via yet. */
  request(request: SipRequest, peer: SipPeer, events: ClientTransactionEvents): ClientTransaction;
  /** Sends CANCEL for an INVITE of ours that rings; what was to be told of the INVITE is told as before. */
  cancel(invite: ClientTransaction): void;
  /** Sends what nobody answers: the ACK to a 2xx. It gets a Via of its own; to say it again, the message that is given back is sent. */
  sendAck(ack: SipRequest, peer: SipPeer): () => void;
  readonly count: number;
  /** Messages that were sent again because nothing came. */
  readonly retransmitted: number;
  close(): void;
}

/** RFC 3261 §20.33: those who are turned away ask again after a time that lets what is going on come to an end. */
const OVERLOAD_RETRY_AFTER_S = 10;

export function createTransactionLayer(options: TransactionLayerOptions): TransactionLayer {
  const { timers, intervals, send, newToken } = options;
  const clients = new Map<string, ClientTransaction>();
  const servers = new Map<string, ServerTransactionCore>();
  /** Requests without a dialog by what stays the same on all their ways here (§8.2.2.2). */
  const merged = new Map<string, string>();
  let retransmitted = 0;
  /** What belongs to a call that there is, as far as one can see, has room when others have none: or nobody could end calls. */
  const isFull = (request: SipRequest) => {
    const isOurs = request.method === 'CANCEL' || tagOf(request, 'To') !== undefined;
    return clients.size + servers.size >= (isOurs ? 2 : 1) * options.maxTransactions;
  };

  const startClient = (request: SipRequest, peer: SipPeer, key: string, events: ClientTransactionEvents) => {
    let transaction: ClientTransaction | undefined;
    let isOver = false;
    transaction = createClientTransaction({
      request,
      peer,
      timers,
      intervals,
      events,
      send(message, isRepeated) {
        if (isRepeated) retransmitted += 1;
        send(message, peer, () => transaction?.fail());
      },
      onEnded() {
        isOver = true;
        clients.delete(key);
      },
    });
    if (!isOver) clients.set(key, transaction);
    return transaction;
  };

  const startServer = (request: SipRequest, peer: SipPeer, key: string): ServerTransactionCore => {
    const mergeKey = mergeKeyOf(request);
    const answerPeer = answerPeerOf(request, peer);
    const transaction = createServerTransaction({
      request,
      peer,
      toTag: newToken(),
      timers,
      intervals,
      send(response, isRepeated) {
        if (isRepeated) retransmitted += 1;
        send(response, answerPeer);
      },
      onEnded() {
        servers.delete(key);
        if (mergeKey !== undefined && merged.get(mergeKey) === key) merged.delete(mergeKey);
      },
    });
    servers.set(key, transaction);
    if (mergeKey !== undefined && !merged.has(mergeKey)) merged.set(mergeKey, key);
    return transaction;
  };

  const receiveRequest = (request: SipRequest, peer: SipPeer) => {
    const branchKey = serverKeyOf(request);
    if (branchKey === undefined) return;
    const method = request.method === 'ACK' ? 'INVITE' : request.method;
    const key = `${method} ${branchKey}`;
    const known = servers.get(key);
    if (request.method === 'ACK') {
      // Some telephones send the ACK to a 2xx with the branch of the INVITE.
      if (known === undefined || known.isAccepted) options.onAck(request, peer);
      else known.receiveAck();
      return;
    }
    if (known !== undefined) return known.receiveAgain();
    if (isFull(request)) {
      const headers = [{ name: 'Retry-After', value: String(OVERLOAD_RETRY_AFTER_S) }];
      send(makeResponse(request, 503, { toTag: 'overload', headers }), answerPeerOf(request, peer));
      return;
    }
    if (request.method === 'CANCEL')
      return receiveCancel(startServer(request, peer, key), servers.get(`INVITE ${branchKey}`));
    const mergeKey = mergeKeyOf(request);
    const isMerged = mergeKey !== undefined && merged.has(mergeKey);
    const transaction = startServer(request, peer, key);
    if (isMerged) reply(transaction, 482, { reason: 'Merged Request' });
    else options.onRequest(transaction);
  };

  const receiveResponse = (response: SipResponse, peer: SipPeer) => {
    const vias = headersNamed(response.headers, 'Via');
    // An answer to a user agent has passed all others on its way; one with more is not for us (§8.1.3.3).
    if (vias.length !== 1) return;
    const via = parseVia(vias[0] ?? '');
    if (via === undefined) return;
    clients.get(`${cseqOf(response)?.method} ${viaBranch(via)}`)?.receive(response, peer);
  };

  const withVia = (request: SipRequest, peer: SipPeer, branch: string): SipRequest => ({
    ...request,
    headers: [{ name: 'Via', value: ourVia(options.viaFor(peer), branch) }, ...request.headers],
  });

  return {
    receive(message, peer) {
      if (message.kind === 'request') receiveRequest(message, peer);
      else receiveResponse(message, peer);
    },
    request(request, peer, events) {
      const branch = `z9hG4bK${newToken()}`;
      return startClient(withVia(request, peer, branch), peer, `${request.method} ${branch}`, events);
    },
    cancel(invite) {
      const via = parseVia(header(invite.request.headers, 'Via') ?? '');
      if (via === undefined) return;
      const key = `CANCEL ${viaBranch(via)}`;
      if (clients.has(key)) return;
      invite.cancelled();
      startClient(cancelFor(invite.request), invite.peer, key, { onResponse() {}, onFailed() {} });
    },
    sendAck(ack, peer) {
      const message = withVia(ack, peer, `z9hG4bK${newToken()}`);
      const say = () => send(message, peer);
      say();
      return () => {
        retransmitted += 1;
        say();
      };
    },
    get count() {
      return clients.size + servers.size;
    },
    get retransmitted() {
      return retransmitted;
    },
    close() {
      for (const transaction of [...clients.values(), ...servers.values()]) transaction.abandon();
      merged.clear();
    },
  };
}

function receiveCancel(cancel: ServerTransactionCore, invite: ServerTransactionCore | undefined): void {
  // Who overheard a branch and sends from elsewhere must not end what rings.
  if (invite?.peer.address !== cancel.peer.address) return replyOnce(cancel, 481);
  // The answer to CANCEL bears the tag of the answer to INVITE (§9.2).
  cancel.respond(makeResponse(cancel.request, 200, { toTag: invite.toTag }));
  if (!invite.isAnswered) invite.onCancel?.();
}

/** Branch, who sent it, and nothing of what changes on the way (§17.2.3). */
function serverKeyOf(request: SipRequest): string | undefined {
  const value = header(request.headers, 'Via');
  const via = value === undefined ? undefined : parseVia(value);
  if (value === undefined || via === undefined) return undefined;
  const branch = viaBranch(via);
  if (branch !== undefined) return `${branch} ${via.host} ${via.port ?? ''}`;
  // Those of before 2002 (RFC 2543) are told apart by everything that stays.
  const callId = header(request.headers, 'Call-ID');
  return `${callId} ${header(request.headers, 'From')} ${cseqOf(request)?.sequence} ${value} ${request.uri}`;
}

/** With `rport`: the answers come back the way that the request went (RFC 3581). */
function ourVia(via: Via, branch: string): string {
  const params = [
    { name: 'branch', value: branch },
    { name: 'rport', value: undefined },
  ];
  return writeVia({ ...via, params });
}

/** Where answers go (§18.2.2): to the port that the Via names, unless they ask for the one that they sent from (RFC 3581). */
function answerPeerOf(request: SipRequest, peer: SipPeer): SipPeer {
  const via = parseVia(header(request.headers, 'Via') ?? '');
  if (via === undefined || peer.protocol !== 'udp' || param(via.params, 'rport') !== undefined) return peer;
  return { ...peer, port: via.port ?? 5060 };
}

/** Undefined for requests within a dialog, which have only one way here. */
function mergeKeyOf(request: SipRequest): string | undefined {
  if (request.method === 'CANCEL' || tagOf(request, 'To') !== undefined) return undefined;
  return `${header(request.headers, 'Call-ID')} ${tagOf(request, 'From')} ${header(request.headers, 'CSeq')}`;
}
