import { AsyncLocalStorage } from 'node:async_hooks';
import type { SpeechPrices } from '@parley/contract/speech-settings.ts';
import type { Agent } from '@parley/engine/ports/agent.ts';
import { type Cost, costOf, type SpeechUsage } from '@parley/speech/router/usage.ts';

/** What a conversation took of one engine, in one unit. */
export interface UsageLine {
  readonly kind: 'recognition' | 'synthesis' | 'language_model';
  /** By its name and options; of language models the model's. */
  readonly engine: string;
  readonly unit: UsageUnit;
  readonly quantity: number;
  /** Millionths; undefined where no price is known. */
  readonly costMicros: number | undefined;
  readonly currency: string | undefined;
}

export const usageUnits = [
  'requests',
  'audio_ms',
  'characters',
  'cached_characters',
  'input_tokens',
  'output_tokens',
] as const;
export type UsageUnit = (typeof usageUnits)[number];

export interface ModelUsage {
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Adds up what one stay of a conversation takes. */
export interface UsageMeter {
  /** For the router. */
  speech(usage: SpeechUsage): void;
  model(usage: ModelUsage): void;
  /** In whole numbers; none of nothing. */
  lines(): readonly UsageLine[];
}

/** Engines of one conversation; what is beyond is counted together. */
const maxLines = 60;

export function createUsageMeter(prices: SpeechPrices | undefined): UsageMeter {
  const sums = new Map<string, { line: UsageLine }>();
  const add = (kind: UsageLine['kind'], engine: string, unit: UsageUnit, quantity: number, cost?: Cost) => {
    if (quantity <= 0) return;
    const named = sums.size < maxLines || sums.has(`${kind} ${engine} ${unit}`) ? engine : 'others';
    const key = `${kind} ${named} ${unit}`;
    const before = sums.get(key)?.line;
    sums.set(key, {
      line: {
        kind,
        engine: named,
        unit,
        quantity: (before?.quantity ?? 0) + quantity,
        costMicros: cost === undefined ? before?.costMicros : (before?.costMicros ?? 0) + cost.micros,
        currency: cost?.currency ?? before?.currency,
      },
    });
  };
  return {
    speech(usage) {
      const kind = usage.kind === 'recognition' ? 'recognition' : 'synthesis';
      if (usage.kind === 'cachedSynthesis') {
        add(kind, usage.engine, 'cached_characters', usage.characters);
        return;
      }
      add(kind, usage.engine, 'requests', usage.requests);
      if (usage.kind === 'recognition') add(kind, usage.engine, 'audio_ms', usage.audioMs, usage.cost);
      else add(kind, usage.engine, 'characters', usage.characters, usage.cost);
    },
    model({ model, inputTokens, outputTokens }) {
      add('language_model', model, 'requests', 1);
      add(
        'language_model',
        model,
        'input_tokens',
        inputTokens,
        costOf(prices, model, { inputTokens, outputTokens: 0 }),
      );
      add(
        'language_model',
        model,
        'output_tokens',
        outputTokens,
        costOf(prices, model, { inputTokens: 0, outputTokens }),
      );
    },
    lines: () =>
      [...sums.values()].map(({ line }) => ({
        ...line,
        quantity: Math.round(line.quantity),
        costMicros: line.costMicros === undefined ? undefined : Math.round(line.costMicros),
      })),
  };
}

/** Whose thought is being thought: language models are shared by all conversations. */
const thinking = new AsyncLocalStorage<UsageMeter>();

/** The meter of the conversation for which a language model is asked right now; undefined outside of one. */
export function meterOfThought(): UsageMeter | undefined {
  return thinking.getStore();
}

/** The same agent; what its language model takes is counted by the meter. */
export function metered(agent: Agent, meter: UsageMeter): Agent {
  return {
    ...agent,
    respond: (request, signal) => {
      const source = thinking.run(meter, () => agent.respond(request, signal)[Symbol.asyncIterator]());
      const outputs: AsyncIterableIterator<Awaited<ReturnType<typeof source.next>>['value']> = {
        // A generator runs in the context of whoever asks for its next output.
        next: () => thinking.run(meter, () => source.next()),
        return: async (value) => {
          await thinking.run(meter, async () => source.return?.());
          return { done: true, value };
        },
        [Symbol.asyncIterator]: () => outputs,
      };
      return outputs;
    },
  };
}
