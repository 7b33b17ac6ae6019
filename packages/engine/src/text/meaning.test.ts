import { expect, it } from 'vitest';
import { isHesitation, sameMeaning } from './meaning.ts';

it.each([
  ['a haircut please', 'A haircut, please.', true],
  ['um a haircut please', 'a haircut uh please', true],
  ['dạ cho em đặt lịch', 'cho em đặt lịch ạ', true],
  ['a haircut', 'a haircut and a shave', false],
  ['friday', 'not friday', false],
])('%j means the same as %j: %s', (a, b, expected) => {
  expect(sameMeaning(a, b)).toBe(expected);
});

it.each([
  ['um', true],
  ['Uh, um…', true],
  ['ừm', true],
  ['dạ', false],
  ['um yes', false],
  ['', false],
])('%j is only a hesitation: %s', (text, expected) => {
  expect(isHesitation(text)).toBe(expected);
});
