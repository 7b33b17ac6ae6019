import { Metadata, status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { parseRivaUrl } from './riva-channel.ts';
import { confidenceOf } from './riva-confidence.ts';
import { failureOfCall } from './riva-failure.ts';
import { rivaProvider } from './riva-provider.ts';

const piece = (confidence: number, ...words: readonly number[]) => ({
  transcript: 'so',
  confidence,
  words: words.map((each) => ({ word: 'so', startTime: 0, endTime: 1, confidence: each })),
});

describe('how sure the service is', () => {
  it('is the geometric mean of its words, whose logarithms it tells', () => {
    expect(confidenceOf([piece(-9, Math.log(0.9), Math.log(0.4))], 1)).toBeCloseTo(Math.sqrt(0.9 * 0.4), 6);
  });

  it('is the same for a long answer as for a short one, also where the whole is told as a sum', () => {
    const word = Math.log(0.8);
    expect(confidenceOf([piece(20 * word, ...Array.from({ length: 20 }, () => word))], 1)).toBeCloseTo(0.8, 6);
  });

  it('is that of the pieces when words tell nothing', () => {
    expect(confidenceOf([piece(Math.log(0.5)), piece(Math.log(0.8))], 1)).toBeCloseTo(Math.sqrt(0.4), 6);
  });

  it('is never above 1, though a language model may push logarithms above 0', () => {
    expect(confidenceOf([piece(0, 0.4, -0.1)], 1)).toBeCloseTo(Math.exp(-0.05), 6);
    expect(confidenceOf([piece(1.7)], 1)).toBe(1);
  });

  it('is taken as it is where it is a probability already', () => {
    expect(confidenceOf([piece(0.92)], 1)).toBe(0.92);
  });

  it('is not known when it is not told', () => {
    expect(confidenceOf([piece(0, 0, 0)], 1)).toBeUndefined();
  });

  it('is eased for decoders that sum over sounds', () => {
    expect(confidenceOf([piece(-4)], 8)).toBeCloseTo(Math.exp(-0.5), 6);
  });
});

describe('how a call ended', () => {
  it.each([
    [status.UNAUTHENTICATED, 'invalid', 'provider_unauthorized'],
    [status.PERMISSION_DENIED, 'no', 'provider_unauthorized'],
    [status.RESOURCE_EXHAUSTED, 'quota', 'provider_rate_limited'],
    [status.DEADLINE_EXCEEDED, 'late', 'provider_timed_out'],
    [status.UNAVAILABLE, 'No connection established. Last error: ECONNREFUSED', 'provider_unreachable'],
    [status.UNAVAILABLE, 'Name resolution failed for target dns:nowhere', 'provider_unreachable'],
    [status.UNAVAILABLE, 'Connection dropped', 'provider_failed'],
    [status.INTERNAL, 'Triton failed', 'provider_failed'],
    [status.INTERNAL, 'Response message parsing error: index out of range', 'provider_protocol'],
    [status.RESOURCE_EXHAUSTED, 'Received message larger than max (9 vs. 4)', 'provider_protocol'],
    [status.UNIMPLEMENTED, 'no such method', 'provider_protocol'],
    [status.INVALID_ARGUMENT, 'Error: config format does not match', 'provider_refused'],
    [
      status.INVALID_ARGUMENT,
      'Error: Unavailable model requested given these parameters: language_code=sw-KE; sample_rate=16000; type=online; ',
      'language_not_supported',
    ],
    [
      status.INVALID_ARGUMENT,
      'Error: Unavailable model requested. Lang: sw-KE, Type: offline',
      'language_not_supported',
    ],
    [
      status.INVALID_ARGUMENT,
      'Error: Unavailable model requested given these parameters: language_code=en-US; type=online; model=nope; ',
      'provider_refused',
    ],
  ])('gRPC %i (%s) is %s', (code, details, expected) => {
    expect(failureOfCall({ code, details }).code).toBe(expected);
  });

  it.each([
    [{ 'grpc-retry-pushback-ms': '1500' }, 1500],
    [{ 'retry-after': '3' }, 3000],
    [{ 'grpc-retry-pushback-ms': '99999999999' }, 3_600_000],
    [{ 'grpc-retry-pushback-ms': '-1' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('%o asks to be left alone for %s ms', (trailers, expected) => {
    const metadata = new Metadata();
    for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
    expect(failureOfCall({ code: status.RESOURCE_EXHAUSTED, details: '', metadata }).retryAfterMs).toBe(expected);
  });
});

describe('the address', () => {
  it.each([
    ['localhost:50051', 'localhost:50051', false],
    ['riva.example.com:443', 'riva.example.com:443', true],
    ['grpcs://riva.example.com', 'riva.example.com:443', true],
    ['grpc://riva', 'riva:50051', false],
    ['https://riva.example.com/', 'riva.example.com:443', true],
    ['http://[::1]:4000', '[::1]:4000', false],
  ])('%s is %s, over TLS: %s', (url, address, isSecure) => {
    expect(parseRivaUrl(url)).toEqual({ address, isSecure });
  });

  it.each(['', 'riva:port', 'ftp://riva:1', 'riva:50051/path', 'a b:1'])('"%s" is none', (url) => {
    expect(() => parseRivaUrl(url)).toThrow(/is not host:port/);
    expect(rivaProvider.account.safeParse({ url }).success).toBe(false);
  });

  it('may be left out for the hosted service, which needs a key and a function', () => {
    expect(rivaProvider.accountOf({})).toBeUndefined();
    expect(rivaProvider.accountOf({ RIVA_API_KEY: 'k' })).toBeUndefined();
    const hosted = rivaProvider.accountOf({ RIVA_API_KEY: 'k', RIVA_FUNCTION_ID: 'f' });
    expect(hosted).toEqual({ apiKey: 'k', functionId: 'f' });
    expect(rivaProvider.account.safeParse(hosted).success).toBe(true);
    expect(rivaProvider.accountOf({ RIVA_URL: 'localhost:50051' })).toEqual({ url: 'localhost:50051' });
    expect(rivaProvider.account.safeParse({ apiKey: 'k' }).success).toBe(false);
    expect(rivaProvider.account.safeParse({ apiKey: 'k', functionId: 'f\r\nx: y' }).success).toBe(false);
  });
});
