import { expect, test } from 'vitest';
import { readTraceContext } from './trace-context.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

test('a request that belongs to a trace goes on with it', () => {
  expect(readTraceContext(`00-${traceId}-${spanId}-01`)).toEqual({ traceId, parentSpanId: spanId });
});

test('a later version may say more than is known today', () => {
  expect(readTraceContext(`01-${traceId}-${spanId}-01-what-comes`)).toEqual({ traceId, parentSpanId: spanId });
});

test.each([
  ['nothing', undefined],
  ['two headers', [`00-${traceId}-${spanId}-01`, `00-${traceId}-${spanId}-01`]],
  ['no header of that form', 'hello'],
  ['a trace of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
  ['a span of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
  ['the version that is forbidden', `ff-${traceId}-${spanId}-01`],
  ['capitals', `00-${traceId.toUpperCase()}-${spanId}-01`],
  ['more than the first version says', `00-${traceId}-${spanId}-01-more`],
])('%s begins a trace of its own', (_what, header) => {
  const context = readTraceContext(header);
  expect(context.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(context.traceId).not.toBe(traceId);
  expect(context.parentSpanId).toBeUndefined();
});
