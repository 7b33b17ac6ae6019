import { randomBytes } from 'node:crypto';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Brain } from '../brain.ts';
import type { NetworkDelay } from './delay-line.ts';
import type { Callee } from './fake-call.ts';
import type { LiveCall } from './live-call.ts';
import type { Recording } from './recordings.ts';
import type { Webhooks } from './webhooks.ts';

/** What all calls of one fake share. */
export interface TwilioHouse {
  readonly accountSid: string;
  readonly authToken: string;
  /** Where its REST API is, without a slash at the end. */
  readonly apiUrl: () => string;
  readonly clock: Clock;
  readonly brain: Brain;
  readonly webhooks: Webhooks;
  readonly reach: Readonly<Record<string, string>>;
  readonly network: NetworkDelay;
  callee(target: string): Callee;
  readonly calls: Map<string, LiveCall>;
  readonly recordings: Map<string, Recording>;
  /** Numbers streams from 1, as the journal does. */
  nextStream(): number;
  streamReceived(stream: number, text: string): void;
  streamClosed(stream: number, code: number): void;
  report(level: 'error' | 'warning', code: number, text: string): void;
  /** Something is other than before; whoever waits looks again. */
  changed(): void;
}

/** `CA`, `MZ` or `RE` and 32 hexadecimal digits. */
export function newSid(kind: 'CA' | 'MZ' | 'RE' | 'SD'): string {
  return kind + randomBytes(16).toString('hex');
}

/** `Sat, 21 Nov 2026 20:00:00 +0000` */
export function rfc2822(epochMs: number): string {
  return new Date(epochMs).toUTCString().replace('GMT', '+0000');
}

/** Resolves after so many ms. @throws the signal's reason */
export function passed(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return settled((resolve) => clock.wakeAt(clock.nowMs() + ms, resolve), signal);
}

/**
 * A promise that a signal gives up.
 * @param start begins to wait, and gives what ends the waiting, which is called once however it ends
 * @throws the signal's reason
 */
export function settled<T>(start: (resolve: (value: T) => void) => () => void, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    let stop: (() => void) | undefined;
    let isOver = false;
    const end = () => {
      if (isOver) return false;
      isOver = true;
      signal.removeEventListener('abort', giveUp);
      stop?.();
      return true;
    };
    const giveUp = () => {
      if (end()) reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    stop = start((value) => {
      if (end()) resolve(value);
    });
    if (isOver) stop();
  });
}
