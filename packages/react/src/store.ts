import type { Notice } from './notices.ts';
import { type ConversationSnapshot, idleSnapshot } from './snapshot.ts';

/** The snapshot, who is told of its changes, and the timers that end with the conversation. */
export interface Store {
  get(): ConversationSnapshot;
  update(change: Partial<ConversationSnapshot>): void;
  /** Shows a notice; one of the same code gives way. */
  notify(notice: Notice): void;
  dismiss(...codes: readonly string[]): void;
  /** Calls `act` after the delay unless `clearTimers` comes first. */
  later(delayMs: number, act: () => void): void;
  clearTimers(): void;
  readonly listeners: Set<() => void>;
}

/** A person does not read more at once. */
const MAX_NOTICES = 5;

export function createStore(): Store {
  const listeners = new Set<() => void>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let snapshot = idleSnapshot;

  function update(change: Partial<ConversationSnapshot>): void {
    snapshot = { ...snapshot, ...change };
    for (const listener of listeners) listener();
  }

  return {
    listeners,
    get: () => snapshot,
    update,
    notify(notice) {
      const others = snapshot.notices.filter((other) => other.code !== notice.code);
      update({ notices: [...others, notice].slice(-MAX_NOTICES) });
    },
    dismiss(...codes) {
      const notices = snapshot.notices.filter((notice) => !codes.includes(notice.code));
      if (notices.length < snapshot.notices.length) update({ notices });
    },
    later(delayMs, act) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        act();
      }, delayMs);
      timers.add(timer);
    },
    clearTimers() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
