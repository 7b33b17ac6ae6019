import { hasToken, parseDeltaSeconds, parseSessionExpires, writeSessionExpires } from '../message/fields.ts';
import { header } from '../message/headers.ts';
import type { SipHeader, SipMessage, SipRequest, SipResponse } from '../message/sip-message.ts';
import type { Timers } from '../transaction/timers.ts';

/** RFC 4028: a call of which nobody says in time that it goes on is over, even if its BYE was lost. */
export interface SessionTimerOptions {
  /** How long a call may go on without a sign; half of it passes between two signs. */
  readonly intervalSeconds: number;
  /** Shorter ones are refused (422): they load the line with signs. */
  readonly minSeconds: number;
}

/** RFC 4028 §4 and §5: half an hour is what it recommends, and 90 s the least that it permits. */
export const defaultSessionTimer: SessionTimerOptions = { intervalSeconds: 1800, minSeconds: 90 };

export interface AgreedSession {
  readonly intervalSeconds: number;
  /** Who gives the sign, by their part in the transaction that agreed it. */
  readonly refresher: 'uac' | 'uas';
}

export type SessionAnswer =
  | { readonly type: 'too_small'; readonly headers: readonly SipHeader[] }
  | { readonly type: 'agreed'; readonly session: AgreedSession | undefined; readonly headers: readonly SipHeader[] };

/** What we answer to their INVITE or UPDATE (§9). */
export function answerSession(request: SipRequest, options: SessionTimerOptions): SessionAnswer {
  const supports = hasToken(request.headers, 'Supported', 'timer');
  const wanted = parseSessionExpires(header(request.headers, 'Session-Expires') ?? '');
  const theirMin = Math.min(minimumOf(request) ?? options.minSeconds, MAX_INTERVAL_S);
  if (wanted === undefined && !supports) return { type: 'agreed', session: undefined, headers: [] };
  if (wanted !== undefined && wanted.intervalSeconds < options.minSeconds && supports) {
    return { type: 'too_small', headers: [{ name: 'Min-SE', value: String(options.minSeconds) }] };
  }
  const longest = wanted?.intervalSeconds ?? options.intervalSeconds;
  const intervalSeconds = Math.max(Math.min(longest, options.intervalSeconds), theirMin, options.minSeconds);
  // Who does not know of it cannot give the sign; otherwise it is the one they ask for, and they themselves if they do not mind.
  const refresher = supports ? (wanted?.refresher ?? 'uac') : 'uas';
  const session = { intervalSeconds, refresher } as const;
  const headers = [{ name: 'Session-Expires', value: writeSessionExpires(session) }];
  if (refresher === 'uac') headers.push({ name: 'Require', value: 'timer' });
  return { type: 'agreed', session, headers };
}

/** What they answered to ours; undefined: they do not know of it, and there is no limit. */
export function agreedSession(response: SipResponse): AgreedSession | undefined {
  const said = parseSessionExpires(header(response.headers, 'Session-Expires') ?? '');
  if (said === undefined) return undefined;
  const intervalSeconds = Math.min(Math.max(said.intervalSeconds, MIN_INTERVAL_S), MAX_INTERVAL_S);
  return { intervalSeconds, refresher: said.refresher ?? 'uac' };
}

/** RFC 4028 §5: nothing below is permitted; whoever says less would have us give signs without pause, or end the call at once. */
const MIN_INTERVAL_S = 90;
/** A day: whoever wants fewer signs than that wants none. */
export const MAX_INTERVAL_S = 86_400;

/** The headers by which we ask for it. */
export function sessionHeaders(
  intervalSeconds: number,
  minSeconds: number,
  refresher?: 'uac' | 'uas',
): readonly SipHeader[] {
  return [
    { name: 'Session-Expires', value: writeSessionExpires({ intervalSeconds, refresher }) },
    { name: 'Min-SE', value: String(minSeconds) },
  ];
}

/** The least that a 422 permits; undefined where it does not say. */
export function minimumOf(response: SipMessage): number | undefined {
  return parseDeltaSeconds(header(response.headers, 'Min-SE') ?? '');
}

export interface SessionTimer {
  /**
   * From now on, since it was agreed (again). Undefined: without a limit.
   * @param askedAgoMs how long it took them to answer our sign: to them the time began when they heard it, not when we know
   */
  restart(
    session: { readonly intervalSeconds: number; readonly isRefresher: boolean } | undefined,
    askedAgoMs?: number,
  ): void;
  stop(): void;
}

export interface SessionTimerEvents {
  /** It is on us to give the sign. */
  readonly onRefreshDue: () => void;
  /** None came, or ours was not answered. */
  readonly onExpired: () => void;
}

export function createSessionTimer(timers: Timers, events: SessionTimerEvents): SessionTimer {
  let cancelRefresh = () => {};
  let cancelExpiry = () => {};
  const stop = () => {
    cancelRefresh();
    cancelExpiry();
  };
  return {
    restart(session, askedAgoMs = 0) {
      stop();
      if (session === undefined) return;
      const { intervalSeconds, isRefresher } = session;
      const refreshAfterMs = Math.max(0, (intervalSeconds / 2) * 1000 - askedAgoMs);
      if (isRefresher) cancelRefresh = timers.after(refreshAfterMs, events.onRefreshDue);
      // §10: whoever waits for the sign says goodbye a little before the end, so that both ends know. Whoever gives it does not: theirs
      // may have come, and only the answer is lost.
      const expiresAfterSeconds = isRefresher ? intervalSeconds : intervalSeconds - Math.min(32, intervalSeconds / 3);
      cancelExpiry = timers.after(expiresAfterSeconds * 1000, events.onExpired);
    },
    stop,
  };
}
