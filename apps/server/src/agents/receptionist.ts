import type { Calendar } from '@parley/agent-receptionist/availability/calendar.ts';
import { createReceptionist } from '@parley/agent-receptionist/receptionist-agent.ts';
import { createReceptionistModelAgent } from '@parley/agent-receptionist/receptionist-model-agent.ts';
import { trainModels } from '@parley/dialogue/flow/build-agent.ts';
import type { HostedAgent } from '../conversations/hosted-agent.ts';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import type { AgentParts, CreateHostedAgents } from './agent-parts.ts';
import { hostedFlowAgent } from './hosted-flow-agent.ts';
import { oncePerOrganization } from './once-per-organization.ts';
import { withoutFlows } from './without-flows.ts';

/**
 * The front desk over the calendar in the database, each organization's over its own; and as a language model, where one is
 * configured.
 */
export const createHostedReceptionist: CreateHostedAgents = async (parts) => {
  const { understanding, languageModel, onError, calendarFor, handOff } = parts;
  const options = {
    ...understanding,
    handOff,
    onError: (error: unknown) => onError(error, 'the receptionist'),
  };
  const first = await createReceptionist({ ...options, calendar: calendarFor(defaultOrganizationId) });
  const { name, definition } = first;
  let models: ReturnType<typeof trainModels> | undefined;
  const flows: HostedAgent = {
    ...hostedFlowAgent(first),
    // Understands as the first does; only the calendar is another one.
    forOrganization: oncePerOrganization(async (organizationId) => {
      models ??= trainModels(definition);
      const own = await createReceptionist({ ...options, models, calendar: calendarFor(organizationId) });
      return { ...flows, agent: own.agent };
    }),
  };
  if (languageModel === undefined) return { receptionist: flows };
  const twin: HostedAgent = {
    ...withoutFlows(flows),
    name: `${name} (AI)`,
    agent: await modelAgent(parts, languageModel, calendarFor(defaultOrganizationId)),
    forOrganization: oncePerOrganization(async (organizationId) => ({
      ...twin,
      agent: await modelAgent(parts, languageModel, calendarFor(organizationId)),
    })),
  };
  return { receptionist: flows, 'receptionist-model': twin };
};

function modelAgent(
  { clock, onError, handOff }: AgentParts,
  model: NonNullable<AgentParts['languageModel']>,
  calendar: Calendar,
): Promise<HostedAgent['agent']> {
  return createReceptionistModelAgent(model, { calendar, clock, onError, handOff });
}
