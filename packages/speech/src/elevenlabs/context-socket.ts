import { z } from 'zod';
import type { EngineContext } from '../provider/provider.ts';
import type { ProviderFailure } from '../provider/provider-failure.ts';
import { openProviderSocket } from '../wire/provider-socket.ts';
import { explainRefusal, socketFailure } from './failures.ts';
import type { CharacterTimes } from './timed-words.ts';

/** One sentence in a socket that others may share. */
export interface SpeechContext {
  /** @param body without the context's id */
  send(body: object): void;
  /**
   * Nobody listens any more: what still comes is dropped. If it is the last one that anybody listened to, the socket goes with it: that
   * is how the vendor stops speaking, and a new one is there before the caller has said what they interrupted with.
   */
  abandon(): void;
}

/** None comes from inside a call. Exactly one of `onFinal` and `onFailed` ends them. */
export interface SpeechContextEvents {
  /** Sound and times as they came together; either may be missing. */
  onSpeech(bytes: Uint8Array | undefined, times: CharacterTimes | undefined): void;
  onFinal(): void;
  /** @param isStale the socket was kept from before and has not said a thing since: it may have been dead already */
  onFailed(failure: ProviderFailure, isStale: boolean): void;
}

/** A WebSocket that speaks several sentences, one after the other or at the same time. */
export interface ContextSocket {
  /** Is there room for one more sentence? */
  readonly hasRoom: boolean;
  /** Whoever opens one sends its `close_context` in time: only then does it end. */
  open(events: SpeechContextEvents): SpeechContext;
  /** Takes no more sentences; closes once those that it has are over. */
  retire(): void;
  /** Gone at once. Its sentences hear of nothing. */
  destroy(): void;
}

export interface ContextSocketOptions {
  /** Sentences at once. The vendor closes the socket at the sixth; one is kept back for those that it has not let go of yet. */
  readonly maxContexts: number;
  /** Unused for so long it is closed. Callers pause for less, mostly, and the vendor ends it after three minutes. */
  readonly idleMs: number;
}

export const contextSocketDefaults: ContextSocketOptions = { maxContexts: 4, idleMs: 120_000 };

/** Told to whoever keeps it, each once, in this order. */
export interface ContextSocketKeeper {
  /** It takes no more sentences. */
  onRetired(): void;
  onClosed(): void;
}

/** Opens it. */
export function openContextSocket(
  target: { readonly url: string; readonly apiKey: string },
  { clock, lookup }: Pick<EngineContext, 'clock' | 'lookup'>,
  keeper: ContextSocketKeeper,
  { maxContexts, idleMs }: ContextSocketOptions = contextSocketDefaults,
): ContextSocket {
  const scope = new AbortController();
  const contexts = new Map<string, SpeechContextEvents | undefined>();
  let nextContext = 1;
  let isRetired = false;
  let isClosed = false;
  let hasAnswered = false;
  let isReused = false;
  let cancelIdle = () => {};

  const retire = () => {
    if (isRetired) return;
    isRetired = true;
    cancelIdle();
    keeper.onRetired();
  };
  const closed = () => {
    if (isClosed) return;
    isClosed = true;
    retire();
    scope.abort();
    keeper.onClosed();
  };
  const fail = (failure: ProviderFailure) => {
    const open = [...contexts.values()];
    contexts.clear();
    closed();
    for (const events of open) events?.onFailed(failure, isReused && !hasAnswered);
  };
  const isListenedTo = () => [...contexts.values()].some((events) => events !== undefined);
  const destroy = () => {
    contexts.clear();
    closed();
  };
  const rest = () => {
    cancelIdle();
    if (isListenedTo()) return;
    if (isRetired) return socket.end();
    cancelIdle = clock.wakeAt(clock.nowMs() + idleMs, () => {
      retire();
      contexts.clear();
      socket.end();
    });
  };
  const over = (id: string): SpeechContextEvents | undefined => {
    const events = contexts.get(id);
    contexts.delete(id);
    rest();
    return events;
  };

  const onText = (text: string) => {
    hasAnswered = true;
    const message = readMessage(text);
    if (message === undefined) {
      fail({ code: 'provider_protocol', message: 'A message came that is none of theirs.' });
      return;
    }
    const { contextId, audio, error, isFinal } = message;
    if (typeof error === 'string') {
      const failure = socketFailure(error, message.message ?? '');
      // Errors of the socket name no sentence, and the socket is closed behind them.
      if (contextId === undefined || contextId === null) fail(failure);
      else over(contextId)?.onFailed(failure, false);
      return;
    }
    // Without an id it is of the only one.
    const id = contextId ?? (contexts.size === 1 ? [...contexts.keys()][0] : undefined) ?? '';
    const bytes = typeof audio === 'string' && audio !== '' ? Buffer.from(audio, 'base64') : undefined;
    const times = timesOf(message);
    if (bytes !== undefined || times !== undefined) contexts.get(id)?.onSpeech(bytes, times);
    if (isFinal === true) over(id)?.onFinal();
  };

  const socket = openProviderSocket(
    { url: target.url, headers: { 'xi-api-key': target.apiKey }, explain: explainRefusal },
    { clock, lookup, signal: scope.signal },
    {
      onText,
      onBinary: () => fail({ code: 'provider_protocol', message: 'Bytes came where they send JSON.' }),
      onClosed: (how) =>
        fail(how.kind === 'failed' ? how.failure : { code: 'provider_failed', message: 'It closed the socket.' }),
    },
  );

  return {
    get hasRoom() {
      return !isRetired && contexts.size < maxContexts;
    },
    open(events) {
      cancelIdle();
      const id = `s${nextContext}`;
      isReused = nextContext > 1;
      hasAnswered = false;
      nextContext += 1;
      contexts.set(id, events);
      return {
        send: (body) => socket.send(JSON.stringify({ ...body, context_id: id })),
        abandon() {
          if (contexts.get(id) === undefined) return;
          // It counts until the vendor says that it is over.
          contexts.set(id, undefined);
          if (!isListenedTo()) destroy();
        },
      };
    },
    retire() {
      retire();
      rest();
    },
    destroy,
  };
}

const times = z.object({
  chars: z.array(z.string()),
  charStartTimesMs: z.array(z.number()).optional(),
  charDurationsMs: z.array(z.number()).optional(),
  // Their servers have written it so, too.
  charsStartTimesMs: z.array(z.number()).optional(),
  charsDurationsMs: z.array(z.number()).optional(),
});

const messageSchema = z.object({
  audio: z.string().nullish(),
  isFinal: z.boolean().nullish(),
  contextId: z.string().nullish(),
  // Not `normalizedAlignment`: it is of the text as the vendor rewrote it, Chinese in Latin letters among other things.
  alignment: times.nullish(),
  error: z.string().nullish(),
  message: z.string().optional(),
});
type Message = z.infer<typeof messageSchema>;

/** Undefined for what is no message of theirs. */
function readMessage(text: string): Message | undefined {
  try {
    const parsed = messageSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function timesOf({ alignment }: Message): CharacterTimes | undefined {
  if (alignment === null || alignment === undefined) return undefined;
  const startsMs = alignment.charStartTimesMs ?? alignment.charsStartTimesMs ?? [];
  const durationsMs = alignment.charDurationsMs ?? alignment.charsDurationsMs ?? [];
  if (startsMs.length !== alignment.chars.length || durationsMs.length !== startsMs.length) return undefined;
  return {
    characters: alignment.chars,
    startsMs,
    endsMs: startsMs.map((startMs, index) => startMs + (durationsMs[index] ?? 0)),
  };
}
