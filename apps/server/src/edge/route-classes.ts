import { apiRoutes } from '@parley/contract/api/routes.ts';

/** What a request costs and risks, by which it is counted. */
export type RouteClass =
  /** Tries a password, a token or a link: by address, strictly. */
  | 'sign_in'
  /** Opens a conversation: by address, and refused first when the server is busy. */
  | 'open'
  /** Takes up to seconds of a core. */
  | 'heavy'
  /** Goes on with a conversation: let through longest when the server is busy. */
  | 'conversation'
  | 'other';

const opening = new Set(['open_conversation', 'start_conversation']);
/** Syntheses, transcriptions, exports and erasures, by what their ids say. */
const heavy = /synthe|transcri|export|eras/;

const classes: ReadonlyMap<string, RouteClass> = new Map(
  apiRoutes.map(({ id, path, access }) => {
    if (opening.has(id)) return [id, 'open'];
    if (path.startsWith('/v1/auth/') && access.kind === 'public') return [id, 'sign_in'];
    if (heavy.test(id)) return [id, 'heavy'];
    return [id, access.kind === 'conversation' ? 'conversation' : 'other'];
  }),
);

export function routeClass(routeId: string): RouteClass {
  return classes.get(routeId) ?? 'other';
}
