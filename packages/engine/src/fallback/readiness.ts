import type { Clock } from '../ports/clock.ts';
import type { Recognizer, RecognizerVocabulary } from '../ports/recognizer.ts';
import { FallbackError } from './fallback-error.ts';

export interface ReadinessOptions {
  /** The longest that one engine may take to make a vocabulary ready. */
  readonly prepareTimeoutMs: number;
  /** How long the others are waited for once one is ready; they go on behind. */
  readonly prepareGraceMs: number;
  /** Pause before an engine that could not be made ready is tried again; doubles up to the bound. */
  readonly prepareRetryMs: number;
  readonly maxPrepareRetryMs: number;
}

/** Which engine is ready for which vocabulary. */
export interface Readiness {
  /** Rejects with `parts_exhausted` when none of them can be made ready. */
  prepare(vocabulary: RecognizerVocabulary, signal: AbortSignal): Promise<void>;
  isReady(index: number, vocabularyId: string): boolean;
  /** Whether it was asked for; if not, `refresh` does nothing about it. */
  knows(vocabularyId: string): boolean;
  /** Try again, behind, what is due. */
  refresh(vocabularyId: string): void;
  /** The engine has forgotten the vocabulary: it was restarted. */
  forget(index: number, vocabularyId: string): void;
  close(): void;
}

type State =
  | { readonly kind: 'preparing' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly retryAtMs: number; readonly pauseMs: number };

interface Entry {
  readonly vocabulary: RecognizerVocabulary;
  readonly states: State[];
  /** Waiting for a state to change. */
  readonly waiting: Set<() => void>;
  lastError: unknown;
}

/** Agents that are called within a few minutes; one that comes back is prepared again. */
const maxVocabularies = 256;

function forgetOldest(entries: Map<string, Entry>): void {
  for (const [id, { waiting, states }] of entries) {
    if (entries.size <= maxVocabularies) return;
    if (waiting.size === 0 && states.length > 0 && states.every(({ kind }) => kind !== 'preparing')) entries.delete(id);
  }
}

export function createReadiness(
  parts: readonly Recognizer[],
  clock: Clock,
  options: ReadinessOptions,
  onError: (error: FallbackError) => void,
): Readiness {
  const entries = new Map<string, Entry>();
  const closing = new AbortController();

  const change = (entry: Entry, index: number, state: State) => {
    entry.states[index] = state;
    for (const wake of [...entry.waiting]) wake();
  };

  const begin = (entry: Entry, index: number) => {
    const part = parts[index];
    const before = entry.states[index];
    if (part === undefined || before?.kind === 'preparing' || before?.kind === 'ready') return;
    const pauseMs = Math.min(
      before === undefined || before.pauseMs === 0 ? options.prepareRetryMs : before.pauseMs * 2,
      options.maxPrepareRetryMs,
    );
    const scope = new AbortController();
    let settled = false;
    const release = () => {
      cancel();
      closing.signal.removeEventListener('abort', onClose);
    };
    const fail = (error: unknown) => {
      if (settled || closing.signal.aborted) return;
      settled = true;
      release();
      entry.lastError = error;
      onError(new FallbackError('part_not_prepared', `recogniser ${part.name}: ${String(error)}`, error));
      change(entry, index, { kind: 'failed', retryAtMs: clock.nowMs() + pauseMs, pauseMs });
    };
    const succeed = () => {
      release();
      // One that was too slow and ready after all is welcome, if nobody tries again meanwhile.
      if (!settled || entry.states[index]?.kind === 'failed') change(entry, index, { kind: 'ready' });
      settled = true;
    };
    const cancel = clock.wakeAt(clock.nowMs() + options.prepareTimeoutMs, () => {
      fail(new Error(`Not ready within ${options.prepareTimeoutMs} ms.`));
      scope.abort();
    });
    const onClose = () => {
      release();
      scope.abort();
    };
    closing.signal.addEventListener('abort', onClose, { once: true });
    change(entry, index, { kind: 'preparing' });
    new Promise<void>((start) => start(part.prepare(entry.vocabulary, scope.signal))).then(succeed, fail);
  };

  const refresh = (entry: Entry) => {
    for (const index of parts.keys()) {
      const state = entry.states[index];
      if (state?.kind !== 'failed' || clock.nowMs() >= state.retryAtMs) begin(entry, index);
    }
  };

  return {
    async prepare(vocabulary, signal) {
      signal.throwIfAborted();
      if (closing.signal.aborted) throw new FallbackError('parts_exhausted', 'The recogniser is closed.');
      const entry = entries.get(vocabulary.id) ?? { vocabulary, states: [], waiting: new Set(), lastError: undefined };
      // Least recently prepared first.
      entries.delete(vocabulary.id);
      entries.set(vocabulary.id, entry);
      forgetOldest(entries);
      // Somebody waits for it: no pause is kept.
      for (const index of parts.keys()) begin(entry, index);
      await settled(entry, signal);
      if (!entry.states.some(({ kind }) => kind === 'ready')) {
        throw new FallbackError('parts_exhausted', `recognisers for "${vocabulary.id}"`, entry.lastError);
      }
    },
    isReady: (index, vocabularyId) => entries.get(vocabularyId)?.states[index]?.kind === 'ready',
    knows: (vocabularyId) => entries.has(vocabularyId),
    refresh(vocabularyId) {
      const entry = entries.get(vocabularyId);
      if (entry !== undefined && !closing.signal.aborted) refresh(entry);
    },
    forget(index, vocabularyId) {
      const entry = entries.get(vocabularyId);
      if (entry?.states[index]?.kind !== 'ready') return;
      change(entry, index, { kind: 'failed', retryAtMs: clock.nowMs(), pauseMs: 0 });
      begin(entry, index);
    },
    close: () => closing.abort(new FallbackError('parts_exhausted', 'The recogniser was closed.')),
  };

  /** Resolves when none is being prepared, or one is ready and the others have had their grace. */
  function settled(entry: Entry, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const either = AbortSignal.any([signal, closing.signal]);
      let cancelGrace: (() => void) | undefined;
      const end = (act: () => void) => {
        cancelGrace?.();
        entry.waiting.delete(look);
        either.removeEventListener('abort', onAbort);
        act();
      };
      const onAbort = () => end(() => reject(either.reason));
      const look = () => {
        const kinds = entry.states.map(({ kind }) => kind);
        if (!kinds.includes('preparing')) end(resolve);
        else if (kinds.includes('ready')) {
          cancelGrace ??= clock.wakeAt(clock.nowMs() + options.prepareGraceMs, () => end(resolve));
        }
      };
      entry.waiting.add(look);
      either.addEventListener('abort', onAbort, { once: true });
      look();
    });
  }
}
