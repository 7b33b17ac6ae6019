import type { EngineContext } from '../provider/provider.ts';
import {
  type ContextSocket,
  type ContextSocketOptions,
  contextSocketDefaults,
  openContextSocket,
} from './context-socket.ts';

/** Sockets that are kept from one sentence to the next: a new one costs a caller a handshake over an ocean. */
export interface SocketPool {
  /**
   * One with room for a sentence.
   * @param mustBeNew since one that was kept turned out to be dead
   * @returns undefined when there are too many already
   */
  take(url: string, mustBeNew: boolean): ContextSocket | undefined;
  readonly size: number;
  close(): void;
}

/** Far beyond any plan's sentences at once; what keeps a fault of ours from opening sockets without end. */
const maxSockets = 500;

/** @param apiKey of the one account that all of them are for */
export function createSocketPool(
  apiKey: string,
  context: Pick<EngineContext, 'clock' | 'lookup'>,
  options: ContextSocketOptions = contextSocketDefaults,
): SocketPool {
  // By URL: voice, model, language and format are part of it.
  const byUrl = new Map<string, Set<ContextSocket>>();
  const all = new Set<ContextSocket>();

  const open = (url: string): ContextSocket => {
    const group = byUrl.get(url) ?? new Set();
    byUrl.set(url, group);
    const socket = openContextSocket(
      { url, apiKey },
      context,
      {
        onRetired() {
          group.delete(socket);
          if (group.size === 0 && byUrl.get(url) === group) byUrl.delete(url);
        },
        onClosed: () => all.delete(socket),
      },
      options,
    );
    group.add(socket);
    all.add(socket);
    return socket;
  };

  return {
    take(url, mustBeNew) {
      const kept = mustBeNew ? undefined : [...(byUrl.get(url) ?? [])].find(({ hasRoom }) => hasRoom);
      if (kept !== undefined) return kept;
      return all.size < maxSockets ? open(url) : undefined;
    },
    get size() {
      return all.size;
    },
    close() {
      for (const socket of [...all]) socket.destroy();
    },
  };
}
