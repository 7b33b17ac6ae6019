import { hash, timingSafeEqual } from 'node:crypto';
import type { AuthenticationScheme } from './authenticate.ts';

/** The key that the server prints at its start: reads the records of the default organization, so that a newcomer sees them at once. */
export function createOperatorKeyScheme(operatorKey: string, organizationId: string): AuthenticationScheme {
  const expected = digestOf(operatorKey);
  return {
    identify: async (_request, credential) =>
      credential !== undefined && timingSafeEqual(digestOf(credential), expected)
        ? { actor: { kind: 'operator' }, organizationId, permissions: new Set(['conversations:read']) }
        : undefined,
  };
}

function digestOf(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
