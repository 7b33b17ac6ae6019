import { ConversationFileError, parseConversations } from '@parley/conversation-tests/parse-conversations.ts';
import type { Conversation, Step } from '@parley/conversation-tests/step.ts';

/** One thing that the caller does, or that must be true. */
export type CallStep = Step;

/**
 * Reads a call written in YAML: one conversation of docs/conversation-tests.md.
 * @throws ConversationFileError that names file, line and what is wrong
 */
export function parseScript(source: string, scriptPath: string): Conversation {
  const [conversation, second] = parseConversations(source, scriptPath);
  if (conversation === undefined || second !== undefined) {
    const rows = '`with` makes several conversations of it';
    throw new ConversationFileError(`${scriptPath}: ${rows}, and a call is one. Use npm run conversations for it.`);
  }
  return conversation;
}
