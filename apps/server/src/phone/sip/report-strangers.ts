import type { SipPeer } from '@parley/channels/sip/message/sip-message.ts';
import type { SipLog } from './report-sip.ts';

/** Anybody on the internet may knock; somebody who sets up a telephone looks into the log within minutes. */
const quietMs = 60_000;
/** A telephone that is asked who it is tells it at once; one that has not by then has no account here. */
const tellWithinMs = 5_000;
/** Who knocks from more addresses at once is told by number alone. */
const maxAddresses = 1_000;

export interface StrangersReport {
  /** As the endpoint's `onIdentified` tells it. */
  note(peer: Pick<SipPeer, 'address'>, as: 'known' | 'unknown' | 'wrong'): void;
  /** Writes what is to be written by now. */
  look(): void;
  stop(): void;
}

/** Writes down, once a minute at most, who was not let in by SIP because nobody knows them, and what to set. */
export function reportStrangers(
  log: Pick<SipLog, 'warn'>,
  nowMs: () => number = () => performance.now(),
): StrangersReport {
  const waiting = new Map<string, { readonly sinceMs: number; isWrong: boolean; requests: number }>();
  let leftOut = 0;
  let quietUntilMs = Number.NEGATIVE_INFINITY;

  const look = () => {
    const now = nowMs();
    if (now < quietUntilMs) return;
    const strangers = [...waiting].filter(([, { isWrong, sinceMs }]) => isWrong || now - sinceMs >= tellWithinMs);
    // One that has an account and not its password is most likely one of ours.
    const [source, stranger] = strangers.find(([, { isWrong }]) => isWrong) ?? strangers[0] ?? [];
    if (source === undefined || stranger === undefined) return;
    quietUntilMs = now + quietMs;
    const others = strangers.length - 1 + leftOut;
    leftOut = 0;
    for (const [address] of strangers) waiting.delete(address);
    log.warn(
      { source, requests: stranger.requests, ...(others > 0 && { other_addresses: others }) },
      stranger.isWrong
        ? 'not let in by SIP: its user or its password is none of SIP_ACCOUNTS'
        : 'not let in by SIP: nobody knows who it is. To call, it needs its address in SIP_ALLOW, or an account in SIP_ACCOUNTS; to register, an account',
    );
  };
  const timer = setInterval(look, tellWithinMs);
  timer.unref();

  return {
    note({ address }, as) {
      if (as === 'known') return void waiting.delete(address);
      const one = waiting.get(address);
      if (one !== undefined) {
        one.requests += 1;
        one.isWrong ||= as === 'wrong';
      } else if (waiting.size < maxAddresses) {
        waiting.set(address, { sinceMs: nowMs(), isWrong: as === 'wrong', requests: 1 });
      } else leftOut += 1;
    },
    look,
    stop: () => clearInterval(timer),
  };
}
