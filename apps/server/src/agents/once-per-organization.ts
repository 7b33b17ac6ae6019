import type { HostedAgent } from '../conversations/hosted-agent.ts';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';

/** Organizations whose agent is kept ready; the one used longest ago is made anew when it is needed. */
const maxReady = 200;

/** An agent that works in an organization's own world, made when its first conversation comes; the default organization has its own already. */
export function oncePerOrganization(
  make: (organizationId: string) => Promise<HostedAgent>,
): (organizationId: string) => Promise<HostedAgent> | undefined {
  const ready = new Map<string, Promise<HostedAgent>>();
  return (organizationId) => {
    if (organizationId === defaultOrganizationId) return undefined;
    const made = ready.get(organizationId) ?? make(organizationId);
    ready.delete(organizationId);
    ready.set(organizationId, made);
    made.catch(() => ready.delete(organizationId));
    const [oldest] = ready.keys();
    if (ready.size > maxReady && oldest !== undefined) ready.delete(oldest);
    return made;
  };
}
