import { type HttpAnswer, httpCall } from '@parley/agent-worlds/http-call.ts';
import { errorAnswer } from './mews-wire.ts';
import { asPropertyErrors, refusalByStatus } from './property-call.ts';
import { PropertyError } from './property-error.ts';

/** Calls an operation of the Connector API, such as `reservations/add`; rejects with a `PropertyError`. */
export type MewsCall = (operation: string, signal: AbortSignal, body: object) => Promise<HttpAnswer>;

/** Every operation is a POST whose body says who asks. */
export function mewsClient(options: {
  readonly clientToken: string;
  readonly accessToken: string;
  readonly client: string;
  readonly platformUrl: string;
  readonly timeoutMs?: number;
}): MewsCall {
  const { clientToken: ClientToken, accessToken: AccessToken, client: Client } = options;
  return async (operation, signal, body) => {
    const answer = await asPropertyErrors(() =>
      httpCall({
        method: 'POST',
        url: `${options.platformUrl}/api/connector/v1/${operation}`,
        body: { ClientToken, AccessToken, Client, ...body },
        signal,
        ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      }),
    );
    if (answer.status < 400) return answer;
    const parsed = errorAnswer.safeParse(answer.json);
    const words = parsed.success ? parsed.data.Message : '';
    // Not a matter of rights: Mews says with 403 that a rule of the house forbids it.
    if (answer.status === 403) throw new PropertyError('refused', `Mews refused it: ${words}`);
    if (answer.status === 409)
      throw new PropertyError('unavailable', `The data has changed meanwhile: try again. ${words}`);
    throw refusalByStatus(answer.status, words);
  };
}
