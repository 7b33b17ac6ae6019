import { describe, expect, it } from 'vitest';
import { BLIND_ENGLISH, BLIND_VIETNAMESE } from './testing/blind-phrases.ts';
import { valueFound } from './testing/find-row.ts';

describe('values in English phrases that were written before the finders', () => {
  it.each(BLIND_ENGLISH)('$kind of "$say" is $is', (row) => {
    expect(valueFound(row, 'en')).toEqual(row.is);
  });
});

describe('values in Vietnamese phrases that were written before the finders', () => {
  it.each(BLIND_VIETNAMESE)('$kind of "$say" is $is', (row) => {
    expect(valueFound(row, 'vi')).toEqual(row.is);
  });
});
