import { describe, expect, it } from 'vitest';
import { tokenize } from '../entity.ts';
import { readNumber } from './number-words.ts';

function read(text: string, language: 'en' | 'vi'): number | string | undefined {
  const tokens = tokenize(text);
  const number = readNumber(tokens, 0, language);
  if (number === undefined) return undefined;
  const rest = tokens.slice(number.length).map((token) => token.text);
  const value = number.ordinal ? `${number.value}.` : number.value;
  return rest.length === 0 ? value : `${value} + ${rest.join(' ')}`;
}

describe('whole numbers in English words', () => {
  it.each([
    ['zero', 0],
    ['seven', 7],
    ['twenty-three', 23],
    ['twenty three', 23],
    ['twenty, three', '20 + three'],
    ['a hundred', 100],
    ['hundred and twenty', 120],
    ['two hundred and five', 205],
    ['two hundred five', 205],
    ['two hundred and a half', '200 + and a half'],
    ['two and three', '2 + and three'],
    ['fifteen hundred', 1500],
    ['a thousand', 1000],
    ['five thousand and twelve', 5012],
    ['one hundred twenty three thousand four hundred fifty six', 123_456],
    ['two million three hundred thousand and one', 2_300_001],
    ['a billion', 1_000_000_000],
    ['5 thousand', 5000],
    ['500k', 500_000],
    ['5 k', '5 + k'],
    ['a dozen', 12],
    ['two dozen eggs', '24 + eggs'],
    ['a couple of', '2 + of'],
    ['2nd', '2.'],
    ['second', '2.'],
    ['twenty first', '21.'],
    ['hundredth', '100.'],
    ['two hundred and third', '203.'],
    ['two thousandth', '2000.'],
    ['one second', '1 + second'],
    ['twenty twenty six', '20 + twenty six'],
    ['nineteen ninety nine', '19 + ninety nine'],
    ['three thousand two million', '3002 + million'],
    ['a house', undefined],
    ['and five', undefined],
    ['tent', undefined],
    ['9999999999999999', undefined],
  ])('reads "%s" as %s', (text, expected) => {
    expect(read(text, 'en')).toBe(expected);
  });
});

describe('whole numbers in Vietnamese words', () => {
  it.each([
    ['không', 0],
    ['năm', 5],
    ['mười', 10],
    ['mười một', 11],
    ['mười mốt', 11],
    ['mười lăm', 15],
    ['mười năm', '10 + năm'],
    ['hai mươi', 20],
    ['hai mươi mốt', 21],
    ['hai mươi ba', 23],
    ['hai mươi tư', 24],
    ['hai mươi lăm', 25],
    ['hai mươi nhăm', 25],
    ['hai mươi năm', '20 + năm'],
    ['ba lăm', 35],
    ['tám tư', 84],
    ['hăm ba', 23],
    ['ba chục', 30],
    ['một tá', 12],
    ['một trăm', 100],
    ['một trăm linh năm', 105],
    ['một trăm lẻ năm', 105],
    ['một trăm hai', 120],
    ['một trăm năm mươi', 150],
    ['một trăm năm', '100 + năm'],
    ['ba trăm hai mươi mốt', 321],
    ['trăm nghìn', 100_000],
    ['hai nghìn', 2000],
    ['hai ngàn', 2000],
    ['hai nghìn năm trăm', 2500],
    ['hai nghìn năm', '2000 + năm'],
    ['ba nghìn không trăm linh hai', 3002],
    ['năm trăm nghìn', 500_000],
    ['hai triệu rưỡi', 2_500_000],
    ['hai triệu ba', 2_300_000],
    ['hai triệu năm trăm nghìn', 2_500_000],
    ['hai triệu năm trăm', 2_500_000],
    ['2 triệu 350', 2_350_000],
    ['2tr5', 2_500_000],
    ['500k', 500_000],
    ['một tỷ hai trăm triệu', 1_200_000_000],
    ['ba tỉ hai', 3_200_000_000],
    ['hai muoi lam', 25],
    ['mot tram linh nam', 105],
    ['hai trieu ruoi', 2_500_000],
    ['thứ hai', '2.'],
    ['thứ nhất', '1.'],
    ['hai, ba', '2 + ba'],
    ['sau năm giờ', undefined],
    ['trăm', undefined],
    ['mươi', undefined],
  ])('reads "%s" as %s', (text, expected) => {
    expect(read(text, 'vi')).toBe(expected);
  });
});
