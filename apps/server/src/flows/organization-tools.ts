import type { AnyTool } from '@parley/dialogue/tools/tool.ts';
import { type OpenIntegration, openIntegration } from '@parley/integrations/create-integration.ts';
import type { ConnectionGuard } from '@parley/integrations/http/connection-guard.ts';
import type { IntegrationCall } from '@parley/integrations/ports.ts';
import { integrationDefinition, toolNames } from './integration-definition.ts';
import type { IntegrationsRepository, StoredIntegration } from './integrations-repository.ts';

export interface OrganizationToolsParts {
  readonly integrations: Pick<IntegrationsRepository, 'all'>;
  /** What the integrations of organizations may connect to. */
  readonly guard: ConnectionGuard;
  readonly onCall: (organizationId: string, call: IntegrationCall) => void;
  readonly onError: (error: unknown, context: string) => void;
}

/** What an organization's flows can use: the tools of its integrations, opened when they are first used. */
export interface OrganizationTools {
  /** Tools of one state of the integrations, opened once, named by `revision`: the same revision, the same open tools. */
  get(organizationId: string): Promise<{ readonly tools: readonly AnyTool[]; readonly revision: string }>;
  /** The names alone, without opening anything. */
  names(organizationId: string): Promise<readonly string[]>;
  /** Look again at the next use. */
  forget(organizationId: string): void;
  /** Ends the connections of those in use now; those of tools that were replaced end by themselves seconds after their last use. */
  close(): Promise<void>;
}

/** Another replica may have changed something: looked at again after this. */
const freshForMs = 5_000;
/** Organizations whose tools are kept; those used longest ago are opened anew when they are needed. */
const maxOpen = 200;

export function createOrganizationTools(parts: OrganizationToolsParts): OrganizationTools {
  const opened = new Map<string, Opened>();
  let openings = 0;

  const openAll = (organizationId: string, stored: readonly StoredIntegration[], revision: string): Opened => {
    const integrations = stored.flatMap((one): OpenIntegration[] => {
      try {
        return [
          openIntegration(integrationDefinition(one.name, one), {
            guard: parts.guard,
            secrets: { get: async (name) => one.credentials[name] },
            clock: { nowEpochMs: Date.now },
            onCall: (call) => parts.onCall(organizationId, call),
          }),
        ];
      } catch (error) {
        // One that cannot work (any more) does not take the others with it.
        parts.onError(error, `the integration ${one.name}`);
        return [];
      }
    });
    openings += 1;
    return { revision, opening: openings, checkedAtMs: performance.now(), parts: integrations };
  };

  return {
    async get(organizationId) {
      const known = opened.get(organizationId);
      if (known !== undefined && performance.now() - known.checkedAtMs < freshForMs) return toolsOf(known);
      const stored = await parts.integrations.all(organizationId);
      const revision = stored.map(({ integrationId, version }) => `${integrationId}@${version}`).join(' ');
      // Somebody else may have opened them meanwhile.
      const now = opened.get(organizationId);
      opened.delete(organizationId);
      if (now?.revision === revision) {
        opened.set(organizationId, { ...now, checkedAtMs: performance.now() });
        return toolsOf(now);
      }
      // What was replaced is not closed: calls under way finish with the tools that they have, however long they last.
      const fresh = openAll(organizationId, stored, revision);
      opened.set(organizationId, fresh);
      for (const oldest of opened.keys()) {
        if (opened.size <= maxOpen) break;
        opened.delete(oldest);
      }
      return toolsOf(fresh);
    },
    async names(organizationId) {
      return (await parts.integrations.all(organizationId)).flatMap(toolNames);
    },
    forget(organizationId) {
      const known = opened.get(organizationId);
      if (known !== undefined) opened.set(organizationId, { ...known, checkedAtMs: Number.NEGATIVE_INFINITY });
    },
    async close() {
      const open = [...opened.values()].flatMap(({ parts: integrations }) => integrations);
      opened.clear();
      await Promise.all(open.map((integration) => integration.close()));
    },
  };
}

interface Opened {
  /** Of what is stored. */
  readonly revision: string;
  /** Those that were opened again are others, whatever is stored: they share limits of rate with nothing that was before. */
  readonly opening: number;
  readonly checkedAtMs: number;
  readonly parts: readonly OpenIntegration[];
}

function toolsOf({ revision, opening, parts }: Opened) {
  // Without any there is nothing that could be another.
  return {
    revision: parts.length === 0 ? revision : `${revision} #${opening}`,
    tools: parts.flatMap(({ tools }) => tools),
  };
}
