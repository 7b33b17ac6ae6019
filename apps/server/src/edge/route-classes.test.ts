import { expect, test } from 'vitest';
import { routeClass } from './route-classes.ts';

test.each([
  ['sign_in', 'sign_in'],
  ['refresh_tokens', 'sign_in'],
  ['open_conversation', 'open'],
  ['start_conversation', 'open'],
  ['process_input', 'conversation'],
  ['create_privacy_export', 'heavy'],
  // It looks through all that an organization has ever stored.
  ['create_privacy_erasure', 'heavy'],
  ['list_flows', 'other'],
] as const)('%s counts as %s', (routeId, kind) => expect(routeClass(routeId)).toBe(kind));
