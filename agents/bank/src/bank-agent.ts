import type { BuildOptions } from '@parley/dialogue/flow/build-agent.ts';
import { type LoadedAgent, loadAgent } from '@parley/dialogue/flow/load-agent.ts';
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

export interface BankAgent extends LoadedAgent {
  readonly name: string;
  /** What it is for, in a sentence. */
  readonly description: string;
  /** First sentences for callers who do not know what to say. */
  readonly suggestions: readonly string[];
  /** What it speaks for: for its twin, see `createBankModelAgent`. */
  readonly bank: Bank;
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
    const parts = { tools: bankTools(bank), ...(handOff !== undefined && { handOff }) };
    const loaded = await loadAgent(new URL('..', import.meta.url), parts, options);
    const { name, description } = loaded.definition;
    const suggestions = given === undefined ? [...firstWords, sandboxCustomer] : firstWords;
    return { ...loaded, name, description, suggestions, bank, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const firstWords: readonly string[] = ['Send forty euros to Tom', 'I’ve lost my credit card'];
const sandboxCustomer = 'What’s my balance? (try customer 10482736, PIN 4821)';

async function sandbox(): Promise<{ readonly bank: Bank; close(): Promise<void> }> {
  const { url: baseUrl, clientId, clientSecret, close } = await startBankSandbox();
  return { bank: bankApi({ baseUrl, clientId, clientSecret }), close };
}

async function nothingToClose(): Promise<void> {}
