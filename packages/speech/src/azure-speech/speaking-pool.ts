import type { EngineContext } from '../provider/provider.ts';
import type { ProviderFailure } from '../provider/provider-failure.ts';
import type { AzureAccount } from './azure-account.ts';
import type { Sdk } from './sdk.ts';
import { openSpeakingSession, type SentenceEvents } from './speaking-session.ts';

/** Connections that are kept from sentence to sentence, for each form of sound by themselves. */
export interface SpeakingPool {
  /** One for a sentence; it belongs to the sentence until it is given back. */
  take(sdk: Sdk, isPhone: boolean, onLost: (failure: ProviderFailure) => void): PooledSession;
  close(): void;
}

export interface PooledSession {
  /** It has spoken before: that it is dead may have shown only now. */
  readonly isReused: boolean;
  speak(ssml: string, events: SentenceEvents): void;
  /** For the next sentence. */
  giveBack(): void;
  /** It is in the middle of a sentence that nobody wants: broken off, and soon another is opened for the next one. */
  breakOff(): void;
  /** Ends it. */
  drop(): void;
}

interface Idle {
  readonly session: ReturnType<typeof openSpeakingSession>;
  readonly owner: { onLost: (failure: ProviderFailure) => void };
  cancelTimeout: () => void;
  isReused: boolean;
}

/**
 * Who interrupts speaks for longer than this, and by then all that was being spoken at once is broken off: one connection in place of all
 * of them.
 */
const replaceAfterMs = 200;

export function createSpeakingPool(
  account: AzureAccount,
  { maxIdle, idleMs }: { readonly maxIdle: number; readonly idleMs: number },
  { clock, lookup }: EngineContext,
): SpeakingPool {
  const idle = { phone: new Set<Idle>(), wide: new Set<Idle>() };
  const cancelReplacing = { phone: () => {}, wide: () => {} };
  let isClosed = false;

  const open = (sdk: Sdk, isPhone: boolean): Idle => {
    const owner: Idle['owner'] = { onLost: () => undefined };
    const session = openSpeakingSession(sdk, { account, isPhone }, { clock, lookup }, (failure) =>
      owner.onLost(failure),
    );
    return { session, owner, cancelTimeout: () => undefined, isReused: false };
  };
  const keep = (one: Idle, isPhone: boolean) => {
    const kept = isPhone ? idle.phone : idle.wide;
    if (isClosed || kept.size >= maxIdle) {
      one.session.close();
      return;
    }
    // What dies while nobody speaks is nobody's failure.
    one.owner.onLost = () => {
      one.cancelTimeout();
      kept.delete(one);
    };
    one.cancelTimeout = clock.wakeAt(clock.nowMs() + idleMs, () => {
      kept.delete(one);
      one.session.close();
    });
    kept.add(one);
  };

  const replace = (sdk: Sdk, isPhone: boolean) => {
    cancelReplacing[isPhone ? 'phone' : 'wide']();
    if (isClosed) return;
    cancelReplacing[isPhone ? 'phone' : 'wide'] = clock.wakeAt(clock.nowMs() + replaceAfterMs, () => {
      if ((isPhone ? idle.phone : idle.wide).size === 0) keep(open(sdk, isPhone), isPhone);
    });
  };

  return {
    take(sdk, isPhone, onLost) {
      const kept = isPhone ? idle.phone : idle.wide;
      // The youngest: the others may then grow old and go.
      const one = [...kept].at(-1) ?? open(sdk, isPhone);
      kept.delete(one);
      one.cancelTimeout();
      one.owner.onLost = onLost;
      return {
        isReused: one.isReused,
        speak: one.session.speak,
        giveBack() {
          one.isReused = true;
          keep(one, isPhone);
        },
        breakOff() {
          one.session.close();
          replace(sdk, isPhone);
        },
        drop: one.session.close,
      };
    },
    close() {
      isClosed = true;
      cancelReplacing.phone();
      cancelReplacing.wide();
      for (const one of [...idle.phone, ...idle.wide]) {
        one.cancelTimeout();
        one.session.close();
      }
      idle.phone.clear();
      idle.wide.clear();
    },
  };
}
