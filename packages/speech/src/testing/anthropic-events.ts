import type { ServerResponse } from 'node:http';
import type { ChatPart } from './chat-completions-server.ts';

/** The parts of an answer as the events of Anthropic's messages. */
export async function writeMessage(response: ServerResponse, parts: readonly ChatPart[]): Promise<void> {
  let index = 0;
  let hasCalls = false;
  const send = (type: string, fields: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  const block = (start: object, deltas: readonly object[]) => {
    send('content_block_start', { index, content_block: start });
    for (const delta of deltas) send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
    index += 1;
  };
  send('message_start', {
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'scripted',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 100, output_tokens: 1 },
    },
  });
  for (const part of parts) {
    if ('text' in part) {
      const pieces = part.text.match(/\S+\s*/g) ?? [];
      block(
        { type: 'text', text: '' },
        pieces.map((text) => ({ type: 'text_delta', text })),
      );
    } else if ('tool' in part) {
      hasCalls = true;
      const pieces = JSON.stringify(part.input).match(/.{1,7}/gs) ?? [];
      block(
        { type: 'tool_use', id: `toolu_${index}`, name: part.tool, input: {} },
        pieces.map((partial_json) => ({ type: 'input_json_delta', partial_json })),
      );
    } else if ('waitsFor' in part) await part.waitsFor;
    else if ('malformed' in part) response.write(`data: ${part.malformed}\n\n`);
    else if ('error' in part) send('error', { error: { type: 'overloaded_error', message: part.error } });
    else {
      response.destroy();
      return;
    }
  }
  const stop_reason = hasCalls ? 'tool_use' : 'end_turn';
  send('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 10 } });
  send('message_stop', {});
  response.end();
}
