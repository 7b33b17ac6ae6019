import { expect, test } from 'vitest';
import { keySaid, placeSaid } from './place-said.ts';

test.each([
  ['the first one', 0],
  ['First.', 0],
  ["I'd like the second one please", 1],
  ['number two', 1],
  ['the last one', 2],
  ['the fourth', undefined],
  ['the first of May', undefined],
  ['wait a second', undefined],
  ['the first or the second', undefined],
])('which of three: %s', (text, place) => {
  expect(placeSaid(text, 'en-GB', 3)).toBe(place);
});

test.each([
  ['cái đầu tiên', 0],
  ['cho tôi cái thứ hai', 1],
  ['cái cuối cùng nhé', 2],
  ['thứ hai tuần sau', undefined],
])('which of three, in Vietnamese: %s', (text, place) => {
  expect(placeSaid(text, 'vi-VN', 3)).toBe(place);
});

test.each([
  ['one', 'en-US', '1'],
  ['press two please', 'en-US', '2'],
  ['3.', 'en-US', '3'],
  ['hash', 'en-US', '#'],
  ['one or two', 'en-US', undefined],
  ['one moment', 'en-US', undefined],
  ['hai', 'vi-VN', '2'],
  ['bấm số một', 'vi-VN', '1'],
])('a key in words: %s', (text, language, key) => {
  expect(keySaid(text, language)).toBe(key);
});
