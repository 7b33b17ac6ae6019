import { beginTimeLimit } from '../time-limit.ts';
import { type AnyTool, type Json, type JsonObject, type ToolContext, ToolError } from './tool.ts';

/**
 * Check the input and run the tool, no longer than `timeoutMs`.
 *
 * @throws ToolError `tool_input_wrong`, `tool_timed_out`, or the tool's own; whatever else it throws as it is
 */
export async function useTool(
  tool: AnyTool,
  input: JsonObject,
  context: ToolContext,
  timeoutMs: number,
): Promise<Json> {
  const read = tool.input.safeParse(input);
  if (!read.success) {
    const wrong = read.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`).join('; ');
    throw new ToolError('tool_input_wrong', `${tool.name} cannot take its input. ${wrong}`);
  }
  const limit = beginTimeLimit(context.signal, timeoutMs);
  const { signal } = limit;
  const gaveUp = Promise.withResolvers<never>();
  const onAbort = () =>
    gaveUp.reject(
      limit.isOver ? new ToolError('tool_timed_out', `${tool.name} took longer than ${timeoutMs} ms.`) : signal.reason,
    );
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    // A tool that does not heed its signal is left behind all the same.
    return await Promise.race([tool.run(read.data, { ...context, signal }), gaveUp.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    limit.end();
  }
}
