import { expect, it } from 'vitest';
import { createPlaces } from './places.ts';

it('one organization does not take the places of all others, and places given back can be taken again', () => {
  const places = createPlaces({ most: 3, mostOfOne: 2 });
  const leave = places.take('a');
  places.take('a');
  expect(() => places.take('a')).toThrow(expect.objectContaining({ code: 'too_many_messages' }));
  places.take('b');
  expect(() => places.take('b')).toThrow(expect.objectContaining({ code: 'overloaded' }));
  leave();
  // Once, however often it is said.
  leave();
  places.take('b');
  expect(() => places.take('c')).toThrow(expect.objectContaining({ code: 'overloaded' }));
});
