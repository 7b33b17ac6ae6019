/** A live way to exchange app messages: a chat WebSocket or the data channel of a call. */
export interface Link {
  /** False when it could not be sent: closed, or too much is still waiting to leave. */
  send(text: string): boolean;
  /** Frees everything the link owns. `onClosed` is not called for it. */
  close(): void;
}

export interface LinkHandlers {
  /** One JSON text of the server; undefined when it was not text. */
  onMessage(text: string | undefined): void;
  /** The link broke by itself; called at most once, after it has freed what it owned. */
  onClosed(): void;
}

/** A connection that takes longer will not come; the handshake itself takes well under a second. */
export const LINK_TIMEOUT_MS = 10_000;

/** Typed text and push-to-talk are tiny: this much unsent means that the link is dead. */
export const MAX_UNSENT_BYTES = 64 * 1024;

/** The text of a message event, undefined for binary. */
export function textOf(event: Event): string | undefined {
  return event instanceof MessageEvent && typeof event.data === 'string' ? event.data : undefined;
}
