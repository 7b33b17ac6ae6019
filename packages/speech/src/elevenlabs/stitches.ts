import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Passage } from '@parley/engine/ports/synthesizer.ts';

/** What the vendor is told of the sentences before. */
export type Before =
  | { readonly previous_request_ids: readonly string[] }
  | { readonly previous_text: string }
  | Readonly<Record<string, never>>;

/** Remembers by which requests the sentences of a passage were spoken. */
export interface Stitches {
  before(passage: Passage | undefined): Before;
  /** The whole of the sentence was read: only then does the vendor take its id. */
  spoken(passage: Passage | undefined, requestId: string | undefined): void;
}

/** The vendor takes no more. */
const maxIds = 3;
/** The vendor forgets a request after two hours; what is spoken of in the same breath is a few seconds old. */
const maxAgeMs = 110 * 60_000;
/** Passages that are being spoken at once, and many that are over. */
const maxPassages = 500;

/** One voice's: ids of another voice's requests do not carry its melody on. */
export function createStitches(clock: Clock): Stitches {
  const passages = new Map<string, Map<number, { readonly requestId: string; readonly atMs: number }>>();
  return {
    before(passage) {
      if (passage === undefined) return {};
      const known = passages.get(passage.id);
      const ids: string[] = [];
      for (let index = passage.index - 1; ids.length < maxIds; index -= 1) {
        const one = known?.get(index);
        if (one === undefined || clock.nowMs() - one.atMs > maxAgeMs) break;
        ids.unshift(one.requestId);
      }
      // Where both are given the ids count, so only one of them is.
      if (ids.length > 0) return { previous_request_ids: ids };
      return passage.previousText === '' ? {} : { previous_text: passage.previousText };
    },
    spoken(passage, requestId) {
      if (passage === undefined || requestId === undefined) return;
      const known = passages.get(passage.id) ?? new Map();
      known.set(passage.index, { requestId, atMs: clock.nowMs() });
      known.delete(passage.index - maxIds);
      // The one used last is the last to be forgotten.
      passages.delete(passage.id);
      passages.set(passage.id, known);
      const oldest = passages.keys().next();
      if (passages.size > maxPassages && oldest.done !== true) passages.delete(oldest.value);
    },
  };
}
