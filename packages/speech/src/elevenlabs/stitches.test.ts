import { createSteerableClock } from '@parley/fakes/conformance/steerable-clock.ts';
import { afterEach, expect, it } from 'vitest';
import { createStitches } from './stitches.ts';

const clock = createSteerableClock();
afterEach(() => clock.close());

const at = (index: number, id = 'call/1') => ({ id, index, previousText: index === 0 ? '' : 'Before.' });

it('names the sentences before as long as none is missing', () => {
  const stitches = createStitches(clock);
  expect(stitches.before(undefined)).toEqual({});
  expect(stitches.before(at(0))).toEqual({});
  expect(stitches.before(at(1))).toEqual({ previous_text: 'Before.' });
  stitches.spoken(at(0), 'a');
  stitches.spoken(at(1), 'b');
  expect(stitches.before(at(2))).toEqual({ previous_request_ids: ['a', 'b'] });
  stitches.spoken(at(3), 'd');
  expect(stitches.before(at(3))).toEqual({ previous_text: 'Before.' });
  expect(stitches.before(at(4))).toEqual({ previous_request_ids: ['d'] });
  expect(stitches.before(at(2, 'call/2'))).toEqual({ previous_text: 'Before.' });
});

it('names none that the vendor has forgotten', async () => {
  const stitches = createStitches(clock);
  stitches.spoken(at(0), 'a');
  await clock.pass(111 * 60_000);
  expect(stitches.before(at(1))).toEqual({ previous_text: 'Before.' });
});

it('forgets the passages of long ago', () => {
  const stitches = createStitches(clock);
  for (let call = 0; call <= 500; call += 1) stitches.spoken(at(0, `call/${call}`), `id${call}`);
  expect(stitches.before(at(1, 'call/0'))).toEqual({ previous_text: 'Before.' });
  expect(stitches.before(at(1, 'call/500'))).toEqual({ previous_request_ids: ['id500'] });
});
