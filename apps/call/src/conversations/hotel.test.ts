import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseConversations } from '@parley/conversation-tests/parse-conversations.ts';
import { reportConversation } from '@parley/conversation-tests/report.ts';
import { runConversation } from '@parley/conversation-tests/run-conversation.ts';
import { virtualWay } from '@parley/conversation-tests/virtual-way.ts';
import { describe, expect, test } from 'vitest';
import { createVirtualAgent } from './virtual-agents.ts';

const folder = new URL('../../../../agents/hotel/conversations/', import.meta.url);

describe('the conversations that come with the hotel, in virtual time', () => {
  const conversations = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => {
      const path = new URL(name, folder);
      return parseConversations(readFileSync(path, 'utf8'), fileURLToPath(path));
    });
  const way = virtualWay({ agent: createVirtualAgent });
  test.each(conversations.map((one) => [one.name, one] as const))('%s', async (_name, conversation) => {
    const result = await runConversation(conversation, way);
    expect(result.outcome === 'passed' ? '' : reportConversation(result)).toBe('');
  });
});
