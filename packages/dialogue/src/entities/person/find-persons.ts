import type { EntityRequest, FoundEntity } from '../found-entity.ts';
import { findPersonName } from '../person-name.ts';
import { findVietnamesePerson } from './vietnamese-person.ts';

/** The name that the caller gives, as it is written on an envelope. */
export function findPersons(text: string, { language, asked }: EntityRequest): FoundEntity[] {
  const isAsked = asked === 'person';
  const name = language === 'vi' ? findVietnamesePerson(text, isAsked) : findPersonName(text, isAsked);
  return name === undefined ? [] : [{ kind: 'person', ...name }];
}
