import { z } from 'zod';
import type { HttpIntegration } from '../definition.ts';
import type { GraphqlOperation } from '../operations.ts';
import { recordableText } from '../record.ts';
import { fillingOf } from './filling.ts';
import type { HttpKind } from './http-kind.ts';
import { readJson } from './json-answer.ts';

const errorsSchema = z.object({
  errors: z
    .array(
      z.object({
        message: z.string().catch('no message'),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.object({ code: z.string().optional() }).optional().catch(undefined),
      }),
    )
    .min(1),
});

/** GraphQL over POST. An answer with errors is a failure, also where it has data besides. */
export function graphqlKind(definition: HttpIntegration, operation: GraphqlOperation): HttpKind {
  return {
    target: `POST ${operation.operationName ?? operation.name}`,
    mayRepeat: operation.effect === 'reads',
    errorCodes: operation.errorCodes,
    idempotencyHeader: operation.idempotencyHeader,
    ask(scope, fail) {
      const variables = fillingOf(scope, fail).json(operation.variables, 'variables');
      const { query, operationName } = operation;
      return {
        method: 'POST',
        url: new URL(definition.baseUrl),
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables, ...(operationName === undefined ? {} : { operationName }) }),
      };
    },
    explain(answer, fail) {
      // Of a server in trouble or one that asks for patience, the status says more.
      if (answer.status >= 500 || answer.status === 401 || answer.status === 429) return;
      const failed = errorsSchema.safeParse(parse(answer.text));
      if (!failed.success) return;
      const [first] = failed.data.errors;
      const code = first?.extensions?.code;
      const said = `${code === undefined ? '' : `${code}: `}${first?.message ?? ''}`;
      const field = first?.path?.join('.');
      throw fail('graphql_failed', recordableText(said), {
        status: answer.status,
        ...(field === undefined ? {} : { field }),
      });
    },
    read(answer, fail) {
      const value = readJson(answer, fail);
      if (typeof value !== 'object' || value === null || Array.isArray(value) || value.data === undefined)
        throw fail('response_malformed', 'The answer has no data.', { status: answer.status });
      return value.data;
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
