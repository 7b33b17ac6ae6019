import { createBank } from '@parley/agent-bank/bank-agent.ts';
import { sandboxBank } from '@parley/agent-bank/sandbox/sandbox-bank.ts';
import { createHotel } from '@parley/agent-hotel/hotel-agent.ts';
import { inventoryProperty } from '@parley/agent-hotel/sandbox/inventory-property.ts';
import { createNumerology } from '@parley/agent-numerology/numerology-agent.ts';
import { createMemoryCalendar } from '@parley/agent-receptionist/availability/memory-calendar.ts';
import { memoryBook } from '@parley/agent-receptionist/memory-book.ts';
import { createReceptionist } from '@parley/agent-receptionist/receptionist-agent.ts';
import { defaultNowEpochMs } from '@parley/conversation-tests/virtual-way.ts';
import type { Agent } from '@parley/engine/ports/agent.ts';
import { openFolderAgent } from './agent-folders.ts';

/**
 * A fresh agent with nothing in its books, by the id that servers know it by; the default one without an id.
 *
 * @param folders of agents of one's own, by their ids
 */
export async function createVirtualAgent(
  id: string | undefined,
  folders: ReadonlyMap<string, string> = new Map(),
): Promise<Agent> {
  const create = agents.get(id ?? 'receptionist');
  if (create !== undefined) return create();
  const folder = folders.get(id ?? '');
  if (folder !== undefined) return openFolderAgent(folder);
  const known = [...agents.keys(), ...folders.keys()].join(', ');
  throw new Error(
    `There is no agent "${id}" to talk to in virtual time: ${known}. One of your own is found by its agent.yaml in the folder above \`conversations\`.`,
  );
}

const agents = new Map<string, () => Agent | Promise<Agent>>([
  ['receptionist', async () => (await createReceptionist({ calendar: createMemoryCalendar(memoryBook()) })).agent],
  ['bank', async () => (await createBank({ bank: sandboxBank() })).agent],
  [
    'hotel',
    async () => (await createHotel({ property: inventoryProperty({ seed: 1, now: () => defaultNowEpochMs }) })).agent,
  ],
  ['numerology', async () => (await createNumerology({ language: 'vi-VN' })).agent],
  ['numerology-en', async () => (await createNumerology({ language: 'en-US' })).agent],
]);
