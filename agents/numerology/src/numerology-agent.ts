import { type LoadedAgent, loadAgent } from '@parley/dialogue/flow/load-agent.ts';
import type { FlowAgentOptions } from '@parley/dialogue/flow/runner/flow-agent.ts';
import type { FlowParts } from '@parley/dialogue/flow/runner/parts.ts';
import type { AnyTool } from '@parley/dialogue/tools/tool.ts';
import { numerologyTools } from './arithmetic/numerology-tools.ts';

export interface NumerologyOptions extends FlowAgentOptions {
  /** Which of its two languages it greets in; typed text in the other one changes over. */
  readonly language?: NumerologyLanguage;
  /** Asks for a person; without it the wish is recorded. */
  readonly handOff?: FlowParts['handOff'];
  /** In place of its own arithmetic, under the same names. */
  readonly tools?: readonly AnyTool[];
}

export type NumerologyLanguage = 'vi-VN' | 'en-US';

export interface NumerologyAgent extends LoadedAgent {
  readonly name: string;
  readonly description: string;
  /** What a caller may begin with. */
  readonly suggestions: readonly string[];
}

/** The folder with the agent's flows, examples and lists. */
const folder = new URL('..', import.meta.url);

/**
 * Numerology for fun, in Vietnamese and English: numbers from a date of birth and a name, with their meaning and arithmetic.
 *
 * @throws Error that lists what is wrong with its files
 */
export async function createNumerology({
  handOff,
  tools = numerologyTools(),
  ...options
}: NumerologyOptions = {}): Promise<NumerologyAgent> {
  const loaded = await loadAgent(folder, { tools, ...(handOff !== undefined && { handOff }) }, options);
  const inLanguage = options.language ?? 'vi-VN';
  return { ...loaded, name: names[inLanguage], description: descriptions[inLanguage], suggestions: first[inLanguage] };
}

const names: Readonly<Record<NumerologyLanguage, string>> = { 'vi-VN': 'Thần số học', 'en-US': 'Numerology' };

const descriptions: Readonly<Record<NumerologyLanguage, string>> = {
  'vi-VN': 'Xem các con số theo ngày sinh và tên, kèm ý nghĩa và cách tính. Cho vui thôi.',
  'en-US': 'Finds the numbers in a birthday and a name, with their meaning and their arithmetic. For fun.',
};

const first: Readonly<Record<NumerologyLanguage, readonly string[]>> = {
  'vi-VN': ['Số chủ đạo của mình là gì?', 'Xem các số theo tên', 'Năm nay của mình thế nào?'],
  'en-US': ['What’s my life path?', 'What are the numbers in my name?', 'How is my year looking?'],
};
