import { z } from 'zod';
import { agentListSchema } from '../conversations.ts';
import { defineRoute } from './route.ts';

export const listAgents = defineRoute({
  id: 'list_agents',
  method: 'GET',
  path: '/v1/agents',
  tag: 'Agents',
  summary: 'Whom one can talk to here',
  description:
    'Agents that ship with the server and published flows. Open to all: a page asks before anybody has signed in.',
  access: { kind: 'public' },
  input: z.object({}),
  reply: { status: 200, schema: agentListSchema },
});
