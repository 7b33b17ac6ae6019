import * as agents from './agents-api.ts';
import * as apiKeys from './api-keys-api.ts';
import * as audit from './audit-api.ts';
import * as conversations from './conversations-api.ts';
import * as flows from './flows-api.ts';
import * as handOffs from './handoffs-api.ts';
import * as identity from './identity-api.ts';
import * as integrations from './integrations-api.ts';
import * as nlu from './nlu-api.ts';
import * as organization from './organization-api.ts';
import * as phone from './phone-api.ts';
import * as privacy from './privacy-api.ts';
import * as providers from './providers-api.ts';
import * as recordings from './recordings-api.ts';
import * as records from './records-api.ts';
import type { Route } from './route.ts';
import * as speech from './speech-api.ts';
import * as telemetry from './telemetry-api.ts';
import * as usage from './usage-api.ts';
import * as users from './users-api.ts';
import * as webhooks from './webhooks-api.ts';

/** Every endpoint of this server. A new area is one import and one entry. */
export const apiRoutes: readonly Route[] = [
  agents,
  apiKeys,
  audit,
  conversations,
  flows,
  handOffs,
  identity,
  integrations,
  nlu,
  records,
  organization,
  phone,
  privacy,
  providers,
  recordings,
  speech,
  telemetry,
  usage,
  users,
  webhooks,
].flatMap((area) => Object.values<Route>(area));
