import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseConversations } from '@parley/conversation-tests/parse-conversations.ts';
import { reportConversation } from '@parley/conversation-tests/report.ts';
import { runConversation } from '@parley/conversation-tests/run-conversation.ts';
import { virtualWay } from '@parley/conversation-tests/virtual-way.ts';
import { describe, expect, test } from 'vitest';
import { createVirtualAgent } from './virtual-agents.ts';

const folder = new URL('../../../../agents/numerology/conversations/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

describe('the conversations that come with numerology, in virtual time', () => {
  test('each is there in both languages', () => {
    const of = (language: string) =>
      files.filter((name) => name.endsWith(`.${language}.yaml`)).map((name) => name.split('.')[0]);
    expect(of('vi')).toEqual(of('en'));
    expect(of('vi')).not.toEqual([]);
  });

  const conversations = files.flatMap((name) => {
    const path = new URL(name, folder);
    return parseConversations(readFileSync(path, 'utf8'), fileURLToPath(path));
  });
  const way = virtualWay({ agent: createVirtualAgent });
  test.each(conversations.map((one) => [one.name, one] as const))('%s', async (_name, conversation) => {
    const result = await runConversation(conversation, way);
    expect(result.outcome === 'passed' ? '' : reportConversation(result)).toBe('');
  });
});
