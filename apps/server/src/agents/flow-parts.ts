import { createAsyncCodeSandbox } from '@parley/dialogue/code/async-code-sandbox.ts';
import type { FlowParts } from '@parley/dialogue/flow/runner/parts.ts';
import { createModelStep } from '@parley/dialogue/model-agent/flow-model-step.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { LanguageModel } from '@parley/speech/language-models/language-model.ts';

/** What flows may use besides tools. The thread of code steps begins with the first agent that has one. */
export function createFlowParts(
  model: LanguageModel | undefined,
  clock: Clock,
  onError: (error: unknown, context: string) => void,
  own: (close: () => Promise<void>) => void,
): Pick<FlowParts, 'code' | 'model'> {
  let sandbox: ReturnType<typeof createAsyncCodeSandbox> | undefined;
  own(async () => (await sandbox)?.close());
  return {
    code: {
      async run(source, input, limits) {
        sandbox ??= createAsyncCodeSandbox();
        try {
          return await (await sandbox).run(source, input, limits);
        } catch (error) {
          // The next step tries to start the thread again.
          sandbox = undefined;
          onError(error, 'the thread of code steps');
          return { kind: 'failed', code: 'unavailable' };
        }
      },
    },
    ...(model !== undefined && { model: createModelStep({ model, clock, onError }) }),
  };
}
