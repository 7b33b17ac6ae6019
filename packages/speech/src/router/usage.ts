/** What a conversation used of an engine, told as it happens: for its bill. Failed uses count too: vendors bill what they were sent. */
export type SpeechUsage =
  | {
      readonly kind: 'recognition';
      /** As people write it: `deepgram?model=nova-3`. */
      readonly engine: string;
      readonly provider: string;
      /** Utterances, or parts of one that another engine took over. */
      readonly requests: number;
      /** Sound given to it, silence between utterances not counted. */
      readonly audioMs: number;
      readonly cost: Cost | undefined;
    }
  | {
      readonly kind: 'synthesis';
      readonly engine: string;
      readonly provider: string;
      readonly requests: number;
      /** UTF-16 units of the text, as vendors count them but for rare signs. */
      readonly characters: number;
      readonly cost: Cost | undefined;
    }
  /** A sentence that was kept as sound: no vendor was asked. */
  | {
      readonly kind: 'cachedSynthesis';
      readonly engine: string;
      readonly provider: string;
      readonly requests: number;
      readonly characters: number;
    };

export interface Cost {
  /** Millionths of the currency's unit, with fractions: to be rounded in the sum. */
  readonly micros: number;
  readonly currency: string;
}

/** What is paid, in the form of the contract's `SpeechPrices`. */
export interface Prices {
  readonly currency: string;
  readonly engines: Readonly<Record<string, EnginePrices>>;
}

interface EnginePrices {
  readonly per_minute?: number | undefined;
  readonly per_1000_characters?: number | undefined;
  readonly per_1m_input_tokens?: number | undefined;
  readonly per_1m_output_tokens?: number | undefined;
}

export type Quantity =
  | { readonly audioMs: number }
  | { readonly characters: number }
  | { readonly inputTokens: number; readonly outputTokens: number };

/**
 * What it costs. A price for the engine with its options goes before one for its name.
 * @param engine as people write it
 * @returns undefined when a price that it takes is not given: none is made up
 */
export function costOf(prices: Prices | undefined, engine: string, quantity: Quantity): Cost | undefined {
  if (prices === undefined) return undefined;
  const micros = microsOf(pricesOf(prices, engine), quantity);
  return micros === undefined ? undefined : { micros, currency: prices.currency };
}

function pricesOf({ engines }: Prices, engine: string): EnginePrices {
  const [name = engine] = engine.split('?', 1);
  for (const key of [engine, name]) {
    if (Object.hasOwn(engines, key)) return engines[key] ?? {};
  }
  return {};
}

function microsOf(prices: EnginePrices, quantity: Quantity): number | undefined {
  if ('audioMs' in quantity) return times(prices.per_minute, (quantity.audioMs / 60_000) * 1e6);
  if ('characters' in quantity) return times(prices.per_1000_characters, (quantity.characters / 1000) * 1e6);
  const input = times(prices.per_1m_input_tokens, quantity.inputTokens);
  const output = times(prices.per_1m_output_tokens, quantity.outputTokens);
  return input === undefined || output === undefined ? undefined : input + output;
}

function times(price: number | undefined, quantity: number): number | undefined {
  return price === undefined ? undefined : price * quantity;
}
