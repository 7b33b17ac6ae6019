import { createClient, type ParleyClient } from '@parley/client/create-client.ts';
import { isPermission } from '@parley/contract/api/permissions.ts';
import Fastify from 'fastify';
import { type AuthenticationScheme, everyPermission } from '../api/authenticate.ts';
import { installErrorHandling } from '../api/errors.ts';
import type { HandledRoute } from '../api/handle.ts';
import { installRoutes } from '../api/install-routes.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { Database } from '../storage/database.ts';
import { createIdempotencyStore } from '../storage/idempotency-store.ts';

/** Routes of one room over HTTP, without the rest of the server: for tests of what they do. */
export interface ApiServer {
  /** A user of the organization, with all permissions or those that are given. */
  as(organizationId: string, permissions?: readonly string[]): ParleyClient;
  readonly url: string;
  close(): Promise<void>;
}

export async function startApiServer(
  routes: readonly HandledRoute[],
  parts: { readonly database: Database; readonly sealer: Sealer },
): Promise<ApiServer> {
  const app = Fastify();
  installErrorHandling(app);
  installRoutes(app, routes, {
    gate: {
      schemes: [testScheme],
      openConversation: () => Promise.reject(new Error('Nobody opens a conversation here.')),
      defaultOrganizationId: crypto.randomUUID(),
    },
    idempotency: createIdempotencyStore(parts.database, parts.sealer),
    admit: async () => {},
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    as: (organizationId, permissions) =>
      createClient({
        baseUrl: url,
        token: `${organizationId}~${permissions?.join('~').replaceAll(':', '/') ?? 'all'}`,
        tries: 1,
      }),
    close: () => app.close(),
  };
}

/** The token says who one is: the organization, and the permissions. */
const testScheme: AuthenticationScheme = {
  async identify(_request, credential) {
    if (credential === undefined) return undefined;
    const [organizationId = '', ...permissions] = credential.replaceAll('/', ':').split('~');
    return {
      actor: { kind: 'user', userId: '00000000-0000-4000-8000-0000000000aa' },
      organizationId,
      permissions: permissions[0] === 'all' ? everyPermission : new Set(permissions.filter(isPermission)),
    };
  },
};
