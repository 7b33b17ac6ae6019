import { expect, test } from 'vitest';
import { isStreetAddress } from './street-address.ts';

test.each([
  ['5 Main Street', 'en'],
  ['five main street', 'en'],
  ["it's 1204 North Elm Avenue, Springfield", 'en'],
  ['the address is 12b Old Mill Road', 'en'],
  ['số 12 đường Lê Lợi', 'vi'],
] as const)('%s is an address', (text, language) => expect(isStreetAddress(text, language)).toBe(true));

test.each([
  ['415', 'en'],
  ['four one five', 'en'],
  ['five wait a moment', 'en'],
  ['4 pm', 'en'],
  ['3 pm, 5 Main Street', 'en'],
  ['5 Main Street at noon', 'en'],
  ['noon, and I live at 5 Main Street', 'en'],
  ['5 Main Street tomorrow', 'en'],
  ['12 đường Lê Lợi chiều mai', 'vi'],
  ['415 555 2671, I live on Main Street', 'en'],
  ['4155552671 5 Main Street', 'en'],
  ['không chín một hai', 'vi'],
  ['5 giờ chiều', 'vi'],
] as const)('%s is none', (text, language) => {
  expect(isStreetAddress(text, language)).toBe(false);
});
