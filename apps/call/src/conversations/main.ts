import { readFile, writeFile } from 'node:fs/promises';
import { conversationJsonSchema } from '@parley/conversation-tests/json-schema.ts';
import type { TestWay } from '@parley/conversation-tests/line.ts';
import { ConversationFileError, parseConversations } from '@parley/conversation-tests/parse-conversations.ts';
import { reportConversation, toJson, toJunit } from '@parley/conversation-tests/report.ts';
import { type ConversationResult, runConversation } from '@parley/conversation-tests/run-conversation.ts';
import type { Conversation } from '@parley/conversation-tests/step.ts';
import { virtualWay } from '@parley/conversation-tests/virtual-way.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { UsageError } from '../call-command.ts';
import { startOwnServer } from '../own-server.ts';
import { agentFoldersOf } from './agent-folders.ts';
import { type ConversationsCommand, help, readConversationsCommand } from './conversations-command.ts';
import { serverWay } from './server-way.ts';
import { createVirtualAgent } from './virtual-agents.ts';

// npm run conversations: exit code 0 when all went as they should, 1 when some did not, 2 for a wrong file or command line.
const stopped = new AbortController();
process.once('SIGINT', () => stopped.abort(new Error('The conversations were stopped.')));
process.once('SIGTERM', () => stopped.abort(new Error('The conversations were stopped.')));

try {
  const command = readConversationsCommand(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
  if (command === 'help') process.stdout.write(help);
  else if (command === 'schema') process.stdout.write(`${JSON.stringify(conversationJsonSchema(), null, 2)}\n`);
  else process.exitCode = await run(command, stopped.signal);
} catch (error) {
  const isUsage = error instanceof UsageError || error instanceof ConversationFileError;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = isUsage ? 2 : 1;
}
// The WebRTC library's threads keep a process alive; the empty write calls back when all output before it is out.
await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
process.exit();

async function run(command: ConversationsCommand, signal: AbortSignal): Promise<number> {
  // All are read before the first is held: a slip in the last file need not be waited for.
  const conversations: Conversation[] = [];
  for (const file of command.files) conversations.push(...parseConversations(await read(file), file.shown));
  const { way, close } = await openWay(command, signal);
  const results: ConversationResult[] = [];
  try {
    for (const conversation of conversations) {
      if (signal.aborted) break;
      const result = await runConversation(conversation, way, signal);
      results.push(result);
      process.stdout.write(`${command.json ? JSON.stringify(toJson(result)) : reportConversation(result)}\n`);
    }
  } finally {
    await close();
  }
  if (command.junitPath !== undefined) await writeFile(command.junitPath, toJunit(results));
  const count = (outcome: ConversationResult['outcome']) => results.filter((one) => one.outcome === outcome).length;
  if (!command.json) {
    process.stdout.write(`\n${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped\n`);
  }
  return count('failed') === 0 && !signal.aborted ? 0 : 1;
}

async function openWay(
  { over, url, json, files }: ConversationsCommand,
  signal: AbortSignal,
): Promise<{ way: TestWay; close: () => Promise<void> }> {
  if (over === 'virtual') {
    const folders = await agentFoldersOf(files.map(({ path }) => path));
    return { way: virtualWay({ agent: (id) => createVirtualAgent(id, folders) }), close: async () => {} };
  }
  if (url === undefined && !json) process.stderr.write('Starting a server for these conversations…\n');
  const own = url === undefined ? await startOwnServer(signal) : undefined;
  const synthesizer = over === 'audio' ? createEmbeddedSynthesizer() : undefined;
  return {
    way: serverWay({ over, url: url ?? own?.url ?? '', ...(synthesizer === undefined ? {} : { synthesizer }) }),
    async close() {
      await synthesizer?.close();
      await own?.stop();
    },
  };
}

async function read({ path, shown }: ConversationsCommand['files'][number]): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new UsageError(`The file ${shown} cannot be read.`);
  }
}
