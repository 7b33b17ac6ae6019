import type { SecretReference } from '../definition.ts';
import type { Fail } from '../errors.ts';
import type { SecretSource } from '../ports.ts';

/** @throws IntegrationError `secret_missing`, naming the secret and the field that asks for it */
export async function readSecret(
  secrets: SecretSource,
  { secret }: SecretReference,
  field: string,
  fail: Fail,
  signal: AbortSignal,
): Promise<string> {
  const value = await secrets.get(secret, signal);
  if (value === undefined || value === '') throw fail('secret_missing', `There is no secret ${secret}.`, { field });
  // It goes into a header; the reason must not tell what it is.
  if (!/^[\x20-\x7e]+$/.test(value))
    throw fail('value_invalid', `The secret ${secret} has characters that no header can hold.`, { field });
  return value;
}
