import { LegError, type LegKind } from '@parley/channels/phone/phone-leg.ts';
import type { NumbersRepository } from './numbers-repository.ts';
import type { DialedLeg, Dialer, DialRequest, DialTarget } from './phone-desk.ts';

/** The ways by which calls leave the server. */
export interface WaysOut {
  /** From now on calls may go by it, too. */
  open(dialer: Dialer): void;
  canReach(target: DialTarget, organizationId: string): boolean;
  /**
   * Those that lead to somebody, the best first: the way that the shown number belongs to, whose network lets it be shown; then SIP,
   * which costs no more than the trunk does; then the others. Addresses of SIP are called directly before anybody is paid for it.
   * Never rejects: where it cannot be known whose a number is, the order is the same without it.
   */
  to(target: DialTarget, organizationId: string, shownNumber: string): Promise<readonly Dialer[]>;
}

export interface WaysOutParts {
  readonly numbers: Pick<NumbersRepository, 'channelOf'>;
  /** Numbers that belong to a way by the server's own settings. */
  readonly ownNumbers: ReadonlyMap<string, LegKind>;
  /** Organizations for which calls may leave at all. */
  readonly mayUse: (organizationId: string) => boolean;
  readonly onError: (error: unknown, context: string) => void;
}

export function createWaysOut({ numbers, ownNumbers, mayUse, onError }: WaysOutParts): WaysOut {
  const dialers: Dialer[] = [];
  const leadingTo = (target: DialTarget, organizationId: string) =>
    mayUse(organizationId) ? dialers.filter((one) => one.canReach(target, organizationId)) : [];

  const wayOf = async (organizationId: string, number: string): Promise<LegKind | undefined> => {
    try {
      return (await numbers.channelOf(organizationId, number)) ?? ownNumbers.get(number);
    } catch (error) {
      onError(error, 'which way a number belongs to');
      return ownNumbers.get(number);
    }
  };

  return {
    open: (dialer) => void dialers.push(dialer),
    canReach: (target, organizationId) => leadingTo(target, organizationId).length > 0,
    async to(target, organizationId, shownNumber) {
      const ways = leadingTo(target, organizationId);
      if (ways.length < 2) return ways;
      const first = target.kind === 'sip' ? undefined : await wayOf(organizationId, shownNumber);
      const place = ({ kind }: Dialer) => (kind === first ? 0 : kind === 'sip' ? 1 : 2);
      return ways.toSorted((one, other) => place(one) - place(other));
    },
  };
}

/** Where one way ends so, nobody was rung, and another may lead there. */
const worthAnother: ReadonlySet<LegError['code']> = new Set(['unreachable', 'not_supported']);

/**
 * Calls by the first way; by the next one only where nothing rang.
 * @param onWay told of each way before it is tried
 * @throws LegError of the last one that was tried; the signal's reason
 */
export async function dialByWays(
  ways: readonly Dialer[],
  request: DialRequest,
  signal: AbortSignal,
  onWay?: (kind: LegKind) => void,
): Promise<DialedLeg> {
  let failure = new LegError('unreachable', 'No way leads there.');
  for (const [index, way] of ways.entries()) {
    let hasRung = false;
    const onRinging = () => {
      hasRung = true;
      request.onRinging?.();
    };
    onWay?.(way.kind);
    try {
      return await way.dial({ ...request, onRinging, hasAlternative: index < ways.length - 1 }, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof LegError) || hasRung || !worthAnother.has(error.code)) throw error;
      failure = error;
    }
  }
  throw failure;
}
