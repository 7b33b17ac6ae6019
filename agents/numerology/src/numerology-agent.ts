import type { BuildOptions } from '@parley/dialogue/flow/build-agent.ts';
import { type LoadedAgent, loadAgent } from '@parley/dialogue/flow/load-agent.ts';
import type { FlowParts } from '@parley/dialogue/flow/runner/parts.ts';
import type { AnyTool } from '@parley/dialogue/tools/tool.ts';
import { numerologyTools } from './arithmetic/numerology-tools.ts';
import { type NumerologyLanguage, numerologyTexts } from './numerology-texts.ts';

export interface NumerologyOptions extends BuildOptions {
  /** Which of its two languages it greets in; typed text in the other one changes over. */
  readonly language?: NumerologyLanguage;
  /** Asks for a person; without it the wish is recorded. */
  readonly handOff?: FlowParts['handOff'];
  /** In place of its own arithmetic, under the same names. */
  readonly tools?: readonly AnyTool[];
}

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
  return { ...loaded, ...numerologyTexts[options.language ?? 'vi-VN'] };
}
