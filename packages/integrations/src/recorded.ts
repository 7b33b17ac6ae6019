import type { JsonObject, ToolContext } from '@parley/dialogue/tools/tool.ts';
import { IntegrationError } from './errors.ts';
import type { Operation } from './operations.ts';
import type { Clock, IntegrationCall } from './ports.ts';
import { recordableInput, recordableText } from './record.ts';
import { resultFieldNames } from './values/result.ts';

/** One try of one use. */
export interface Try {
  readonly clock: Clock;
  readonly onCall: (call: IntegrationCall) => void;
  readonly integration: string;
  readonly operation: Operation;
  readonly target: string;
  readonly input: JsonObject;
  readonly context: ToolContext;
  readonly attempt: number;
}

/** What came of it. `status` only over HTTP. */
export interface Outcome<Result> {
  readonly value: Result;
  readonly status?: number;
  readonly bytes: number;
  readonly contentType: string;
}

/** Does the work and tells `onCall` of it, whatever comes of it. */
export async function recorded<Result>(
  { clock, onCall, integration, operation, target, input, context, attempt }: Try,
  work: () => Promise<Outcome<Result>>,
): Promise<Result> {
  const startedEpochMs = clock.nowEpochMs();
  const tell = (outcome: Pick<IntegrationCall, 'outcome' | 'status' | 'response' | 'reason'>) => {
    try {
      onCall({
        integration,
        operation: operation.name,
        startedEpochMs,
        durationMs: clock.nowEpochMs() - startedEpochMs,
        attempt,
        conversationId: context.conversationId,
        turnNumber: context.turnNumber,
        request: { target, input: recordableInput(operation.parameters, input) },
        ...outcome,
      });
    } catch {
      // A record that fails must not make a booking look as if it had failed.
    }
  };
  try {
    const { value, status, bytes, contentType } = await work();
    const fields = resultFieldNames(operation.result);
    tell({ outcome: 'ok', status, response: { bytes, contentType, fields }, reason: undefined });
    return value;
  } catch (error) {
    if (error instanceof IntegrationError)
      tell({
        outcome: error.reasonCode,
        status: error.details.status,
        response: undefined,
        reason: recordableText(error.details.reason),
      });
    throw error;
  }
}
