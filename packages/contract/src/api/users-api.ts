import { z } from 'zod';
import { emailSchema, humanAgentSchema, personNameSchema, roleSchema, userIdSchema, userSchema } from '../people.ts';
import { nextCursorSchema, pageQuerySchema } from './paging.ts';
import { defineRoute } from './route.ts';

const tag = 'Users';
const userParams = z.object({ user_id: userIdSchema });

const linkSchema = z.object({
  delivery: z
    .enum(['email', 'link'])
    .meta({ description: '`link`: this server sends no mail; hand on the `url` yourself.' }),
  url: z.string().nullable().meta({ description: 'Shown once, and only when it was not sent by mail. Works once.' }),
  expires_at: z.iso.datetime(),
});

export const listUsers = defineRoute({
  id: 'list_users',
  method: 'GET',
  path: '/v1/users',
  tag,
  summary: 'Who is in the organization, newest first',
  access: { kind: 'permission', permission: 'users:read' },
  input: z.object({ query: pageQuerySchema }),
  reply: { status: 200, schema: z.object({ users: z.array(userSchema), next_cursor: nextCursorSchema }) },
});

export const getUser = defineRoute({
  id: 'get_user',
  method: 'GET',
  path: '/v1/users/{user_id}',
  tag,
  summary: 'One user',
  access: { kind: 'permission', permission: 'users:read' },
  input: z.object({ params: userParams }),
  reply: { status: 200, schema: userSchema },
});

export const inviteUser = defineRoute({
  id: 'invite_user',
  method: 'POST',
  path: '/v1/users/invitations',
  tag,
  summary: 'Invite somebody',
  description:
    'The link works once, for seven days; inviting the same address again, while it has not been accepted, makes a new link and the ' +
    'old one worthless. Only roles that may no more than you do can be given.',
  access: { kind: 'permission', permission: 'users:write' },
  input: z.object({ body: z.object({ email: emailSchema, name: personNameSchema, role: roleSchema }) }),
  reply: { status: 201, schema: linkSchema.extend({ user: userSchema }) },
  errors: ['email_taken', 'role_above_own'],
  isIdempotent: true,
});

export const updateUser = defineRoute({
  id: 'update_user',
  method: 'PATCH',
  path: '/v1/users/{user_id}',
  tag,
  summary: 'Change name or role, disable or enable',
  description: 'Disabling ends all sessions of the user. The last admin stays one.',
  access: { kind: 'permission', permission: 'users:write' },
  input: z.object({
    params: userParams,
    body: z.object({
      name: personNameSchema.optional(),
      role: roleSchema.optional(),
      status: z.enum(['active', 'disabled']).optional(),
    }),
  }),
  reply: { status: 200, schema: userSchema },
  errors: ['last_admin', 'role_above_own', 'invitation_pending'],
});

export const deleteUser = defineRoute({
  id: 'delete_user',
  method: 'DELETE',
  path: '/v1/users/{user_id}',
  tag,
  summary: 'Remove a user, or withdraw an invitation',
  description: 'What they made stays. The last admin stays too.',
  access: { kind: 'permission', permission: 'users:write' },
  input: z.object({ params: userParams }),
  reply: { status: 204 },
  errors: ['last_admin', 'role_above_own'],
});

export const resetUserPassword = defineRoute({
  id: 'reset_user_password',
  method: 'POST',
  path: '/v1/users/{user_id}/password-reset',
  tag,
  summary: 'Make a link by which a user sets a new password',
  access: { kind: 'permission', permission: 'users:write' },
  input: z.object({ params: userParams }),
  reply: { status: 201, schema: linkSchema },
  errors: ['role_above_own', 'invitation_pending'],
});

export const listHumanAgents = defineRoute({
  id: 'list_human_agents',
  method: 'GET',
  path: '/v1/human-agents',
  tag,
  summary: 'Who answers conversations that agents hand over',
  access: { kind: 'permission', permission: 'users:read' },
  input: z.object({ query: pageQuerySchema }),
  reply: { status: 200, schema: z.object({ human_agents: z.array(humanAgentSchema), next_cursor: nextCursorSchema }) },
});

export const putHumanAgent = defineRoute({
  id: 'put_human_agent',
  method: 'PUT',
  path: '/v1/human-agents/{user_id}',
  tag,
  summary: 'Let a user answer conversations, and say which',
  access: { kind: 'permission', permission: 'users:write' },
  input: z.object({
    params: userParams,
    body: z.object({
      skill_tags: z
        .array(z.string().trim().min(1).max(40))
        .max(50)
        .transform((tags) => [...new Set(tags)]),
      // As many chats as one person can keep in mind; a voice call is one at a time anyhow.
      max_concurrent_sessions: z.int().min(1).max(50).default(5),
    }),
  }),
  reply: { status: 200, schema: humanAgentSchema },
  errors: ['role_above_own'],
});

export const deleteHumanAgent = defineRoute({
  id: 'delete_human_agent',
  method: 'DELETE',
  path: '/v1/human-agents/{user_id}',
  tag,
  summary: 'Let a user answer conversations no more',
  access: { kind: 'permission', permission: 'users:write' },
  input: z.object({ params: userParams }),
  reply: { status: 204 },
});
