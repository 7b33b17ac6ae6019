import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import { openApiDocument } from '@parley/contract/api/open-api.ts';
import type { Route } from '@parley/contract/api/route.ts';
import type { FastifyInstance } from 'fastify';

/** `/docs`: the API to read and to try, from this server alone; `/docs/json` and `/docs/yaml`: its OpenAPI document. */
export async function installDocs(app: FastifyInstance, routes: readonly Route[]): Promise<void> {
  await app.register(fastifySwagger, {
    mode: 'static',
    specification: { document: JSON.parse(JSON.stringify(openApiDocument(routes))) },
  });
  await app.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    // The document is ours; nothing of it is sent to a validator elsewhere.
    uiConfig: { deepLinking: true, displayRequestDuration: true, tryItOutEnabled: true, validatorUrl: null },
    // There is one document here: no bar to choose another.
    theme: { title: 'Parley API', css: [{ filename: 'docs.css', content: '.topbar { display: none }' }] },
  });
}
