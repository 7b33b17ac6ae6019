import { type Metadata, status } from '@grpc/grpc-js';
import { type ProviderFailure, type ProviderFailureCode, shortened } from '../provider/provider-failure.ts';

/** How a call ended, as gRPC tells it. */
export interface CallEnd {
  readonly code: number;
  readonly details: string;
  readonly metadata?: Metadata;
}

/** What the end of a call comes to when it is not the one that was hoped for. */
export function failureOfCall(end: CallEnd): ProviderFailure {
  const retryAfterMs = retryAfterOf(end.metadata);
  return {
    code: codeOf(end),
    message: shortened(`gRPC ${status[end.code] ?? end.code}: ${end.details}`),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

function codeOf({ code, details }: CallEnd): ProviderFailureCode {
  switch (code) {
    case status.UNAUTHENTICATED:
    case status.PERMISSION_DENIED:
      return 'provider_unauthorized';
    case status.RESOURCE_EXHAUSTED:
      // gRPC's own, of this side: a message beyond the bound.
      return /larger than max/i.test(details) ? 'provider_protocol' : 'provider_rate_limited';
    case status.DEADLINE_EXCEEDED:
      return 'provider_timed_out';
    case status.UNAVAILABLE:
      return /^(No connection established|Name resolution failed|Failed to connect)/i.test(details)
        ? 'provider_unreachable'
        : 'provider_failed';
    case status.INVALID_ARGUMENT:
    case status.NOT_FOUND:
    case status.FAILED_PRECONDITION:
    case status.OUT_OF_RANGE:
      // The server looks models up by language, rate and kind; `model` is told when one was asked for by name.
      return /unavailable model requested(?!.*\bmodel(_name)?=)/i.test(details)
        ? 'language_not_supported'
        : 'provider_refused';
    // No such method: it is some other service.
    case status.UNIMPLEMENTED:
      return 'provider_protocol';
    default:
      // What cannot be read shows as INTERNAL, told by this side.
      return code === status.INTERNAL && /parsing error|protocol error|deserializ/i.test(details)
        ? 'provider_protocol'
        : 'provider_failed';
  }
}

/** Servers push back in milliseconds (gRFC A6), gateways before them in the seconds of HTTP. Bounded to an hour. */
function retryAfterOf(metadata: Metadata | undefined): number | undefined {
  const pushback = first(metadata, 'grpc-retry-pushback-ms');
  const seconds = first(metadata, 'retry-after');
  const ms = pushback !== undefined ? Number(pushback) : seconds !== undefined ? Number(seconds) * 1000 : Number.NaN;
  return ms >= 0 ? Math.min(ms, 3_600_000) : undefined;
}

function first(metadata: Metadata | undefined, key: string): string | undefined {
  const value = metadata?.get(key)[0];
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
