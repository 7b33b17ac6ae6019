import type { SipEndpoint, SipRegistrationState } from '@parley/channels/sip/sip-endpoint.ts';

/** Where an administrator looks first when calls do not come. */
export interface SipLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/** Soon enough for somebody who watches a server start; nothing is asked of anybody. */
const lookMsDefault = 500;

/**
 * Says when the trunk knows us, and when it does not: once for each reason, not for each attempt. Looks every `lookMs` until it is stopped.
 */
export function reportRegistrations(
  endpoint: Pick<SipEndpoint, 'registrations'>,
  log: SipLog,
  lookMs: number = lookMsDefault,
): () => void {
  const said = new Map<string, string>();
  const look = () => {
    for (const one of endpoint.registrations) {
      const { address, problem } = one;
      const what = outcomeOf(one);
      if (what === undefined || said.get(address) === what) continue;
      said.set(address, what);
      // Without the user, which may be somebody's number.
      const trunk = address.slice(address.lastIndexOf('@') + 1);
      if (what === 'registered') log.info({ trunk }, 'registered with the trunk: it sends calls here');
      else log.warn({ trunk, problem }, 'not registered with the trunk: it sends no calls here');
    }
  };
  const timer = setInterval(look, lookMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Undefined while nothing is known yet. */
function outcomeOf({ state, problem }: SipRegistrationState): string | undefined {
  if (state === 'registered') return 'registered';
  return problem;
}

/** Callers who guess numbers must not fill the disk with it; a person who tries one sees each. */
const refusalsPerMinute = 20;
const minuteMs = 60_000;

/** Writes down which calls by SIP were refused and why, and how many it left out. */
export function createRefusalReport(
  log: SipLog,
  nowMs: () => number = () => performance.now(),
): (call: { readonly from: string; readonly to: string; readonly source: string; readonly why: string }) => void {
  let minuteFromMs = Number.NEGATIVE_INFINITY;
  let written = 0;
  let leftOut = 0;
  return ({ from, to, source, why }) => {
    const now = nowMs();
    if (now - minuteFromMs >= minuteMs) {
      minuteFromMs = now;
      written = 0;
    }
    if (written >= refusalsPerMinute) {
      leftOut += 1;
      return;
    }
    written += 1;
    const before = leftOut === 0 ? {} : { left_out_before: leftOut };
    leftOut = 0;
    log.warn({ from, to, source, why, ...before }, 'a call by SIP was refused');
  };
}
