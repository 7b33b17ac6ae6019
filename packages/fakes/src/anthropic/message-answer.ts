import type { AnswerPart } from '../brains/answer-parts.ts';
import type { FakeBody } from '../wire/fake-exchange.ts';

/** An answer with what was counted. */
export interface MessageAnswer {
  readonly id: string;
  readonly model: string;
  readonly parts: readonly AnswerPart[];
  readonly inputTokens: number;
}

/** The answer in one piece. */
export function wholeMessage(answer: MessageAnswer): object {
  return {
    ...head(answer),
    content: answer.parts.map((part, index) =>
      part.type === 'text'
        ? { type: 'text', text: part.text }
        : { ...toolUse(answer, part.name, index), input: part.input },
    ),
    stop_reason: stopReason(answer),
    usage: { input_tokens: answer.inputTokens, output_tokens: outputTokens(answer) },
  };
}

/** The answer as events, a word or a few characters each. */
export function streamMessage(answer: MessageAnswer, body: FakeBody): void {
  const send = (type: string, fields: object) =>
    body.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  send('message_start', {
    message: { ...head(answer), content: [], usage: { input_tokens: answer.inputTokens, output_tokens: 1 } },
  });
  for (const [index, part] of answer.parts.entries()) {
    const isText = part.type === 'text';
    const start = isText ? { type: 'text', text: '' } : { ...toolUse(answer, part.name, index), input: {} };
    const deltas = isText
      ? (part.text.match(/\S+\s*/g) ?? []).map((text) => ({ type: 'text_delta', text }))
      : // Input comes in pieces that are no JSON by themselves.
        ['', ...(JSON.stringify(part.input).match(/.{1,7}/gs) ?? [])].map((partial_json) => ({
          type: 'input_json_delta',
          partial_json,
        }));
    send('content_block_start', { index, content_block: start });
    if (index === 0) send('ping', {});
    for (const delta of deltas) send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
  }
  send('message_delta', {
    delta: { stop_reason: stopReason(answer), stop_sequence: null },
    usage: { output_tokens: outputTokens(answer) },
  });
  send('message_stop', {});
  body.end();
}

function head({ id, model }: MessageAnswer): object {
  return { id, type: 'message', role: 'assistant', model, stop_reason: null, stop_sequence: null };
}

function toolUse({ id }: MessageAnswer, name: string, index: number): object {
  return { type: 'tool_use', id: `toolu_${id.slice(-12)}_${index}`, name };
}

function stopReason({ parts }: MessageAnswer): 'end_turn' | 'tool_use' {
  return parts.some(({ type }) => type === 'tool') ? 'tool_use' : 'end_turn';
}

function outputTokens({ parts }: MessageAnswer): number {
  return parts.reduce((sum, part) => sum + tokensOf(part.type === 'text' ? part.text : JSON.stringify(part.input)), 0);
}

/** About what a token is in English. */
export function tokensOf(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4));
}
