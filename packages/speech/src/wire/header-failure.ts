import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { ProviderFailure } from '../provider/provider-failure.ts';

/** What is wrong with headers before they are sent. Named without their values: what sends them would quote those, keys among them. */
export function headerFailure(headers: Readonly<Record<string, string>>): ProviderFailure | undefined {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      return { code: 'provider_refused', message: `The header ${JSON.stringify(name)} holds what no header may.` };
    }
  }
  return undefined;
}
