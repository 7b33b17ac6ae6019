import { z } from 'zod';
import { emailSchema, humanAgentSchema, newPasswordSchema, personNameSchema, userSchema } from '../people.ts';
import { defineRoute } from './route.ts';

const tag = 'Signing in';

/** Longer than any password or token that we gave out. */
const secretSchema = z.string().min(1).max(1024);

const signedInSchema = z.discriminatedUnion('transport', [
  z.object({
    transport: z.literal('bearer'),
    access_token: z.string().meta({ description: 'A JWT; send it as `Authorization: Bearer …`.' }),
    token_type: z.literal('Bearer'),
    expires_in_seconds: z.int(),
    refresh_token: z.string().meta({ description: 'Works once: each refresh gives a new one.' }),
    user: userSchema,
  }),
  z.object({
    transport: z.literal('cookie'),
    expires_in_seconds: z.int(),
    csrf_token: z.string().meta({
      description:
        'Also in the cookie `parley_csrf` (with the prefix `__Host-` over https); send it as `x-csrf-token` with every request that changes something.',
    }),
    user: userSchema,
  }),
]);

export const signIn = defineRoute({
  id: 'sign_in',
  method: 'POST',
  path: '/v1/auth/sign-in',
  tag,
  summary: 'Sign in with e-mail address and password',
  description:
    'The access token lives 15 minutes; `refresh` gives the next one, for 30 days after signing in. Five wrong passwords lock the ' +
    'account for half a minute, each further one for twice as long, up to 15 minutes; the answer is the same then as for a wrong ' +
    'password.',
  access: { kind: 'public' },
  input: z.object({
    body: z.object({
      email: emailSchema,
      password: secretSchema,
      transport: z.enum(['bearer', 'cookie']).default('bearer').meta({
        description: '`cookie` for pages: the tokens are set as cookies that no script can read.',
      }),
    }),
  }),
  reply: { status: 200, schema: signedInSchema },
  errors: ['sign_in_failed', 'too_many_attempts'],
});

export const getSignInMethods = defineRoute({
  id: 'get_sign_in_methods',
  method: 'GET',
  path: '/v1/sign-in-methods',
  tag,
  summary: 'How one can sign in here',
  access: { kind: 'public' },
  input: z.object({}),
  reply: {
    status: 200,
    schema: z.object({
      oidc_start_url: z.url().nullable().meta({
        description:
          'Where to send the browser to sign in with the OpenID provider; add `?return_to=/path` to come back to a path of this server. Null when there is none.',
      }),
      sends_mail: z.boolean().meta({ description: 'Whether a forgotten password can be reset by mail.' }),
    }),
  },
});

const refreshBody = z
  .object({ refresh_token: secretSchema.optional().meta({ description: 'Left out, the cookie is used.' }) })
  .default({});

export const refreshTokens = defineRoute({
  id: 'refresh_tokens',
  method: 'POST',
  path: '/v1/auth/refresh',
  tag,
  summary: 'Exchange a refresh token for a new pair',
  description:
    'A refresh token that comes a second time ends the session it belongs to: one of the two who sent it is not who they should be. ' +
    'Within ten seconds of its use it is only refused (`refresh_superseded`), since two tabs of one browser may refresh at once.',
  access: { kind: 'public' },
  input: z.object({ body: refreshBody }),
  reply: { status: 200, schema: signedInSchema },
  errors: ['session_ended', 'refresh_superseded'],
});

export const signOut = defineRoute({
  id: 'sign_out',
  method: 'POST',
  path: '/v1/auth/sign-out',
  tag,
  summary: 'End this session',
  description:
    'Ends the session of the refresh token or of whoever asks, and removes the cookies. Answers the same when there was none.',
  access: { kind: 'public' },
  input: z.object({ body: refreshBody }),
  reply: { status: 204 },
});

export const requestPasswordReset = defineRoute({
  id: 'request_password_reset',
  method: 'POST',
  path: '/v1/auth/password-resets',
  tag,
  summary: 'Ask for a link to set a new password',
  description: 'The answer is the same whether the address is known or not.',
  access: { kind: 'public' },
  input: z.object({ body: z.object({ email: emailSchema }) }),
  reply: {
    status: 202,
    schema: z.object({
      delivery: z.enum(['email', 'admin']).meta({
        description:
          '`email`: a known address is sent a link. `admin`: this server sends no mail; an admin can make a link.',
      }),
    }),
  },
  errors: ['too_many_attempts'],
});

export const completePasswordReset = defineRoute({
  id: 'complete_password_reset',
  method: 'POST',
  path: '/v1/auth/password-resets/complete',
  tag,
  summary: 'Set a new password with the token of a link',
  description: 'Ends all sessions of the user and lifts a lock.',
  access: { kind: 'public' },
  input: z.object({ body: z.object({ token: secretSchema, new_password: newPasswordSchema }) }),
  reply: { status: 204 },
  errors: ['link_invalid', 'password_refused', 'too_many_attempts'],
});

export const acceptInvitation = defineRoute({
  id: 'accept_invitation',
  method: 'POST',
  path: '/v1/auth/invitations/accept',
  tag,
  summary: 'Accept an invitation: choose a password',
  access: { kind: 'public' },
  input: z.object({
    body: z.object({ token: secretSchema, password: newPasswordSchema, name: personNameSchema.optional() }),
  }),
  reply: { status: 200, schema: userSchema },
  errors: ['link_invalid', 'password_refused', 'too_many_attempts'],
});

export const changePassword = defineRoute({
  id: 'change_password',
  method: 'POST',
  path: '/v1/auth/change-password',
  tag,
  summary: "Change one's own password",
  description: 'Ends all other sessions of the user.',
  access: { kind: 'signed_in' },
  input: z.object({ body: z.object({ current_password: secretSchema, new_password: newPasswordSchema }) }),
  reply: { status: 204 },
  errors: ['sign_in_failed', 'password_refused', 'too_many_attempts'],
});

const meSchema = userSchema.extend({
  organization: z.object({ organization_id: z.uuid(), name: z.string() }),
  permissions: z.array(z.string()),
  human_agent: humanAgentSchema.nullable().meta({ description: 'Null for who answers no conversations.' }),
});

export const getMe = defineRoute({
  id: 'get_me',
  method: 'GET',
  path: '/v1/me',
  tag,
  summary: 'Who is signed in, and what they may',
  access: { kind: 'signed_in' },
  input: z.object({}),
  reply: { status: 200, schema: meSchema },
});

export const updateMe = defineRoute({
  id: 'update_me',
  method: 'PATCH',
  path: '/v1/me',
  tag,
  summary: "Change one's own name",
  access: { kind: 'signed_in' },
  input: z.object({ body: z.object({ name: personNameSchema }) }),
  reply: { status: 200, schema: meSchema },
});

export const setAvailability = defineRoute({
  id: 'set_availability',
  method: 'PUT',
  path: '/v1/me/availability',
  tag,
  summary: 'Say whether one answers conversations now',
  description: 'For users who were set up as human agents.',
  access: { kind: 'permission', permission: 'conversations:answer' },
  input: z.object({ body: z.object({ is_online: z.boolean() }) }),
  reply: { status: 200, schema: humanAgentSchema },
  errors: ['not_a_human_agent'],
});
