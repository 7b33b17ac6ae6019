import { createOrganization, getOrganization, updateOrganization } from '@parley/contract/api/organization-api.ts';
import type { Output } from '@parley/contract/api/route.ts';
import { WireError } from '@parley/contract/errors.ts';
import { type OrganizationSettings, organizationSettingsSchema } from '@parley/contract/organization-settings.ts';
import type { z } from 'zod';
import { type HandledRoute, handle } from '../api/handle.ts';
import type { Actor } from '../api/request-context.ts';
import { recordAudit } from '../privacy/audit.ts';
import type { IdentityParts } from './identity-parts.ts';
import { linkDefaults } from './links.ts';
import {
  addOrganization,
  changeOrganization,
  findOrganization,
  lockOrganization,
  type StoredOrganization,
} from './organizations-repository.ts';
import { addUser } from './users-repository.ts';
import { userOnWire } from './wire.ts';

type OrganizationChange = z.output<typeof updateOrganization.input>['body'];

/** One's own organization, and new ones. */
export function organizationRoutes({ database, links, settingsCheck }: IdentityParts): HandledRoute[] {
  return [
    handle(getOrganization, async (_input, context) => {
      const organization = await database.inOrganization(context.organizationId, (transaction) =>
        findOrganization(transaction, context.organizationId),
      );
      if (organization === undefined) throw new WireError('not_found');
      context.setEtag(organization.version);
      return organizationOnWire(organization);
    }),

    handle(updateOrganization, async ({ body }, context) => {
      const { organizationId, ifMatchVersion } = context;
      requireOperatorsOwn(body, context.actor);
      const { speech } = body.settings ?? {};
      if (speech !== undefined && speech !== null) await settingsCheck?.check(organizationId, { speech });
      const changed = await database.inOrganization(organizationId, async (transaction) => {
        const before = await lockOrganization(transaction, organizationId);
        if (before === undefined) throw new WireError('not_found');
        if (ifMatchVersion !== undefined && ifMatchVersion !== before.version)
          throw new WireError('precondition_failed');
        const settings = merged(settingsOf(before), body.settings ?? {});
        const after = await changeOrganization(transaction, organizationId, {
          settings,
          ...(body.name !== undefined && { name: body.name }),
        });
        if (after === undefined) throw new WireError('not_found');
        await recordAudit(transaction, context, {
          action: 'organization:write',
          resourceType: 'organization',
          resourceId: organizationId,
          before: { name: before.name, settings: before.settings },
          after: { name: after.name, settings: after.settings },
        });
        return after;
      });
      settingsCheck?.changed(organizationId);
      context.setEtag(changed.version);
      return organizationOnWire(changed);
    }),

    handle(createOrganization, async ({ body }, context) => {
      // A row of an organization that is not one's own: the wall is open for it, and the route for admins of the server alone.
      const { organization, admin, link } = await database.acrossOrganizations(async (transaction) => {
        const made = await addOrganization(transaction, { name: body.name, region: body.region ?? null });
        if (made === undefined) throw new Error('The database took an organization and gave no row back.');
        const { organizationId } = made;
        const invited = await addUser(transaction, { organizationId, ...body.admin, role: 'admin', status: 'invited' });
        if (invited === undefined) throw new WireError('email_taken');
        const invitation = await links.create(transaction, invited, 'invitation', linkDefaults.invitationLifeMs);
        const entry = {
          action: 'organization:write',
          resourceType: 'organization',
          resourceId: organizationId,
          after: { name: made.name, region: made.region, first_admin: invited.userId },
        } as const;
        // In both: where it was done, and where it is found later.
        await recordAudit(transaction, context, entry);
        await recordAudit(transaction, { ...context, organizationId }, entry);
        return { organization: made, admin: invited, link: invitation };
      });
      const { url, ...delivered } = await links.deliver(link, admin, 'invitation');
      return {
        organization: organizationOnWire(organization),
        admin: userOnWire(admin),
        invitation_url: url,
        ...delivered,
      };
    }),
  ];
}

/**
 * The operator's key changes who listens and speaks; what is kept, for how long and who may connect is for people who sign in.
 * @throws WireError `forbidden`
 */
function requireOperatorsOwn({ name, settings = {} }: OrganizationChange, { kind }: Actor): void {
  const others = [...(name === undefined ? [] : ['name']), ...Object.keys(settings).filter((key) => key !== 'speech')];
  if (kind !== 'operator' || others.length === 0) return;
  throw new WireError('forbidden', { settings: others, reason: "The operator's key changes settings.speech alone." });
}

/** What was stored by an earlier version and means nothing any more is left out rather than refused. */
function settingsOf({ settings }: StoredOrganization): OrganizationSettings {
  const { shape } = organizationSettingsSchema;
  const known = Object.entries(shape).filter(
    ([name, schema]) => Object.hasOwn(settings, name) && schema.safeParse(settings[name]).success,
  );
  return organizationSettingsSchema.parse(Object.fromEntries(known.map(([name]) => [name, settings[name]])));
}

function merged(settings: OrganizationSettings, change: Readonly<Record<string, unknown>>): OrganizationSettings {
  const all = Object.entries({ ...settings, ...change });
  return organizationSettingsSchema.parse(
    Object.fromEntries(all.filter(([, setting]) => setting !== null && setting !== undefined)),
  );
}

function organizationOnWire(organization: StoredOrganization): Output<(typeof getOrganization)['reply']> {
  return {
    organization_id: organization.organizationId,
    name: organization.name,
    region: organization.region,
    settings: settingsOf(organization),
    created_at: organization.createdAt.toISOString(),
  };
}
