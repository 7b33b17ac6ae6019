import * as agents from './agents-api.ts';
import * as conversations from './conversations-api.ts';
import type { Route } from './route.ts';

/** Every endpoint of this server. A new area is one import and one entry. */
export const apiRoutes: readonly Route[] = [agents, conversations].flatMap((area) => Object.values<Route>(area));
