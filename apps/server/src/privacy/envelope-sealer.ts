import { WireError } from '@parley/contract/errors.ts';
import type { KeyRing } from './key-ring.ts';
import { type DataKey, newValueKey, openText, parseSealed, sealText, type ValueKey } from './sealed-text.ts';
import type { Sealer } from './sealer.ts';

/**
 * Seals under the data key in service; opens under whichever sealed it. Costs microseconds, and asks the database only for keys that
 * this process has not seen yet.
 * @param onError told why something did not open: which key, never what it holds
 */
export function createEnvelopeSealer(keys: KeyRing, onError: (error: unknown, what: string) => void): Sealer {
  const lastUsed = new Map<string, ValueKey>();
  /** A value that is sealed again and again, a conversation's memory at every turn, keeps its key while this process is at it. */
  const keyFor = (purpose: string, dataKey: DataKey): ValueKey => {
    const known = lastUsed.get(purpose);
    if (known?.dataKeyId === dataKey.id) return known;
    const made = newValueKey(dataKey);
    const oldest = lastUsed.keys().next();
    if (lastUsed.size >= keptKeys && !oldest.done) lastUsed.delete(oldest.value);
    lastUsed.set(purpose, made);
    return made;
  };
  return {
    seal: async (plain, purpose) => {
      const dataKey = await keys.current();
      return sealText(plain, purpose, dataKey, keyFor(purpose, dataKey));
    },
    open: async (sealed, purpose) => {
      const parts = parseSealed(sealed);
      if (parts === undefined) throw new WireError('sealed_unreadable');
      try {
        return openText(parts, purpose, await keys.byId(parts.dataKeyId));
      } catch (error) {
        // Away, not wrong: it opens when the database is back.
        if (error instanceof WireError) throw error;
        onError(error, `opening what data key ${parts.dataKeyId} sealed`);
        throw new WireError('sealed_unreadable');
      }
    },
  };
}

/** As many as a server is sized for conversations in text; some hundred bytes each. A key that is gone is made anew. */
const keptKeys = 5000;
