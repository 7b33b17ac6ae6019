import { z } from 'zod';
import { permissions, roles } from './api/permissions.ts';

/**
 * An address of e-mail, in lower case: what stands before and after one @. Deliberately loose (`admin@localhost` is one); that it
 * works is shown by whoever opens a link sent to it.
 */
export const emailSchema = z
  .string()
  .max(254)
  .transform((text) => text.trim().normalize('NFC').toLowerCase())
  .refine((text) => /^[^\s@\p{Cc}<>"',;]{1,64}@[^\s@\p{Cc}<>"',;]{1,190}$/u.test(text), 'Not an e-mail address.');

/** A name as a person writes it. */
export const personNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .refine((name) => name.isWellFormed() && !/\p{Cc}/u.test(name), 'A name has no control characters.');

/**
 * A new password. Length is what makes one strong; the server also refuses those that are in every guesser's list and those that
 * are made of the name or the address. The upper limit only keeps hashing cheap.
 */
export const newPasswordSchema = z.string().min(12).max(256).meta({
  description: 'At least 12 characters; not a common password, not made of the name or the e-mail address.',
});

export const roleSchema = z.enum(roles);
export const permissionSchema = z
  .string()
  .refine((name) => Object.hasOwn(permissions, name), 'There is no such permission.')
  .meta({ description: `One of ${Object.keys(permissions).join(', ')}.` });

export const userIdSchema = z.uuid();

export const userStatusSchema = z.enum(['invited', 'active', 'disabled']);

/** Somebody of the organization. */
export const userSchema = z.object({
  user_id: userIdSchema,
  email: z.string(),
  name: z.string(),
  role: roleSchema,
  status: userStatusSchema,
  created_at: z.iso.datetime(),
  last_signed_in_at: z.iso.datetime().nullable(),
});
export type User = z.output<typeof userSchema>;

/** A user who answers conversations that an agent hands over. */
export const humanAgentSchema = z.object({
  user_id: userIdSchema,
  name: z.string(),
  skill_tags: z.array(z.string()),
  max_concurrent_sessions: z.int(),
  is_online: z.boolean(),
});
export type HumanAgent = z.output<typeof humanAgentSchema>;
