import { ProviderError } from '../provider/provider-failure.ts';
import type { ProviderAnswer } from './provider-request.ts';

/** Two seconds of 48 kHz sound in base64 with the times of its characters; no vendor puts as much into one. */
const maxLineCharacters = 1_000_000;

/**
 * The values of an answer that is one JSON value a line, as they come.
 * @throws ProviderError, or the signal's reason of the request
 */
export async function* jsonLines({ chunks }: ProviderAnswer): AsyncGenerator<unknown, void, undefined> {
  const decoder = new TextDecoder();
  let rest: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const [first = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n');
    rest.push(first);
    length += first.length;
    for (const next of others) {
      const line = rest.join('');
      rest = [next];
      length = next.length;
      if (line.trim() !== '') yield parse(line);
    }
    if (length > maxLineCharacters) throw protocolError(`A line of more than ${maxLineCharacters} characters came.`);
  }
  const last = `${rest.join('')}${decoder.decode()}`;
  if (last.trim() !== '') yield parse(last);
}

function parse(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return value;
  } catch {
    throw protocolError('A line came that is no JSON.');
  }
}

function protocolError(message: string): ProviderError {
  return new ProviderError({ code: 'provider_protocol', message });
}
