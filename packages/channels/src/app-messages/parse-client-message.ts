import { type ClientMessage, clientMessageSchema, MAX_APP_MESSAGE_CHARACTERS } from '@parley/contract/app-messages.ts';
import { WireError } from '@parley/contract/errors.ts';
import { z } from 'zod';

const envelopeSchema = z.object({ type: z.string() });
const knownTypes: ReadonlySet<string> = new Set(clientMessageSchema.options.map((option) => option.shape.type.value));

/**
 * Reads what a client sent over a data channel or a WebSocket. The conversation's id in it must be the one that the
 * connection was opened for.
 * @throws WireError `binary_not_expected`, `message_too_large`, `invalid_json`, `unknown_message_type`,
 * `invalid_request` or `forbidden`
 */
export function parseClientMessage(data: unknown, conversationId: string): ClientMessage {
  if (typeof data !== 'string') throw new WireError('binary_not_expected');
  if (data.length > MAX_APP_MESSAGE_CHARACTERS) {
    throw new WireError('message_too_large', { characters: data.length, most: MAX_APP_MESSAGE_CHARACTERS });
  }
  const json = parseJson(data);
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success) throw new WireError('unknown_message_type');
  if (!knownTypes.has(envelope.data.type)) {
    throw new WireError('unknown_message_type', { type: envelope.data.type.slice(0, 64) });
  }
  const message = clientMessageSchema.safeParse(json);
  if (!message.success) {
    const issues = message.error.issues.slice(0, 5);
    throw new WireError(
      'invalid_request',
      issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
    );
  }
  if (message.data.data.conversationId !== conversationId) throw new WireError('forbidden');
  return message.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new WireError('invalid_json');
  }
}
