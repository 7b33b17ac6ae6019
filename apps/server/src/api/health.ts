import type { FastifyInstance } from 'fastify';
import type { ConversationHost } from '../conversations/conversation-host.ts';
import type { Readiness } from '../telemetry/readiness.ts';

/**
 * `/health`: the process answers. `/ready`: it can take a conversation. It cannot while it drains, or while a part is down that every
 * conversation needs; a part that is degraded, or that conversations go on without, is named and does not take the server out.
 */
export function installHealth(
  app: FastifyInstance,
  host: Pick<ConversationHost, 'draining' | 'liveCount' | 'voiceCalls'>,
  readiness: () => Promise<Readiness>,
): void {
  app.get('/health', async () => ({ status: 'ok' }));
  app.get('/ready', async (_request, reply) => {
    const { ready, parts, details } = await readiness();
    const status = host.draining ? 'draining' : ready ? 'ready' : 'not_ready';
    return reply.status(status === 'ready' ? 200 : 503).send({
      status,
      parts,
      details,
      conversations: { live: host.liveCount, voice: host.voiceCalls },
    });
  });
}
