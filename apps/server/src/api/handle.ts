import type { Output, Reply, Route } from '@parley/contract/api/route.ts';
import { WireError } from '@parley/contract/errors.ts';
import { z } from 'zod';
import type { RequestContext } from './request-context.ts';

/** A route of the contract with what the server does for it. */
export interface HandledRoute {
  readonly route: Route;
  /** Parse what came and answer it. Throws WireError `invalid_request`, and what the handler throws. */
  run(
    sent: { readonly params: unknown; readonly query: unknown; readonly body: unknown },
    context: RequestContext,
  ): Promise<unknown>;
}

/**
 * Join a route to its handler, which is given parsed input and answers what the route's schema takes.
 * A reply without a schema (204, or bytes that the handler sends itself through `context.http`) is answered with undefined.
 */
export function handle<I extends z.ZodObject, R extends Reply>(
  route: Route<I, R>,
  handler: (input: z.output<I>, context: RequestContext) => Promise<Output<R>>,
): HandledRoute {
  return {
    route,
    run: async (sent, context) => {
      const input = route.input.safeParse(sent);
      if (input.success) return handler(input.data, context);
      throw refusal(input.error);
    },
  };
}

/** A path that can name nothing names nothing; all else is a mistake in the request. */
function refusal(error: z.ZodError): WireError {
  const [part, name] = error.issues.find(({ path }) => path[0] === 'params')?.path ?? [];
  if (part === undefined) return new WireError('invalid_request', z.treeifyError(error));
  return new WireError(name === 'conversation_id' ? 'conversation_not_found' : 'not_found');
}
