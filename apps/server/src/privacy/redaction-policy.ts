import {
  organizationSettingsSchema,
  redactionClasses,
  type redactionDestinations,
} from '@parley/contract/organization-settings.ts';
import { z } from 'zod';
import type { PersonalClass } from './personal-data.ts';

/** `off`: as it is. `mask`: enough stays to tell two apart. `remove`: its kind stands in its place. */
export type RedactionMode = 'off' | 'mask' | 'remove';
export type RedactionDestination = (typeof redactionDestinations)[number];

/** What happens to personal data on its way to one destination. */
export interface RedactionPolicy {
  readonly modes: Readonly<Record<PersonalClass, RedactionMode>>;
  /** RE2 expressions: what is personal to one organization. */
  readonly customPatterns: readonly string[];
}

const all = (mode: RedactionMode): Record<PersonalClass, RedactionMode> => ({
  email: mode,
  phone: mode,
  card: mode,
  iban: mode,
  secret: mode,
  name: mode,
  address: mode,
  custom: mode,
});

/** Where an organization says nothing. */
export const redactionDefaults: Readonly<Record<RedactionDestination, Readonly<Record<PersonalClass, RedactionMode>>>> =
  {
    // Whoever reads logs keeps a server alive; for that nobody needs to know who called.
    logs: all('remove'),
    // They leave the house. What is masked still tells that there was a number and which of two it was.
    events: { ...all('mask'), secret: 'remove', card: 'remove', iban: 'remove' },
    // What was asked for by somebody who may; but no card, no account and no password helps anybody there.
    exports: { ...all('off'), secret: 'remove', card: 'mask', iban: 'mask', custom: 'mask' },
    // The record that people work with: names and numbers are what it is about.
    transcripts: { ...all('off'), secret: 'remove', card: 'mask', iban: 'mask', custom: 'mask' },
  };

/** The policy of an organization for a destination; what its settings do not say is as by default. */
export function redactionPolicyOf(settings: unknown, destination: RedactionDestination): RedactionPolicy {
  const { redaction } = storedSchema.parse(settings);
  return {
    modes: { ...redactionDefaults[destination], ...redaction?.destinations?.[destination] },
    customPatterns: redaction?.custom_patterns?.map(({ pattern }) => pattern) ?? [],
  };
}

/** The classes that are looked for at all. */
export function activeClasses({ modes }: RedactionPolicy): ReadonlySet<PersonalClass> {
  return new Set(redactionClasses.filter((name) => modes[name] !== 'off'));
}

/** Settings of a newer or older version must not keep an organization from talking: then the defaults hold. */
const storedSchema = z
  .object({ redaction: organizationSettingsSchema.shape.redaction.catch(undefined) })
  .catch({ redaction: undefined });
