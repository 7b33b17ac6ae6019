import type { EngineContext } from '../provider/provider.ts';
import type { AuraFormat } from './aura-format.ts';
import { type AuraLine, openAuraLine } from './aura-line.ts';
import type { DeepgramAccount } from './deepgram-account.ts';

/** Connections that are kept from one sentence to the next. */
export interface AuraLines {
  /** One that is free, or a new one. It is the taker's until it is put back. */
  take(format: AuraFormat): AuraLine;
  /** After a whole sentence. */
  put(line: AuraLine): void;
  /** Has one ready. */
  warm(format: AuraFormat): void;
  /** Ends those that nobody has. */
  close(): void;
}

/** From one sentence of the agent to its next reply; then the connection is one less against the account's limit. */
const keptMs = 30_000;
/** Small accounts may have 15 connections at once. */
const maxIdle = 4;

export function createAuraLines(account: DeepgramAccount, context: Pick<EngineContext, 'clock' | 'lookup'>): AuraLines {
  const { clock } = context;
  /** Oldest first, with what ends their time. */
  const idle = new Map<AuraLine, () => void>();
  let closed = false;

  const forget = (line: AuraLine) => {
    idle.get(line)?.();
    idle.delete(line);
  };
  const retire = (line: AuraLine) => {
    forget(line);
    line.end();
  };
  const open = (format: AuraFormat): AuraLine => {
    const line: AuraLine = openAuraLine(account, format, context, () => forget(line));
    return line;
  };
  const keep = (line: AuraLine) => {
    if (closed) return line.end();
    idle.set(
      line,
      clock.wakeAt(clock.nowMs() + keptMs, () => retire(line)),
    );
    const [oldest] = idle.keys();
    if (idle.size > maxIdle && oldest !== undefined) retire(oldest);
  };
  const findFree = ({ key }: AuraFormat) => [...idle.keys()].find((line) => line.format.key === key && line.isFree);

  return {
    take(format) {
      const line = findFree(format);
      if (line === undefined) return open(format);
      forget(line);
      return line;
    },
    put(line) {
      if (!line.isGone) keep(line);
    },
    warm(format) {
      if (!closed && findFree(format) === undefined) keep(open(format));
    },
    close() {
      closed = true;
      for (const line of [...idle.keys()]) {
        forget(line);
        line.destroy();
      }
    },
  };
}
