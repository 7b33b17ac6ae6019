import { noSpan, type Span, type SpanAttributes } from './tracing.ts';

/**
 * The spans of one conversation's turns. A turn's span begins with the caller's voice (or text) and ends when all of the turn is
 * stored; what is heard of the caller while the agent still speaks belongs to the turn that comes of it.
 */
export interface TurnSpans {
  /** The caller begins to speak. */
  hearing(startedAtEpochMs: number): void;
  /** Recognition is over; which turn it was for is known when the agent is asked, be it before (thinking ahead) or after. */
  heard(recognition: {
    readonly startedAtEpochMs: number;
    readonly endedAtEpochMs: number;
    readonly attributes: SpanAttributes;
    readonly error?: string | undefined;
  }): void;
  /** The agent is asked: the turn's span, begun now or before. `turnNumber` is undefined where the agent speaks first. */
  turn(turnNumber: number | undefined, cause: string): Span;
  /** Where what happens now belongs to: the turn, or the conversation between turns. */
  readonly current: Span;
  /** All that there is to know of the turn is stored. */
  finished(turnNumber: number, attributes: SpanAttributes): void;
  close(): void;
}

type Heard = Parameters<TurnSpans['heard']>[0];

/** A caller who talks on and on while nothing comes of it. */
const maxHeard = 20;

export function createTurnSpans(root: Span): TurnSpans {
  let open: { readonly span: Span; readonly number: number | undefined; readonly openedAtEpochMs: number } | undefined;
  let hearingSince: number | undefined;
  let waiting: Heard[] = [];

  const tell = (span: Span) => {
    for (const { startedAtEpochMs, endedAtEpochMs, attributes, error } of waiting) {
      span.child('recognition', attributes, startedAtEpochMs).end({ error, endedAtEpochMs });
    }
    waiting = [];
  };
  const endOpen = (attributes: SpanAttributes = {}) => {
    open?.span.set(attributes);
    open?.span.end();
    open = undefined;
  };

  return {
    hearing(startedAtEpochMs) {
      hearingSince = startedAtEpochMs;
    },
    heard(recognition) {
      hearingSince = undefined;
      if (root === noSpan) return;
      waiting.push(recognition);
      if (waiting.length > maxHeard) waiting.shift();
      // The agent was asked while the caller still spoke.
      if (open !== undefined && open.openedAtEpochMs > recognition.startedAtEpochMs) tell(open.span);
    },
    turn(turnNumber, cause) {
      if (root === noSpan) return noSpan;
      // Asked again for the same turn: the agent thought ahead and the words changed.
      if (open === undefined || open.number === undefined || open.number !== turnNumber) {
        endOpen();
        const span = root.child(
          'turn',
          { 'turn.number': turnNumber, 'turn.cause': cause },
          cause === 'turn' ? (waiting[0]?.startedAtEpochMs ?? hearingSince) : undefined,
        );
        open = { span, number: turnNumber, openedAtEpochMs: performance.timeOrigin + performance.now() };
      }
      tell(open.span);
      return open.span;
    },
    get current() {
      return open?.span ?? root;
    },
    finished(turnNumber, attributes) {
      if (open === undefined || (open.number !== undefined && open.number !== turnNumber)) return;
      endOpen({ 'turn.number': turnNumber, ...attributes });
    },
    close() {
      tell(open?.span ?? root);
      endOpen();
    },
  };
}
