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
export async function recorded<Result>(of: Try, work: () => Promise<Outcome<Result>>): Promise<Result> {
  const startedEpochMs = of.clock.nowEpochMs();
  try {
    const { value, status, bytes, contentType } = await work();
    const fields = resultFieldNames(of.operation.result);
    tell(of, startedEpochMs, {
      outcome: 'ok',
      status,
      response: { bytes, contentType, fields },
      reason: undefined,
    });
    return value;
  } catch (error) {
    if (error instanceof IntegrationError) tell(of, startedEpochMs, failureOf(error));
    throw error;
  }
}

/** Tells `onCall` of a use that was not even sent. */
export function recordRefusal(of: Omit<Try, 'attempt'>, error: IntegrationError): void {
  tell({ ...of, attempt: 0 }, of.clock.nowEpochMs(), failureOf(error));
}

type Ending = Pick<IntegrationCall, 'outcome' | 'status' | 'response' | 'reason'>;

function failureOf({ reasonCode, details }: IntegrationError): Ending {
  return { outcome: reasonCode, status: details.status, response: undefined, reason: recordableText(details.reason) };
}

function tell(
  { clock, onCall, integration, operation, target, input, context, attempt }: Try,
  startedEpochMs: number,
  ending: Ending,
): void {
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
      ...ending,
    });
  } catch {
    // A record that fails must not make a booking look as if it had failed.
  }
}
