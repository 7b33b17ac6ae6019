import { createTextCall, type TextCall, type TextReply } from '@parley/dialogue/testing/text-call.ts';
import { createNumerology, type NumerologyOptions } from '../numerology-agent.ts';

/** A conversation with the agent, already greeted. What is typed is `write`, what is spoken `say`. */
export interface Chat {
  readonly greeting: string;
  say(text: string): Promise<string>;
  write(text: string): Promise<string>;
  /** All of the reply, for what it did besides speaking. */
  reply(text: string): Promise<TextReply>;
  readonly actions: readonly string[];
  readonly memory: TextCall['memory'];
}

/** Mistakes of the definition fail the test that finds them. */
export async function openChat(options: NumerologyOptions = {}, id = 'chat'): Promise<Chat> {
  const mistakes: unknown[] = [];
  const { agent } = await createNumerology({ ...options, onError: (error) => mistakes.push(error) });
  const call = createTextCall(agent, { conversationId: id });
  const greeting = (await call.greet()).said;
  const take = async (text: string, modality: 'voice' | 'text') => {
    const reply = await call.say(text, { modality });
    if (mistakes.length > 0) throw mistakes[0];
    return reply;
  };
  return {
    greeting,
    say: async (text) => (await take(text, 'voice')).said,
    write: async (text) => (await take(text, 'text')).said,
    reply: (text) => take(text, 'text'),
    actions: call.actions,
    get memory() {
      return call.memory;
    },
  };
}
