import { fewRandomBytes } from '../privacy/random-bytes.ts';

/** Which trace a request belongs to. */
export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits, of the caller's span; undefined when the trace begins here. */
  readonly parentSpanId: string | undefined;
}

/** From W3C's `traceparent`; what is none of its form is as if it had not been sent, and a new trace begins. */
export function readTraceContext(traceparent: string | readonly string[] | undefined): TraceContext {
  const [, version, traceId, parentSpanId] = typeof traceparent === 'string' ? (form.exec(traceparent) ?? []) : [];
  const isValid =
    traceId !== undefined &&
    parentSpanId !== undefined &&
    version !== 'ff' &&
    !isZero(traceId) &&
    !isZero(parentSpanId);
  return isValid ? { traceId, parentSpanId } : { traceId: fewRandomBytes(16).toString('hex'), parentSpanId: undefined };
}

/** Later versions may say more after the flags; the first one says nothing more. */
const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:$|(?<!^00.{53})-)/;

function isZero(digits: string): boolean {
  return /^0+$/.test(digits);
}
