import { WireError } from '@parley/contract/errors.ts';

/** Whose data is looked for: by what they are known by here. */
export interface Person {
  /** As it was given. */
  readonly given: string;
  readonly kind: 'email' | 'phone' | 'caller_id';
  /** What is looked for: lower case; of telephones the digits that are the same however they are dialled. */
  readonly needle: string;
}

/**
 * An address of e-mail, a telephone number in any form, or the id that a channel gives its callers.
 * @throws WireError `invalid_request` for what would find half of everybody
 */
export function parsePerson(text: string): Person {
  const given = text.trim();
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(given)) return { given, kind: 'email', needle: given.toLowerCase() };
  const digits = given.replaceAll(/\D/g, '');
  if (/^[+\d(][\d\s().-]*$/.test(given) && digits.length >= shortestPhone) {
    return { given, kind: 'phone', needle: digits.replace(/^0+/, '').slice(-significantDigits) };
  }
  if (given.length < shortestId || digits.length === given.length) {
    throw new WireError('invalid_request', {
      person:
        'Give an address of e-mail, a telephone number of 8 digits or more, or a caller id of 6 characters or more.',
    });
  }
  return { given, kind: 'caller_id', needle: given.toLowerCase() };
}

const shortestPhone = 8;
const shortestId = 6;
/** With or without the country's code and the zero before it, these are the last ones of it. */
const significantDigits = 9;
