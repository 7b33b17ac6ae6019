import { ACCEPT, ALLOW, type DialogTable, SUPPORTED } from './call/call-context.ts';
import { abilities } from './call/session-offers.ts';
import { dialogId, dialogIdOfRequest } from './dialog/dialog.ts';
import { parseReplaces, parseTokens } from './message/fields.ts';
import { header } from './message/headers.ts';
import { parseUri } from './message/uri.ts';
import { replyOnce, type ServerTransaction } from './transaction/server-transaction.ts';

export interface OutsideRequestsSetting {
  readonly dialogs: DialogTable;
  /** New calls are not taken: proxies in front look elsewhere. */
  readonly isDraining: () => boolean;
  readonly onInvite: (transaction: ServerTransaction) => void;
  readonly onRegister: (transaction: ServerTransaction) => void;
}

/** New requests: to the dialog that they belong to, or by what they are (RFC 3261 §8.2). Strangers are answered once. */
export function takeRequest(setting: OutsideRequestsSetting, transaction: ServerTransaction): void {
  const { request } = transaction;
  const uri = parseUri(request.uri);
  if (!KNOWN_METHODS.has(request.method))
    return replyOnce(transaction, 405, { headers: [{ name: 'Allow', value: ALLOW }] });
  if (uri === undefined || uri.kind === 'other') return replyOnce(transaction, 416);
  const unknown = parseTokens(request.headers, 'Require').filter(
    (option) => !SUPPORTED_OPTIONS.has(option.toLowerCase()),
  );
  if (unknown.length > 0) {
    return replyOnce(transaction, 420, { headers: unknown.map((value) => ({ name: 'Unsupported', value })) });
  }
  const id = dialogIdOfRequest(request);
  if (id !== undefined) {
    const owner = setting.dialogs.get(id);
    return owner === undefined ? replyOnce(transaction, 481) : owner.receive(transaction);
  }
  takeOutside(setting, transaction);
}

function takeOutside(setting: OutsideRequestsSetting, transaction: ServerTransaction): void {
  const { request } = transaction;
  switch (request.method) {
    case 'INVITE':
      if (setting.isDraining()) return replyOnce(transaction, 503, { headers: RETRY_ELSEWHERE });
      if (header(request.headers, 'Replaces') !== undefined) return refuseReplacing(setting, transaction);
      return setting.onInvite(transaction);
    case 'REGISTER':
      return setting.onRegister(transaction);
    case 'OPTIONS':
      if (setting.isDraining()) return replyOnce(transaction, 503, { headers: RETRY_ELSEWHERE });
      return replyOnce(transaction, 200, { headers: [...abilities(), { name: 'Accept', value: ACCEPT }] });
    case 'REFER':
      // We call nobody because a stranger says so.
      return replyOnce(transaction, 603);
    case 'NOTIFY':
      // Nobody here asked for news of that.
      return replyOnce(transaction, /^\s*refer\b/i.test(header(request.headers, 'Event') ?? '') ? 481 : 489);
    default:
      // BYE, INFO, UPDATE, PRACK belong to a call.
      return replyOnce(transaction, 481);
  }
}

/** A call of ours is not given to another telephone in this way; whether it exists is told to those who know its tags alone. */
function refuseReplacing(setting: OutsideRequestsSetting, transaction: ServerTransaction): void {
  const replaces = parseReplaces(header(transaction.request.headers, 'Replaces') ?? '');
  if (replaces === undefined) return replyOnce(transaction, 400, { reason: 'Bad Replaces' });
  const id = dialogId(replaces.callId, replaces.toTag, replaces.fromTag);
  replyOnce(transaction, setting.dialogs.get(id) === undefined ? 481 : 501);
}

const KNOWN_METHODS: ReadonlySet<string> = new Set([...ALLOW.split(', '), 'REGISTER']);
const SUPPORTED_OPTIONS: ReadonlySet<string> = new Set(SUPPORTED.split(', '));
/** Soon: whoever asks again then meets the server that comes in our place. */
export const RETRY_ELSEWHERE = [{ name: 'Retry-After', value: '10' }];
