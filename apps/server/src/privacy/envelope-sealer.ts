import { WireError } from '@parley/contract/errors.ts';
import type { KeyRing } from './key-ring.ts';
import { openText, parseSealed, sealText } from './sealed-text.ts';
import type { Sealer } from './sealer.ts';

/**
 * Seals under the data key in service; opens under whichever sealed it. Costs microseconds, and asks the database only for keys that
 * this process has not seen yet.
 * @param onError told why something did not open: which key, never what it holds
 */
export function createEnvelopeSealer(keys: KeyRing, onError: (error: unknown, what: string) => void): Sealer {
  return {
    seal: async (plain, purpose) => sealText(plain, purpose, await keys.current()),
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
