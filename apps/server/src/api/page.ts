import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Serve the built page from `folder` at `/`. Names with a hash in them never change, so they are cached for good. */
export async function installPage(app: FastifyInstance, folder: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder,
    cacheControl: false,
    setHeaders(reply, path) {
      const hashed = path.includes('/assets/');
      reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
