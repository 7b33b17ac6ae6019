import type { NumbersRepository } from './numbers-repository.ts';
import type { OfferedCall } from './phone-desk.ts';

export interface Answerer {
  readonly organizationId: string;
  readonly agentId: string | undefined;
  readonly flowId: string | undefined;
  /** As it was found: one of our own numbers. */
  readonly number: string;
}

export interface WhoAnswersParts {
  readonly numbers: Pick<NumbersRepository, 'find' | 'isAnyConfigured'>;
  /** Of agents that ship. */
  readonly isAgent: (agentId: string) => boolean;
  readonly defaultOrganizationId: string;
  /** Organizations to which the telephone is open. */
  readonly mayUse: (organizationId: string) => boolean;
}

/**
 * Whom a call is for: the number as it was called, then as an international one. The default agent answers the numbers that the
 * server's own settings name. A telephone in the house may also call an agent by its name, and while no number is set up on the server
 * at all, whatever it calls is answered by the default agent.
 * @throws WireError `storage_unavailable`
 */
export async function whoAnswers(
  { numbers, isAgent, defaultOrganizationId, mayUse }: WhoAnswersParts,
  call: Pick<OfferedCall, 'channel' | 'to' | 'alsoTo' | 'isServersOwn' | 'onlyOrganizationId'>,
): Promise<Answerer | undefined> {
  const called = [call.to, ...(call.alsoTo ?? [])];
  const found = await numbers.find([...new Set(called.flatMap(spellings))]);
  if (found !== undefined) {
    const isOthers = call.onlyOrganizationId !== undefined && found.organizationId !== call.onlyOrganizationId;
    return isOthers || !mayUse(found.organizationId) ? undefined : found;
  }
  const isOwn = call.isServersOwn === true;
  // The other ways belong to accounts and media servers, who call numbers that somebody set up.
  if (call.channel !== 'sip' && !isOwn) return undefined;
  const agentId = called.map((user) => user.toLowerCase()).find(isAgent);
  if (agentId === undefined && !isOwn && (await numbers.isAnyConfigured())) return undefined;
  return { organizationId: defaultOrganizationId, agentId, flowId: undefined, number: call.to };
}

/** One number as networks write it: with its plus, without, with 00 before it; a user in lower case. */
export function spellings(called: string): readonly string[] {
  const plain = /^\+?[\d\s().-]+$/.test(called) ? called.replaceAll(/[\s().-]/g, '') : called.toLowerCase();
  const digits = /^(?:\+|00)([1-9]\d{6,14})$/.exec(plain)?.[1] ?? /^([1-9]\d{6,14})$/.exec(plain)?.[1];
  return digits === undefined ? [plain] : [...new Set([plain, `+${digits}`, digits])];
}
