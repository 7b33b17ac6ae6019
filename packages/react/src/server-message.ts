import { type ServerMessage, serverMessageSchema } from '@parley/contract/app-messages.ts';

/** No message of the server's is near this size; larger ones are not parsed. */
const MAX_SERVER_MESSAGE_CHARACTERS = 64 * 1024;

/** The message in a JSON text; undefined when it is none, whatever it is instead. */
export function parseServerMessage(text: string | undefined): ServerMessage | undefined {
  if (text === undefined || text.length > MAX_SERVER_MESSAGE_CHARACTERS) return undefined;
  try {
    return serverMessageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
