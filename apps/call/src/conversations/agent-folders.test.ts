import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseConversations } from '@parley/conversation-tests/parse-conversations.ts';
import { runConversation } from '@parley/conversation-tests/run-conversation.ts';
import { virtualWay } from '@parley/conversation-tests/virtual-way.ts';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { agentFoldersOf, openFolderAgent } from './agent-folders.ts';
import { createVirtualAgent } from './virtual-agents.ts';

const template = fileURLToPath(new URL('../../../agent/template', import.meta.url));
let folder = '';
let file = '';

beforeEach(() => {
  const parent = mkdtempSync(join(tmpdir(), 'parley-folders-'));
  onTestFinished(() => rmSync(parent, { recursive: true }));
  folder = join(parent, 'desk');
  file = join(folder, 'conversations/message.yaml');
  cpSync(template, folder, { recursive: true });
  for (const path of [join(folder, 'agent.yaml'), file]) {
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('AGENT_ID', 'desk'));
  }
});

test("a newcomer's agent is talked to in virtual time by where its conversations lie", async () => {
  const folders = await agentFoldersOf([file]);
  expect([...folders]).toEqual([['desk', folder]]);
  const way = virtualWay({ agent: (id) => createVirtualAgent(id, folders) });
  const [conversation] = parseConversations(readFileSync(file, 'utf8'), file);
  if (conversation === undefined) throw new Error('The template has no conversation.');
  expect(await runConversation(conversation, way)).toMatchObject({ outcome: 'passed' });
});

test('an agent that calls systems is not, and it is said how it can be', async () => {
  mkdirSync(join(folder, 'integrations'));
  const diary =
    'id: diary\nkind: rest\nbaseUrl: http://127.0.0.1:1\noperations: [{ name: free, description: Free times, path: /free }]\n';
  writeFileSync(join(folder, 'integrations/diary.yaml'), diary);
  await expect(openFolderAgent(folder)).rejects.toThrow(/--over chat, and AGENTS_DIR=/);
});

test('files that belong to no agent name none', async () => {
  expect([...(await agentFoldersOf([join(folder, 'agent.yaml'), '/conversations/x.yaml'])).keys()]).toEqual([]);
  await expect(createVirtualAgent('desk')).rejects.toThrow(/no agent "desk".*receptionist/);
});
