import type { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import type { Permission } from './permissions.ts';

/** Who may call a route. */
export type Access =
  /** Anybody; nobody is asked who they are. */
  | { readonly kind: 'public' }
  /** Whoever is signed in, whatever their role: for what is their own. */
  | { readonly kind: 'signed_in' }
  | {
      readonly kind: 'permission';
      readonly permission: Permission;
      /** For what concerns the whole server: only who belongs to the organization that it was started with. */
      readonly within?: 'default_organization';
    }
  /**
   * The caller of the conversation that the path names (`conversation_id`), with its token; or whoever has the permission, in the
   * conversation's organization.
   */
  | { readonly kind: 'conversation'; readonly permission: Permission };

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a route answers with when all goes well. */
export type Reply =
  | { readonly status: 200 | 201 | 202; readonly schema: z.ZodType }
  | { readonly status: 204 }
  /** Bytes or text of another kind than JSON; the handler sends them itself. */
  | { readonly status: 200; readonly mediaType: string };

/**
 * One endpoint: from this come the validation of what is sent, the check of who may, the OpenAPI document, the typed client and
 * the tests of permissions. What the server does is in apps/server, under the same id.
 */
export interface Route<I extends z.ZodObject = z.ZodObject, R extends Reply = Reply> {
  /** In snake case, unique: the OpenAPI `operationId`. */
  readonly id: string;
  readonly method: Method;
  /** With `{names}`, such as `/v1/flows/{flow_id}`. */
  readonly path: string;
  /** The group in the documentation. */
  readonly tag: string;
  /** One line. */
  readonly summary: string;
  /** What the schemas do not say: behaviour, limits, what to do next. Markdown. */
  readonly description?: string;
  readonly access: Access;
  /**
   * What is sent, at most `params` (of the path), `query` and `body`, each a schema. The first two are objects of strings as they
   * stand in the address: transform them here (`z.coerce`). A body that may be left out has a default.
   */
  readonly input: I;
  readonly reply: R;
  /** Codes of the catalogue beyond those that every route may answer with. */
  readonly errors?: readonly ErrorCode[];
  /** POST that creates: takes `Idempotency-Key`, and answers the same request again with the same. */
  readonly isIdempotent?: boolean;
  /** POST that takes `Idempotency-Key` too, and knows by itself what it did under it: its answers are not kept besides. */
  readonly takesIdempotencyKey?: boolean;
  /**
   * `read`: the answer carries an `ETag`. `write`: the request must say in `If-Match` which state it changes; another one is
   * refused with `precondition_failed`.
   */
  readonly etag?: 'read' | 'write';
  /** Largest body; 128 KiB when left out. */
  readonly bodyLimitBytes?: number;
}

/** Keeps the exact types of the schemas, and says at load what would be a mistake in every use. */
export function defineRoute<I extends z.ZodObject, R extends Reply>(route: Route<I, R>): Route<I, R> {
  const named = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const parts = Object.keys(route.input.shape);
  if (!/^[a-z][a-z0-9_]*$/.test(route.id)) throw new Error(`${route.id}: an id is snake case`);
  if (parts.some((part) => !['params', 'query', 'body'].includes(part))) {
    throw new Error(`${route.id}: input is params, query and body`);
  }
  if (named.length > 0 !== parts.includes('params')) throw new Error(`${route.id}: params are what the path names`);
  if (route.access.kind === 'conversation' && !named.includes('conversation_id')) {
    throw new Error(`${route.id}: whoever opens it by a conversation's token must name the conversation`);
  }
  return route;
}

/** What a handler gives back, before it is put on the wire. */
export type Output<R extends Reply> = R extends { readonly schema: infer S extends z.ZodType } ? z.input<S> : undefined;
