import { WireError } from '@parley/contract/errors.ts';
import { type IntegrationInput, integrationSchema } from '@parley/integrations/definition.ts';
import type { IntegrationSettings } from './integrations-repository.ts';

/**
 * An organization's integration as the tools are made of it. What it reaches is decided by whoever runs the server (the guard that it is
 * opened with), never by the organization.
 *
 * @throws WireError `integration_invalid` that says which field is wrong
 */
export function integrationDefinition(
  name: string,
  { type, baseUrl, auth, mappings, timeoutMs, ratePerMinute }: IntegrationSettings,
): IntegrationInput {
  const { allowPrivateAddresses: _asked, ...rest } = mappings;
  const connection = /^secret:(.+)$/.exec(baseUrl)?.[1];
  const reach = type === 'sql' ? { connection: { secret: connection ?? '' } } : { baseUrl, auth };
  const read = integrationSchema.safeParse({
    ...rest,
    id: name,
    kind: type,
    ...reach,
    timeoutMs,
    ratePerMinute,
  });
  if (read.success) return read.data;
  throw new WireError('integration_invalid', {
    problems: read.error.issues.slice(0, 20).map(({ path, message }) => ({ field: path.join('.'), message })),
  });
}

/** The tools that come of it; none of one that this version of the server cannot read (any more): it is listed, to be mended. */
export function toolNames({ name, ...settings }: IntegrationSettings & { readonly name: string }): string[] {
  try {
    return integrationDefinition(name, settings).operations.map((operation) => `${name}_${operation.name}`);
  } catch (error) {
    if (error instanceof WireError) return [];
    throw error;
  }
}
