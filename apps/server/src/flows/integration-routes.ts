import {
  createIntegration,
  deleteIntegration,
  getIntegration,
  listIntegrations,
  updateIntegration,
} from '@parley/contract/api/integrations-api.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { IntegrationView } from '@parley/contract/flow-views.ts';
import { type HandledRoute, handle } from '../api/handle.ts';
import { integrationDefinition, toolNames } from './integration-definition.ts';
import type { IntegrationSettings, IntegrationsRepository, StoredIntegration } from './integrations-repository.ts';

export interface IntegrationRoutes {
  readonly integrations: IntegrationsRepository;
  /** Told when what flows use has changed. */
  readonly onChanged: (organizationId: string) => void;
}

/** Outside systems: their definitions are shown, their credentials never. */
export function integrationRoutes(parts: IntegrationRoutes): HandledRoute[] {
  const { integrations, onChanged } = parts;
  return [
    handle(listIntegrations, async ({ query }, { organizationId }) => {
      const page = await integrations.list(organizationId, query.cursor, query.limit);
      return { integrations: page.integrations.map(toView), next_cursor: page.nextCursor };
    }),

    handle(createIntegration, async ({ body }, context) => {
      const settings = settingsOf(body);
      integrationDefinition(body.name, settings);
      const made = await integrations.create(context, body.name, settings, body.credentials ?? {});
      onChanged(context.organizationId);
      context.setEtag(made.version);
      return toView(made);
    }),

    handle(getIntegration, async ({ params }, context) => {
      const found = await integrations.find(context.organizationId, params.integration_id);
      if (found === undefined) throw new WireError('not_found');
      context.setEtag(found.version);
      return toView(found);
    }),

    handle(updateIntegration, async ({ params, body }, context) => {
      const found = await integrations.find(context.organizationId, params.integration_id);
      if (found === undefined) throw new WireError('not_found');
      const settings = settingsOf(body);
      integrationDefinition(found.name, settings);
      const changed = await integrations.update(
        context,
        params.integration_id,
        context.ifMatchVersion,
        settings,
        body.credentials,
      );
      onChanged(context.organizationId);
      context.setEtag(changed.version);
      return toView(changed);
    }),

    handle(deleteIntegration, async ({ params }, context) => {
      await integrations.remove(context, params.integration_id);
      onChanged(context.organizationId);
      return undefined;
    }),
  ];
}

interface SettingsBody {
  readonly type: IntegrationSettings['type'];
  readonly base_url: string;
  readonly auth: IntegrationSettings['auth'];
  readonly endpoint_mappings: IntegrationSettings['mappings'];
  readonly timeout_ms: number;
  readonly rate_limit_per_minute: number;
}

function settingsOf(body: SettingsBody): IntegrationSettings {
  return {
    type: body.type,
    baseUrl: body.base_url,
    auth: body.auth,
    mappings: body.endpoint_mappings,
    timeoutMs: body.timeout_ms,
    ratePerMinute: body.rate_limit_per_minute,
  };
}

function toView(integration: StoredIntegration): IntegrationView {
  return {
    integration_id: integration.integrationId,
    name: integration.name,
    type: integration.type,
    base_url: integration.baseUrl,
    auth: { ...integration.auth },
    credential_names: Object.keys(integration.credentials).sort(),
    endpoint_mappings: { ...integration.mappings },
    timeout_ms: integration.timeoutMs,
    rate_limit_per_minute: integration.ratePerMinute,
    tools: toolNames(integration),
    version: integration.version,
    created_at: integration.createdAt.toISOString(),
    updated_at: integration.updatedAt.toISOString(),
  };
}
