import { MockLanguageModelV4 } from 'ai/test';

/** A piece of a scripted answer of a language model. */
export type ScriptedPart =
  /** Words, streamed in small pieces. */
  | string
  | { readonly tool: string; readonly input?: unknown; readonly id?: string }
  /** The stream says that it failed. */
  | { readonly fails: unknown }
  /** Nothing comes until it is resolved. */
  | { readonly waitsFor: Promise<unknown> }
  /** Nothing comes any more; not even the signal ends it. */
  | { readonly hangs: true }
  /** The answer has reached the most tokens. */
  | { readonly cutShort: true };

export interface ScriptedAnswer {
  readonly parts: readonly ScriptedPart[];
  /** Counted by the provider; left out: not counted. */
  readonly tokens?: { readonly input: number; readonly output: number };
}

export interface ScriptedModel {
  readonly model: MockLanguageModelV4;
  /** What each answer was asked with, as the provider is given it. */
  readonly asked: MockLanguageModelV4['doStreamCalls'];
  /** Answers that nobody asked for yet. */
  readonly left: number;
}

/** A model of the AI SDK that says what it is told to, answer by answer. One that is asked for more fails. */
export function scriptedModel(...answers: readonly (readonly ScriptedPart[] | ScriptedAnswer)[]): ScriptedModel {
  const left = answers.map((answer) => ('parts' in answer ? answer : { parts: answer }));
  const model = new MockLanguageModelV4({
    doStream: async () => {
      const answer = left.shift();
      if (answer === undefined) throw new Error('The script has no more answers.');
      return { stream: streamOf(answer) };
    },
  });
  return {
    model,
    asked: model.doStreamCalls,
    get left() {
      return left.length;
    },
  };
}

export type ModelPrompt = MockLanguageModelV4['doStreamCalls'][number]['prompt'];

/** A model that answers each prompt as it is told to, as often as it is asked. */
export function answeringModel(
  answer: (prompt: ModelPrompt, count: number) => readonly ScriptedPart[],
): MockLanguageModelV4 {
  let count = 0;
  return new MockLanguageModelV4({
    doStream: async ({ prompt }) => {
      count += 1;
      return { stream: streamOf({ parts: answer(prompt, count) }) };
    },
  });
}

type ModelStream = Awaited<ReturnType<MockLanguageModelV4['doStream']>>['stream'];
type StreamPart = ModelStream extends ReadableStream<infer Part> ? Part : never;

function streamOf({ parts, tokens }: ScriptedAnswer): ModelStream {
  return new ReadableStream<StreamPart>({
    async start(stream) {
      stream.enqueue({ type: 'stream-start', warnings: [] });
      let hasCalls = false;
      let cutShort = false;
      for (const [index, part] of parts.entries()) {
        if (typeof part === 'string') {
          const id = `text_${index}`;
          stream.enqueue({ type: 'text-start', id });
          for (const piece of part.match(/.{1,4}/gsu) ?? []) stream.enqueue({ type: 'text-delta', id, delta: piece });
          stream.enqueue({ type: 'text-end', id });
        } else if ('tool' in part) {
          hasCalls = true;
          const input = typeof part.input === 'string' ? part.input : JSON.stringify(part.input ?? {});
          stream.enqueue({ type: 'tool-call', toolCallId: part.id ?? `call_${index}`, toolName: part.tool, input });
        } else if ('fails' in part) {
          stream.enqueue({ type: 'error', error: part.fails });
          stream.close();
          return;
        } else if ('waitsFor' in part) await part.waitsFor;
        else if ('hangs' in part) return;
        else cutShort = true;
      }
      stream.enqueue({
        type: 'finish',
        finishReason: { unified: cutShort ? 'length' : hasCalls ? 'tool-calls' : 'stop', raw: undefined },
        usage: {
          inputTokens: { total: tokens?.input, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
          outputTokens: { total: tokens?.output, text: undefined, reasoning: undefined },
        },
      });
      stream.close();
    },
  });
}
