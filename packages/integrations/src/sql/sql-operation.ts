import type { JsonValue } from 'jsonpath-rfc9535';
import type { Fail } from '../errors.ts';
import { fillingOf } from '../kinds/filling.ts';
import type { SqlOperation } from '../operations.ts';
import { SqlError, type SqlRunner } from '../ports.ts';
import { recordableText } from '../record.ts';
import type { TemplateScope } from '../values/template.ts';

/**
 * One statement. The answer is `{ rows, rowCount }`.
 * @throws IntegrationError
 */
export async function runSql(
  use: { readonly operation: SqlOperation; readonly scope: TemplateScope; readonly timeoutMs: number },
  runner: SqlRunner,
  fail: Fail,
  signal: AbortSignal,
): Promise<JsonValue> {
  const { operation, scope, timeoutMs } = use;
  const filling = fillingOf(scope, fail);
  const values = operation.values.map((template, index) => filling.value(template, `values.${index}`) ?? null);
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const readOnly = operation.effect === 'reads';
    const { statement: text, maxRows } = operation;
    const answer = await runner.run({ text, values, readOnly, timeoutMs, maxRows }, AbortSignal.any([signal, late]));
    // Whatever the driver made of special types, JSON is left.
    return JSON.parse(JSON.stringify({ rows: answer.rows, rowCount: answer.rowCount }));
  } catch (error) {
    if (signal.aborted) throw fail('cancelled', 'The use was given up.', { cause: error });
    if (late.aborted) throw fail('timed_out', `No answer within ${timeoutMs} ms.`, { cause: error });
    if (!(error instanceof SqlError)) throw error;
    const reason = recordableText(error.message);
    switch (error.kind) {
      case 'too_many_rows':
        throw fail('response_too_large', reason, { field: 'maxRows', cause: error });
      case 'failed':
        throw fail('sql_failed', reason, { field: 'statement', cause: error });
      case 'address_refused':
        throw fail('address_refused', reason, { field: 'connection', cause: error });
      default:
        throw fail(error.kind, reason, { cause: error });
    }
  }
}
