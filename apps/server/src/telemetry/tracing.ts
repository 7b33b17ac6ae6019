/** What a span says of what it stands for: names as OpenTelemetry's conventions have them where there are any; never what people said. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Something that takes time. All calls after `end` are harmless; none throws. */
export interface Span {
  /** A part of it. `startedAtEpochMs` is now when left out. */
  child(name: string, attributes?: SpanAttributes, startedAtEpochMs?: number): Span;
  set(attributes: SpanAttributes): void;
  /** `error` is a code or a class of errors, not a message that might carry values. `endedAtEpochMs` is now when left out. */
  end(result?: { readonly error?: string | undefined; readonly endedAtEpochMs?: number }): void;
}

export interface RootSpan {
  readonly name: string;
  readonly kind: 'server' | 'internal';
  /** 32 hex digits. */
  readonly traceId: string;
  /** The caller's span in the same trace, 16 hex digits, when the trace began elsewhere. */
  readonly parentSpanId?: string | undefined;
  readonly attributes: SpanAttributes;
}

/** Makes spans. Without a collector everything is `noTracing` and costs nothing. */
export interface Tracing {
  readonly isOn: boolean;
  begin(root: RootSpan): Span;
  /** Sends what is left, for a few seconds at most. */
  close(): Promise<void>;
}

export const noSpan: Span = { child: () => noSpan, set() {}, end() {} };
export const noTracing: Tracing = { isOn: false, begin: () => noSpan, close: async () => {} };

/**
 * The trace of a conversation: its id, which has as many digits. So one call is one trace in whichever process it goes on, and whoever
 * has the one finds the other.
 */
export function traceIdOf(conversationId: string): string {
  return conversationId.replaceAll('-', '').toLowerCase();
}
