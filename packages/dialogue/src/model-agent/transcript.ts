import type { HistoryLine } from '@parley/engine/ports/agent.ts';
import type { ModelMessage } from 'ai';
import type { ToolNote } from './persona.ts';
import { toJsonValue } from './to-json-value.ts';

export interface Transcript {
  readonly summary: string | undefined;
  /** What both know: what the caller said, and what they heard. */
  readonly history: readonly HistoryLine[];
  readonly notes: readonly ToolNote[];
  /** The caller's last words; empty when there are none. */
  readonly text: string;
  readonly historyCharacters: number;
}

/**
 * The conversation as the model is shown it. Earlier results of tools come as results of tools, just before the caller's last
 * words: a caller cannot speak in their place.
 */
export function toMessages({ summary, history, notes, text, historyCharacters }: Transcript): ModelMessage[] {
  const recent = lastLines(history, historyCharacters);
  const isCut = recent.length < history.length;
  const messages: ModelMessage[] = [];
  if (summary !== undefined) messages.push({ role: 'user', content: `(Summary of what was said before: ${summary})` });
  else if (isCut) messages.push({ role: 'user', content: '(What was said before is left out.)' });
  // Some providers want the caller's side first.
  else if (recent[0]?.speaker !== 'caller') messages.push({ role: 'user', content: '(The conversation begins.)' });
  for (const { speaker, text: line } of recent) {
    if (line.trim() !== '') messages.push({ role: speaker === 'caller' ? 'user' : 'assistant', content: line });
  }
  if (notes.length > 0) messages.push(...recalled(notes));
  const last = text.trim();
  if (last !== '') messages.push({ role: 'user', content: last });
  else if (notes.length === 0 && messages.at(-1)?.role === 'assistant') {
    messages.push({ role: 'user', content: '(The caller has said nothing yet.)' });
  }
  return messages;
}

function recalled(notes: readonly ToolNote[]): ModelMessage[] {
  const ids = notes.map((_, index) => `earlier_${index + 1}`);
  return [
    {
      role: 'assistant',
      content: notes.map(({ tool, input }, index) => ({
        type: 'tool-call',
        toolCallId: ids[index] ?? '',
        toolName: tool,
        // Providers want an object.
        input:
          typeof input === 'object' && input !== null && !Array.isArray(input)
            ? toJsonValue(input)
            : { input: toJsonValue(input) },
      })),
    },
    {
      role: 'tool',
      content: notes.map(({ tool, result, failed }, index) => ({
        type: 'tool-result',
        toolCallId: ids[index] ?? '',
        toolName: tool,
        output: { type: failed ? 'error-json' : 'json', value: toJsonValue(result) },
      })),
    },
  ];
}

function lastLines(history: readonly HistoryLine[], maxCharacters: number): readonly HistoryLine[] {
  let characters = 0;
  let first = history.length;
  while (first > 0) {
    characters += history[first - 1]?.text.length ?? 0;
    if (characters > maxCharacters) break;
    first -= 1;
  }
  return history.slice(first);
}
