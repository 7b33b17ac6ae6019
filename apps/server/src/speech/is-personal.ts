import { redactionClasses } from '@parley/contract/organization-settings.ts';
import { findPersonalData } from '../privacy/personal-data.ts';

const classes = new Set(redactionClasses);
/** Numbers of customers, bookings and rooms belong to somebody, whatever an organization's numbers look like. */
const longNumber = /\d[\d .-]{2,}\d/;

/** Whether a sentence tells of a person: it is not kept as sound then. Finds rather too much than too little. */
export function isPersonal(text: string): boolean {
  return longNumber.test(text) || findPersonalData(text, { classes, customPatterns: [], names: [] }).length > 0;
}
