import type { KnownParts } from '@parley/dialogue/flow/validation/known-names.ts';
import type { ConnectionGuard } from '@parley/integrations/http/connection-guard.ts';
import type { IntegrationCall } from '@parley/integrations/ports.ts';
import type { HandledRoute } from '../api/handle.ts';
import type { HostedAgent } from '../conversations/hosted-agent.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { Database } from '../storage/database.ts';
import {
  createFlowDirectory,
  type FlowDirectory,
  type FlowDirectoryParts,
  type FlowVersion,
} from './flow-directory.ts';
import { flowRoutes } from './flow-routes.ts';
import { createFlowsRepository } from './flows-repository.ts';
import { integrationRoutes } from './integration-routes.ts';
import { createIntegrationsRepository } from './integrations-repository.ts';
import { nluRoutes } from './nlu-routes.ts';
import { createOrganizationTools } from './organization-tools.ts';

export interface FlowsParts extends Pick<FlowDirectoryParts, 'flowParts' | 'understanding' | 'onError'> {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly agents: ReadonlyMap<string, HostedAgent>;
  readonly defaultAgentId: string;
  /** What the integrations of organizations may connect to. */
  readonly guard: ConnectionGuard;
  /** What is to be said of the engines that an agent names. */
  readonly checkSpeechFor?: (organizationId: string) => Promise<NonNullable<KnownParts['checkSpeech']>>;
  /** A version was published: it can be made ready before somebody calls. */
  readonly onPublished?: (version: FlowVersion, load: () => Promise<HostedAgent>) => void;
  readonly onIntegrationCall: (organizationId: string, call: IntegrationCall) => void;
}

export interface Flows {
  readonly directory: FlowDirectory;
  readonly routes: readonly HandledRoute[];
  close(): Promise<void>;
}

/** Agents that teams draw: drafts, versions, the outside systems they use, and the agents that come of them. */
export function createFlows(parts: FlowsParts): Flows {
  const { database, sealer, agents, defaultAgentId, guard, onError, flowParts } = parts;
  const flows = createFlowsRepository(database);
  const integrations = createIntegrationsRepository(database, sealer);
  const tools = createOrganizationTools({
    integrations,
    guard,
    onCall: parts.onIntegrationCall,
    onError,
  });
  const directory = createFlowDirectory({ flows, tools, flowParts, understanding: parts.understanding, onError });
  return {
    directory,
    routes: [
      ...flowRoutes({
        flows,
        onPublished: (version) => parts.onPublished?.(version, () => directory.agent(version)),
        knownTo: async (organizationId) => ({
          tools: await tools.names(organizationId),
          hasModel: flowParts.model !== undefined,
          checkSpeech: await parts.checkSpeechFor?.(organizationId),
        }),
      }),
      ...integrationRoutes({ integrations, onChanged: tools.forget }),
      ...nluRoutes({ directory, agents, defaultAgentId }),
    ],
    async close() {
      directory.close();
      await tools.close();
    },
  };
}
