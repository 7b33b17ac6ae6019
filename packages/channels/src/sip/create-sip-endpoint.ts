import { randomBytes } from 'node:crypto';
import { LegError, type PhoneLeg } from '../phone/phone-leg.ts';
import { createDigestClient } from './auth/digest-client.ts';
import { createDigestServer } from './auth/digest-server.ts';
import { type CallContext, createDialogTable } from './call/call-context.ts';
import { dialOut } from './call/dial-out.ts';
import { createInboundInvite, type InboundInvite } from './call/inbound-invite.ts';
import { defaultSessionTimer } from './call/session-timer.ts';
import type { SipCall } from './call/sip-call.ts';
import { dialogIdOfRequest } from './dialog/dialog.ts';
import { header } from './message/headers.ts';
import { writeHostPort } from './message/host.ts';
import { parseNameAddr } from './message/name-addr.ts';
import type { SipMessage, SipPeer, SipRequest } from './message/sip-message.ts';
import { parseUri, uriUser } from './message/uri.ts';
import { type OutsideRequestsSetting, RETRY_ELSEWHERE, takeRequest } from './outside-requests.ts';
import { createRegistrar } from './registrar.ts';
import { createRegistration, userIn } from './registration.ts';
import type { SipDialRequest, SipEndpoint, SipFigures } from './sip-endpoint.ts';
import { MAX_TRANSACTIONS, type SipEndpointOptions } from './sip-endpoint-options.ts';
import { callIdOf } from './transaction/read-message.ts';
import { reply, replyOnce, type ServerTransaction } from './transaction/server-transaction.ts';
import { createTimers, standardIntervals } from './transaction/timers.ts';
import { createTransactionLayer } from './transaction/transaction-layer.ts';
import type { SipTransport } from './transport/sip-transport.ts';

/** Calls that end with the endpoint have so long to say goodbye. */
const CLOSE_TIMEOUT_MS = 3000;
/** Whoever keeps the accounts has so long to find one; telephones wait for half a minute. */
const ACCOUNT_TIMEOUT_MS = 5000;

/**
 * Opens the sockets and takes part in calls from then on.
 * @throws what `openTransport` throws
 */
export async function createSipEndpoint(options: SipEndpointOptions): Promise<SipEndpoint> {
  const { clock, onError } = options;
  const random = options.random ?? Math.random;
  const newToken = options.newToken ?? (() => randomBytes(12).toString('hex'));
  const intervals = options.intervals ?? standardIntervals;
  const timers = createTimers(clock);
  const dialogs = createDialogTable();
  const registrar = createRegistrar(() => clock.nowMs());
  const calls = new Set<SipCall>();
  const invites = new Set<InboundInvite>();
  const closing = new AbortController();
  let isDraining = false;
  let dialling = 0;
  let transport: SipTransport | undefined;
  let closed: Promise<void> | undefined;

  // What comes before the sockets are handed over is from before our time; whoever sent it sends it again.
  const receive = (message: SipMessage, peer: SipPeer) => {
    if (transport !== undefined) transactions.receive(message, peer);
  };
  const opened = await options.openTransport({ onMessage: receive, onError });
  transport = opened;

  const transactions = createTransactionLayer({
    timers,
    intervals,
    newToken,
    maxTransactions: options.maxTransactions ?? MAX_TRANSACTIONS,
    viaFor: (peer) => opened.viaFor(peer),
    send: (message, peer, onFailed) => {
      opened.send(message, peer).catch(() => onFailed?.());
    },
    onRequest: (transaction) => takeRequest(outside, transaction),
    onAck: (ack: SipRequest, peer: SipPeer) => {
      const id = dialogIdOfRequest(ack);
      if (id !== undefined) dialogs.get(id)?.receiveAck(ack, peer);
    },
  });

  const context: CallContext = {
    timers,
    intervals,
    transactions,
    media: options.media,
    srtp: options.srtp,
    mediaAddressFor: options.mediaAddressFor ?? (() => undefined),
    dialogs,
    dialling: new Set(),
    sessionTimer: { ...defaultSessionTimer, ...options.sessionTimer },
    userAgent: options.userAgent,
    newToken,
    epochMs: () => clock.epochMs(),
    random,
    contactFor(peer, isSecure) {
      // Only where it began so: `sips:` asks for TLS all the way to the other end, which a trunk cannot promise.
      if (isSecure && opened.listening.some(({ protocol }) => protocol === 'tls')) {
        return `<sips:${writeHostPort(opened.addressFor({ ...peer, protocol: 'tls' }))}>`;
      }
      const transportParam = peer.protocol === 'udp' ? '' : `;transport=${peer.protocol}`;
      return `<sip:${writeHostPort(opened.addressFor(peer))}${transportParam}>`;
    },
    locate: (uri) => options.locator.locate(uri),
    // A trunk is a house of many machines, and any of them may end a call.
    isTrustedProxy: (address) => options.isTrustedProxy?.(address) === true || trunkAt(address) !== undefined,
    identityAt: (address) => trunkAt(address)?.identity,
    onError,
  };

  const digest = createDigestServer({
    realm: options.domain,
    passwordOf: (username) => options.accounts?.passwordOf(username),
    epochMs: () => clock.epochMs(),
    // Many telephones give up when they are also asked for SHA-256 (libre before 2.0, which Debian 12 has).
    algorithms: ['MD5'],
    ...(options.accounts?.secret === undefined ? {} : { secret: options.accounts.secret }),
  });
  const ownContactUsers = new Set((options.trunks ?? []).map(({ address }) => userIn(address)));

  /** Who asks: an account's name, undefined where the address is enough. Otherwise they are asked, and nothing is called. */
  const identified = (transaction: ServerTransaction, then: (account: string | undefined) => void) => {
    const { request, peer } = transaction;
    const { accounts } = options;
    const offers = header(request.headers, 'Authorization') !== undefined;
    if (accounts === undefined || (!offers && accounts.isOptionalFor(peer))) return then(undefined);
    const cancelDeadline = timers.after(ACCOUNT_TIMEOUT_MS, () => reply(transaction, 503));
    digest
      .check(request)
      .then((verdict) => {
        cancelDeadline();
        // While it was checked, they may have given up, or we.
        if (transaction.isAnswered) return;
        if (verdict.type === 'known') {
          options.onIdentified?.(peer, 'known');
          return then(verdict.username);
        }
        // Who proves it by what was asked a while ago is right, and asked once more.
        if (verdict.reason !== 'stale') options.onIdentified?.(peer, verdict.reason === 'wrong' ? 'wrong' : 'unknown');
        replyOnce(transaction, 401, { headers: verdict.challenges });
      })
      .catch((error: unknown) => {
        cancelDeadline();
        onError(error);
        reply(transaction, 500);
      });
  };

  const keep = (call: SipCall) => {
    calls.add(call);
    void call.released.then(() => calls.delete(call));
  };

  const offer = (transaction: ServerTransaction, account: string | undefined) => {
    transaction.onCancel = undefined;
    // While they told who they are, we may have begun to leave.
    if (isDraining) return reply(transaction, 503, { headers: RETRY_ELSEWHERE });
    const invite = createInboundInvite({
      context,
      transaction,
      account,
      isOwnContact: (user) => ownContactUsers.has(user),
      onAnswered: keep,
      onOver: () => {
        if (invite !== undefined) invites.delete(invite);
      },
    });
    if (invite === undefined) return;
    invites.add(invite);
    try {
      options.onCall(invite.call);
    } catch (error) {
      onError(error);
      invite.call.reject(500);
    }
  };

  const outside: OutsideRequestsSetting = {
    dialogs,
    isDraining: () => isDraining,
    onInvite(transaction) {
      // However it came back, we would only talk with ourselves.
      if (context.dialling.has(callIdOf(transaction.request))) return replyOnce(transaction, 482);
      transaction.onCancel = () => reply(transaction, 487);
      identified(transaction, (account) => offer(transaction, account));
    },
    onRegister(transaction) {
      identified(transaction, (account) => {
        const user = userIn(parseNameAddr(header(transaction.request.headers, 'To') ?? '')?.uri ?? '');
        // Where there are accounts, nobody may take another's calls, and no account of none.
        const may = options.accounts === undefined || account === user;
        if (may && user !== '') registrar.receive(transaction, user);
        else if (account !== undefined || options.accounts === undefined) reply(transaction, 403);
        else {
          options.onIdentified?.(transaction.peer, 'unknown');
          replyOnce(transaction, 401, { headers: digest.challenges() });
        }
      });
    },
  };

  /** Somebody who registered here is called where they are. */
  const whereRegistered = (request: SipDialRequest): { uri: string; peers: readonly SipPeer[] } | undefined => {
    const uri = parseUri(request.uri);
    if (uri?.kind !== 'sip' || !isOurs(uri.host) || request.outboundProxy !== undefined) return undefined;
    const [binding] = registrar.find(uriUser(uri) ?? '');
    return binding && { uri: binding.uri, peers: [binding.peer] };
  };
  const isOurs = (host: string) =>
    host === options.domain.toLowerCase() || opened.listening.some(({ address }) => address === host);

  const registrations = (options.trunks ?? []).map((trunk) => createRegistration(context, trunk));
  const knownTrunks = (options.knownTrunks ?? []).map(({ isAt, credentials }) => ({
    isAt,
    identity: credentials && createDigestClient(credentials, { newCnonce: newToken }),
  }));
  const trunkAt = (address: string) => [...registrations, ...knownTrunks].find((trunk) => trunk.isAt(address));

  const closeAll = async () => {
    isDraining = true;
    closing.abort(new LegError('ended', 'The server is shutting down.'));
    for (const invite of invites) invite.close();
    const goodbyes = [...calls].map((call) => {
      call.leg.hangUp('shutdown');
      return call.released;
    });
    const leaves = registrations.map((registration) => registration.close());
    const { promise: tooLong, resolve } = Promise.withResolvers<void>();
    timers.after(CLOSE_TIMEOUT_MS, resolve);
    await Promise.race([Promise.all([...goodbyes, ...leaves]), tooLong]);
    transactions.close();
    timers.close();
    await opened.close();
  };

  return {
    listening: opened.listening,
    async dial(request, signal): Promise<PhoneLeg> {
      if (closed !== undefined) throw new LegError('ended', 'The server is shutting down.');
      const registered = whereRegistered(request);
      if (registered === undefined && request.onlyRegistered === true) {
        throw new LegError('no_answer', 'Nobody is registered here by that name.');
      }
      dialling += 1;
      try {
        const call = await dialOut({
          context,
          request,
          ...(registered === undefined ? {} : { registered }),
          signal: AbortSignal.any([signal, closing.signal]),
        });
        keep(call);
        return call.leg;
      } finally {
        dialling -= 1;
      }
    },
    get registrations() {
      return registrations.map(({ state }) => state);
    },
    get figures(): SipFigures {
      const {
        connections,
        timers: transportTimers,
        received,
        malformed,
        refusedByAddress,
        throttled,
      } = opened.figures();
      return {
        calls: calls.size + invites.size + dialling,
        dialogs: dialogs.size,
        transactions: transactions.count,
        connections,
        timers: timers.pending + transportTimers,
        received,
        malformed,
        refusedByAddress,
        throttled,
        retransmitted: transactions.retransmitted,
      };
    },
    drain() {
      isDraining = true;
    },
    close() {
      closed ??= closeAll();
      return closed;
    },
  };
}
