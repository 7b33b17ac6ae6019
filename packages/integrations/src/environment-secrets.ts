import type { SecretSource } from './ports.ts';

/** `{ secret: BOOKING_API }` is the variable `PARLEY_SECRET_BOOKING_API`: no other variable of the process can be named. */
export function createEnvironmentSecrets(env: Readonly<Record<string, string | undefined>>): SecretSource {
  return {
    get: async (name) => env[`PARLEY_SECRET_${name.toUpperCase().replaceAll('-', '_')}`],
  };
}
