import { WebSocket } from 'ws';
import type { OpenedConversation } from './api-caller.ts';

const greetingTimeoutMs = 30_000;

/** Connects to the conversation by chat; resolves once the greeting is stored. */
export function openChat(url: string, { id, token }: OpenedConversation): Promise<{ close(): void }> {
  return new Promise((resolve, reject) => {
    const address = `${url.replace(/^http/, 'ws')}/v1/conversations/${id}/chat`;
    const socket = new WebSocket(address, ['parley.v1', `parley.token.${token}`]);
    const timer = setTimeout(() => fail(new Error(`${address}: no greeting`)), greetingTimeoutMs);
    const fail = (error: Error) => {
      clearTimeout(timer);
      socket.terminate();
      reject(error);
    };
    socket.on('error', fail);
    socket.on('close', (code) => fail(new Error(`${address}: closed with ${code}`)));
    socket.on('message', (data) => {
      if (!String(data).includes('"turn_recorded"')) return;
      clearTimeout(timer);
      resolve({ close: () => socket.terminate() });
    });
  });
}
