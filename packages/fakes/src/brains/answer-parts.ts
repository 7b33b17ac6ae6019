import { z } from 'zod';

/** Of what a language model's answer is made. */
export type AnswerPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool'; readonly name: string; readonly input: Readonly<Record<string, unknown>> };

/**
 * The parts of a brain's answer: text, and calls of tools on lines of their own, as in
 *
 *     One moment.
 *     → book_table {"guests": 2}
 *
 * @param tools those that the model may call; any other is said as text
 */
export function answerParts(answer: string, tools: readonly string[]): readonly AnswerPart[] {
  const parts: AnswerPart[] = [];
  let said: string[] = [];
  const flush = () => {
    const text = said.join('\n');
    if (text !== '') parts.push({ type: 'text', text });
    said = [];
  };
  for (const line of answer.split('\n')) {
    const call = /^→ ?([\w-]+) (\{.*\})$/.exec(line);
    const name = call?.[1] ?? '';
    if (call === null || !tools.includes(name)) {
      said.push(line);
      continue;
    }
    flush();
    parts.push({ type: 'tool', name, input: inputSchema.parse(JSON.parse(call[2] ?? '')) });
  }
  flush();
  return parts;
}

const inputSchema = z.record(z.string(), z.unknown());
