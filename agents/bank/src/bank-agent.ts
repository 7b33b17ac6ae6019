import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import type { BuildOptions, BuiltAgent } from '@parley/dialogue/flow/build-agent.ts';
import { loadAgent } from '@parley/dialogue/flow/load-agent.ts';
import type { HandOff } from '@parley/dialogue/flow/runner/parts.ts';
import type { Bank } from './bank/bank.ts';
import { bankApi } from './bank/bank-api.ts';
import { bankTools } from './bank-tools.ts';
import { startBankSandbox } from './sandbox/sandbox-server.ts';

export interface BankOptions extends BuildOptions {
  /** The bank that it speaks for; a sandbox of its own, over its API on a port of loopback, if left out. */
  readonly bank?: Bank;
  /** Without it callers hear that nobody is free, and their wish is noted. */
  readonly handOff?: HandOff;
}

export interface BankAgent extends BuiltAgent {
  readonly definition: AgentDefinition;
  readonly name: string;
  /** What it is for, in a sentence. */
  readonly description: string;
  /** First sentences for callers who do not know what to say. */
  readonly suggestions: readonly string[];
  /** Ends the sandbox, if it has one of its own. */
  close(): Promise<void>;
}

/**
 * The bank's telephone agent, as its folder describes it.
 *
 * @throws Error that lists what is wrong with the folder; what the sandbox throws when it cannot listen
 */
export async function createBank({ bank: given, handOff, ...options }: BankOptions = {}): Promise<BankAgent> {
  const { bank, close } = given === undefined ? await sandbox() : { bank: given, close: nothingToClose };
  try {
    const { definition, agent, vocabulary } = await loadAgent(
      new URL('..', import.meta.url),
      { tools: bankTools(bank), ...(handOff && { handOff }) },
      options,
    );
    const { name, description } = definition;
    return { definition, agent, vocabulary, name, description, suggestions, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const suggestions = [
  'What’s my balance? (Try customer number 10482736, PIN 4821)',
  'Send forty euros to Tom',
  'I’ve lost my credit card',
];

async function sandbox(): Promise<{ readonly bank: Bank; close(): Promise<void> }> {
  const { url: baseUrl, clientId, clientSecret, close } = await startBankSandbox();
  return { bank: bankApi({ baseUrl, clientId, clientSecret }), close };
}

async function nothingToClose(): Promise<void> {}
