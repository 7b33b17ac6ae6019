import { z } from 'zod';
import type { EngineContext } from '../provider/provider.ts';
import type { ProviderFailure } from '../provider/provider-failure.ts';
import { parseJson } from '../wire/parse-json.ts';
import { openProviderSocket } from '../wire/provider-socket.ts';
import type { AuraFormat } from './aura-format.ts';
import { type DeepgramAccount, deepgramSocketTarget } from './deepgram-account.ts';

/** Told about one sentence. */
export interface AuraListener {
  onAudio(bytes: Uint8Array): void;
  /** All of it came. The line is free for the next one. */
  onFlushed(): void;
  /** The line is gone. `wasOpen`: the vendor had accepted it before. */
  onGone(failure: ProviderFailure, wasOpen: boolean): void;
  /** It takes no more flushes for a while: nothing will come. */
  onLimited(): void;
}

/** A connection to `/v1/speak` in one format: one sentence after the other. */
export interface AuraLine {
  readonly format: AuraFormat;
  readonly isGone: boolean;
  /** May be flushed once more within the vendor's limit. */
  readonly isFree: boolean;
  /** Only when the one before was flushed. */
  speak(text: string, listener: AuraListener): void;
  /** Closes in the proper way. */
  end(): void;
  /** Closes at once; nobody is told. */
  destroy(): void;
}

/** The vendor takes 20 flushes in 60 s on a connection; one is kept for a clock that runs a little faster than ours. */
const maxFlushes = 19;
const flushWindowMs = 60_000;

/** @param onGone the line is gone, in use or not */
export function openAuraLine(
  account: DeepgramAccount,
  format: AuraFormat,
  { clock, lookup }: Pick<EngineContext, 'clock' | 'lookup'>,
  onGone: () => void,
): AuraLine {
  const scope = new AbortController();
  let flushedAtMs: number[] = [];
  let listener: AuraListener | undefined;
  let wasOpen = false;
  let isGone = false;

  const gone = (failure: ProviderFailure) => {
    if (isGone) return;
    isGone = true;
    const told = listener;
    listener = undefined;
    onGone();
    told?.onGone(failure, wasOpen);
  };

  const fail = (failure: ProviderFailure) => {
    scope.abort();
    gone(failure);
  };

  const socket = openProviderSocket(
    deepgramSocketTarget(account, '/v1/speak', format.query),
    { clock, lookup, signal: scope.signal },
    {
      onOpen() {
        wasOpen = true;
      },
      onBinary: (bytes) => listener?.onAudio(bytes),
      onText(text) {
        const message = parseAuraMessage(text);
        if (message === undefined) {
          fail({ code: 'provider_protocol', message: 'A message came that is none of Deepgram’s.' });
        } else if (message.type === 'Flushed') {
          const told = listener;
          listener = undefined;
          told?.onFlushed();
        } else if (message.type === 'Warning' && /flush|rate|limit/i.test(`${message.code} ${message.description}`)) {
          listener?.onLimited();
        } else if (message.type === 'Error') {
          fail({ code: 'provider_failed', message: `${message.err_code} ${message.description}`.trim() });
        }
      },
      onClosed: (how) =>
        gone(
          how.kind === 'failed'
            ? how.failure
            : { code: 'provider_failed', message: 'The connection was closed in the middle of a sentence.' },
        ),
    },
  );

  return {
    format,
    get isGone() {
      return isGone;
    },
    get isFree() {
      flushedAtMs = flushedAtMs.filter((atMs) => clock.nowMs() - atMs < flushWindowMs);
      return !isGone && listener === undefined && flushedAtMs.length < maxFlushes;
    },
    speak(text, next) {
      listener = next;
      flushedAtMs.push(clock.nowMs());
      socket.send(JSON.stringify({ type: 'Speak', text }));
      socket.send('{"type":"Flush"}');
    },
    end() {
      socket.send('{"type":"Close"}');
      socket.end();
    },
    destroy() {
      listener = undefined;
      isGone = true;
      scope.abort();
    },
  };
}

const auraMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Flushed') }),
  z.object({ type: z.literal('Warning'), description: z.string().default(''), code: z.string().default('') }),
  z.object({ type: z.literal('Error'), description: z.string().default(''), err_code: z.string().default('') }),
]);

/** Those that are acted on; others (`Metadata`, `Cleared`, what is to come) are `other`. Undefined for what the vendor never sends. */
function parseAuraMessage(text: string): z.infer<typeof auraMessage> | { readonly type: 'other' } | undefined {
  const json = parseJson(text);
  const known = auraMessage.safeParse(json).data;
  if (known !== undefined) return known;
  return z.object({ type: z.string() }).safeParse(json).success ? { type: 'other' } : undefined;
}
