import type { FastifyInstance } from 'fastify';
import type { ConversationHost } from '../conversations/conversation-host.ts';

/** `/health`: the process answers. `/ready`: it can take a conversation, each part asked. */
export function installHealth(
  app: FastifyInstance,
  host: ConversationHost,
  checks: Readonly<Record<string, () => Promise<void>>>,
): void {
  app.get('/health', async () => ({ status: 'ok' }));
  app.get('/ready', async (_request, reply) => {
    const results = await Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await state(check)]));
    const parts = Object.fromEntries(results);
    const ready = !host.draining && Object.values(parts).every((part) => part === 'ok');
    return reply.status(ready ? 200 : 503).send({
      status: host.draining ? 'draining' : ready ? 'ready' : 'not_ready',
      parts,
      conversations: { live: host.liveCount, voice: host.voiceCalls },
    });
  });
}

/** A check that takes longer than this has failed: balancers ask every few seconds. */
const checkTimeoutMs = 2000;

async function state(check: () => Promise<void>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), checkTimeoutMs);
  });
  try {
    await Promise.race([check(), timeout]);
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
