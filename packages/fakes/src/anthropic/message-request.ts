import { z } from 'zod';

const textBlock = z.looseObject({ type: z.literal('text'), text: z.string() });
const toolUse = z.looseObject({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.unknown() });
const toolResult = z.looseObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))]).optional(),
});
const otherBlock = z.looseObject({ type: z.enum(['image', 'document', 'thinking', 'redacted_thinking']) });
const content = z.union([z.string(), z.array(z.union([textBlock, toolUse, toolResult, otherBlock])).min(1)]);

const requestSchema = z.looseObject({
  model: z.string().min(1),
  max_tokens: z.int().min(1),
  messages: z.array(z.looseObject({ role: z.enum(['user', 'assistant']), content })).min(1),
  system: z.union([z.string(), z.array(textBlock)]).optional(),
  stream: z.boolean().optional(),
  tools: z.array(z.looseObject({ name: z.string().regex(/^[\w-]{1,128}$/) })).optional(),
});
export type MessageRequest = z.infer<typeof requestSchema>;

/** A request as the vendor takes it, or in the vendor's manner what is wrong with it. */
export function readMessageRequest(
  body: unknown,
): { readonly kind: 'fine'; readonly request: MessageRequest } | { readonly kind: 'wrong'; readonly message: string } {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { kind: 'wrong', message: `${issue?.path.join('.')}: ${issue?.message}` };
  }
  const message = wrongOrder(parsed.data);
  return message === undefined ? { kind: 'fine', request: parsed.data } : { kind: 'wrong', message };
}

/** The user begins, and each use of a tool is followed by its result. */
function wrongOrder({ messages }: MessageRequest): string | undefined {
  if (messages[0]?.role !== 'user') return 'messages: first message must use the "user" role';
  for (const [index, { role, content: blocks }] of messages.entries()) {
    if (role !== 'assistant' || typeof blocks === 'string') continue;
    const next = messages[index + 1];
    const results = next?.role === 'user' && typeof next.content !== 'string' ? next.content : [];
    for (const block of blocks) {
      if (block.type !== 'tool_use') continue;
      const { id } = block;
      if (!results.some((result) => result.type === 'tool_result' && result.tool_use_id === id)) {
        return `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${String(id)}`;
      }
    }
  }
  return undefined;
}

/** The last thing that the model was told: what the user said, or what a tool answered. */
export function lastTold({ messages }: MessageRequest): string {
  const told = messages.at(-1)?.content ?? '';
  if (typeof told === 'string') return told;
  return told
    .map((block) => {
      if (block.type === 'text') return String(block.text);
      if (block.type !== 'tool_result') return '';
      const { content: answer } = toolResult.parse(block);
      return typeof answer === 'string' ? answer : (answer ?? []).map(({ text }) => text ?? '').join('');
    })
    .filter((text) => text !== '')
    .join('\n');
}
