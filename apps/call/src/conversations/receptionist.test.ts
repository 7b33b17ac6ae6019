import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestWay } from '@parley/conversation-tests/line.ts';
import { parseConversations } from '@parley/conversation-tests/parse-conversations.ts';
import { reportConversation } from '@parley/conversation-tests/report.ts';
import { runConversation } from '@parley/conversation-tests/run-conversation.ts';
import type { Conversation } from '@parley/conversation-tests/step.ts';
import { virtualWay } from '@parley/conversation-tests/virtual-way.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OwnServer, startOwnServer } from '../own-server.ts';
import { serverWay } from './server-way.ts';
import { createVirtualAgent } from './virtual-agents.ts';

const folder = new URL('../../../../agents/receptionist/conversations/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const inFile = (name: string) =>
  parseConversations(readFileSync(new URL(name, folder), 'utf8'), fileURLToPath(new URL(name, folder)));
const all = files.flatMap(inFile);

async function hold(conversation: Conversation, way: TestWay): Promise<void> {
  const result = await runConversation(conversation, way);
  expect(result.outcome === 'passed' ? '' : reportConversation(result)).toBe('');
}

/** An answer must come; within what time is held to in virtual time below: in real time it would test how busy this machine is. */
function untimed(way: TestWay): TestWay {
  return { ...way, withinToleranceMs: Number.POSITIVE_INFINITY };
}

describe('the conversations that come with the receptionist, in virtual time', () => {
  const way = virtualWay({ agent: createVirtualAgent });
  test.each(all.map((one) => [one.name, one] as const))('%s', (_name, conversation) => hold(conversation, way));
});

describe('the same files with a server', () => {
  let server: OwnServer;
  const stopped = new AbortController();
  const synthesizer = createEmbeddedSynthesizer();
  beforeAll(async () => {
    server = await startOwnServer(stopped.signal);
  }, 60_000);
  afterAll(async () => {
    stopped.abort();
    await synthesizer.close();
    await server?.stop();
  }, 60_000);

  const typed = all.filter(({ over }) => over.includes('chat')).map((one) => [one.name, one] as const);
  test.each(typed)('typed: %s', (_name, conversation) =>
    hold(conversation, untimed(serverWay({ over: 'chat', url: server.url }))),
  );

  test('spoken: an interruption, keys, and a caller who hangs up, at the same time', async () => {
    const way = untimed(serverWay({ over: 'audio', url: server.url, synthesizer }));
    const spoken = ['interruption.yaml', 'keys.yaml', 'hang-up.yaml'].flatMap(inFile);
    await Promise.all(spoken.map((conversation) => hold(conversation, way)));
  }, 180_000);
});
