import { describe, expect, it } from 'vitest';
import { ENGLISH_PHRASES } from './testing/english-phrases.ts';
import { valueFound } from './testing/find-row.ts';
import { VIETNAMESE_PHRASES } from './testing/vietnamese-phrases.ts';

describe('values in English phrases', () => {
  it.each(ENGLISH_PHRASES)('$kind of "$say" is $is', (row) => {
    expect(valueFound(row, 'en')).toEqual(row.is);
  });
});

describe('values in Vietnamese phrases', () => {
  it.each(VIETNAMESE_PHRASES)('$kind of "$say" is $is', (row) => {
    expect(valueFound(row, 'vi')).toEqual(row.is);
  });
});
