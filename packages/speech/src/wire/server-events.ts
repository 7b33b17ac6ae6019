import { createParser } from 'eventsource-parser';
import { ProviderError } from '../provider/provider-failure.ts';
import type { ProviderAnswer } from './provider-request.ts';

/** One event longer than this is none that a provider sends. */
const maxEventBytes = 1_000_000;

/**
 * The data of each server-sent event of an answer, as it comes.
 * @throws ProviderError, or the signal's reason of the request
 */
export async function* serverEvents({ chunks }: ProviderAnswer): AsyncGenerator<string, void, undefined> {
  const ready: string[] = [];
  const parser = createParser({
    maxBufferSize: maxEventBytes,
    onEvent: ({ data }) => ready.push(data),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw tooLong();
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* ready.splice(0);
  }
}

function tooLong(): ProviderError {
  return new ProviderError({
    code: 'provider_protocol',
    message: `An event of more than ${maxEventBytes} bytes came.`,
  });
}
