import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlowError } from '../flow/flow-error.ts';
import { findEntities } from './find-entities.ts';
import { ENTITY_KINDS, type EntityRequest } from './found-entity.ts';
import { ENGLISH_PHRASES } from './testing/english-phrases.ts';
import { requestOf } from './testing/find-row.ts';
import { VIETNAMESE_PHRASES } from './testing/vietnamese-phrases.ts';

const LISTS = {
  rooms: [
    { value: 'double', names: ['double room', 'phòng đôi'] },
    { value: 'suite', names: ['suite', 'phòng hạng sang'] },
  ],
  cities: Array.from({ length: 500 }, (_, index) => ({
    value: `c${index}`,
    names: [`city${index}`, `thành phố ${index}`],
  })),
};

function requestFor(language: 'en' | 'vi', asked?: EntityRequest['asked']): EntityRequest {
  const row = { say: '', kind: 'number', is: undefined } as const;
  return {
    ...requestOf(row, language),
    kinds: ENTITY_KINDS,
    lists: LISTS,
    patterns: { order: '[A-Z]{2}-\\d{4}', nested: '(a+)+$' },
    asked,
  };
}

/** Pieces of what finders look for, in no sensible order. */
const words = [...ENGLISH_PHRASES, ...VIETNAMESE_PHRASES].flatMap(({ say }) => say.split(' '));
const babble = fc.array(
  fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...words) }, fc.string({ unit: 'grapheme', maxLength: 8 })),
  {
    maxLength: 60,
  },
);
const utterance = fc.oneof(
  babble.map((parts) => parts.join(' ')),
  fc.string({ unit: 'binary', maxLength: 300 }),
);
const kind = fc.option(fc.constantFrom(...ENTITY_KINDS), { nil: undefined });

const MAX_MS = 3000;

describe('whatever is said', () => {
  it.each(['en', 'vi'] as const)('is read without an error, and values lie where they were said (%s)', (language) => {
    fc.assert(
      fc.property(utterance, kind, (text, asked) => {
        for (const entity of findEntities(text, requestFor(language, asked))) {
          expect(entity.start).toBeGreaterThanOrEqual(0);
          expect(entity.end).toBeLessThanOrEqual(text.length);
          expect(entity.end).toBeGreaterThanOrEqual(entity.start);
          expect(text.slice(entity.start, entity.end)).toBe(entity.text);
          expect(JSON.parse(JSON.stringify(entity.value))).toEqual(entity.value);
          expect(entity.confidence ?? 1).toBeGreaterThan(0);
          expect(entity.confidence ?? 1).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  it.each([
    'one '.repeat(500),
    'twenty seven '.repeat(154),
    'a '.repeat(1000),
    'double '.repeat(286),
    'a@'.repeat(1000),
    'a.'.repeat(1000),
    `${'a'.repeat(1999)}!`,
    '1,'.repeat(1000),
    '1'.repeat(2000),
    'dot at '.repeat(286),
    'hai mươi '.repeat(222),
    'không '.repeat(333),
    'tên tôi là '.repeat(180),
    'my name is '.repeat(180),
    'city499 '.repeat(250),
    'nghìn triệu '.repeat(166),
  ])('is read in bounded time, be it 2,000 hostile characters (%#)', (text) => {
    for (const language of ['en', 'vi'] as const) {
      for (const asked of [undefined, 'email', 'phone', 'pattern', 'list'] as const) {
        findEntities('one', requestFor(language, asked));
        // A tenth of a second at most on an idle machine; the best of three tells a blow-up from a busy one.
        let best = Number.POSITIVE_INFINITY;
        for (let run = 0; run < 3 && best >= MAX_MS; run += 1) {
          const began = performance.now();
          findEntities(text.slice(0, 2000), requestFor(language, asked));
          best = Math.min(best, performance.now() - began);
        }
        expect(best).toBeLessThan(MAX_MS);
      }
    }
  });

  it('names a pattern that cannot be read by its code', () => {
    const request = { ...requestFor('en'), kinds: ['pattern'], patterns: { bad: '(?=a)' } } as const;
    expect(() => findEntities('a', request)).toThrowError(FlowError);
    expect(() => findEntities('a', request)).toThrowError(/pattern_invalid/);
  });
});
