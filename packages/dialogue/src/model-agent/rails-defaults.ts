import type { Rails } from './persona.ts';
import { noRails } from './rails/check-sentence.ts';

/** Nothing is forbidden beyond what is never said: numbers in full, deeds that were not done. */
export const railsDefaults: Rails = { ...noRails, fulfils: {}, confirmFirst: [], untrusted: [] };
