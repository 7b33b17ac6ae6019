import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseConversations } from './parse-conversations.ts';

test('the conversation that docs/conversation-tests.md shows is one', () => {
  const page = readFileSync(new URL('../../../docs/conversation-tests.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml = '']) => yaml);
  expect(blocks).toHaveLength(1);
  const [conversation] = parseConversations(blocks[0] ?? '', 'docs.yaml');
  expect(conversation?.steps.length).toBeGreaterThan(5);
});
