import { describe, expect, it } from 'vitest';
import { completeness } from './completeness.ts';

function kindOf(text: string, expects: string | undefined, language = 'en-US'): string {
  return completeness(text, expects, language).kind;
}

describe('what is dictated', () => {
  it.each([
    ['four one five', 'phone'],
    ['four one five um', 'phone'],
    ['double five oh', 'phone'],
    ['my account number is two two', undefined],
    ['four two four two four two four two four two four two', 'digits'],
    ['s m i', 'spelling'],
    ['b as in bravo', 'spelling'],
    ['ess em', 'spelling'],
    ['my name is smith s m', undefined],
    ['john dot smith', 'email'],
    ['john dot smith at', 'email'],
    ['john dot smith at gmail', undefined],
    ['twelve', 'address'],
    ['twelve baker', 'address'],
    ['twelve baker street', 'address'],
  ])('goes on after %j, asked for %s', (text, expects) => {
    expect(kindOf(text, expects)).toBe('dictating');
  });

  it.each([
    ['không chín một hai ba', 'phone'],
    ['số của em là không chín', undefined],
    ['nờ gờ u', 'spelling'],
    ['lan chấm trần a còng', 'email'],
    ['số mười hai đường lê lợi phường', 'address'],
  ])('goes on in Vietnamese after %j, asked for %s', (text, expects) => {
    expect(kindOf(text, expects, 'vi-VN')).toBe('dictating');
  });

  it.each([
    ['four one five double five five one two three four', 'phone'],
    ['oh two oh seven nine four six oh nine five eight', 'phone'],
    ["seven seven one two that's it", 'digits'],
    ['four two four two four two four two four two four two four two four two', 'digits'],
    ['my name is smith s m i t h', undefined],
    ['john dot smith at example dot com', 'email'],
    ['info at shop dot co dot uk', 'email'],
    ['twelve baker street london', 'address'],
  ])('is whole: %j, asked for %s', (text, expects) => {
    expect(kindOf(text, expects)).toBe('complete');
  });

  it.each([
    ['không chín một hai ba bốn năm sáu bảy tám', 'phone'],
    ['bảy bảy một hết ạ', 'digits'],
    ['lan chấm trần a còng gờ meo chấm com', 'email'],
  ])('is whole in Vietnamese: %j, asked for %s', (text, expects) => {
    expect(kindOf(text, expects, 'vi-VN')).toBe('complete');
  });

  it.each(['three thirty', 'twenty twenty six', 'we are four', 'see you at ten', 'i see you are there'])(
    'is not a number or a name that is spelled: %s',
    (text) => {
      expect(kindOf(text, undefined)).not.toBe('dictating');
    },
  );
});
