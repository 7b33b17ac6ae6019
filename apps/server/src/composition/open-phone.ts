import { holdMusic, readHoldMusic } from '@parley/channels/phone/hold-music.ts';
import { createTalk } from '@parley/channels/phone/talk.ts';
import type { Pcm } from '@parley/engine/ports/audio.ts';
import { createOutgoingHosts } from '../edge/outgoing-hosts.ts';
import { createCallsRepository } from '../phone/calls-repository.ts';
import { createPhoneDesk } from '../phone/create-phone-desk.ts';
import { createNumbersRepository } from '../phone/numbers-repository.ts';
import { createOutboundCalls } from '../phone/outbound-calls.ts';
import type { OutboundRules } from '../phone/outbound-targets.ts';
import type { Dialer } from '../phone/phone-desk.ts';
import { phoneRoutes } from '../phone/phone-routes.ts';
import { StartError } from '../start-errors.ts';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import type { Conversations } from './open-conversations.ts';
import type { Foundations } from './open-foundations.ts';

export type Phone = Awaited<ReturnType<typeof openPhone>>;

const minuteMs = 60_000;

/** Where telephones call in, and are called from. */
export async function openPhone(foundations: Foundations, conversations: Pick<Conversations, 'host' | 'edge'>) {
  const { config, owned, onError, clock, telemetry, database, jobs } = foundations;
  const { host, edge } = conversations;
  const { metrics } = telemetry;
  const numbers = createNumbersRepository(database);
  const calls = createCallsRepository(database);
  const { musicPath } = config.transfers;
  const music = musicPath === undefined ? holdMusic() : await readMusic(musicPath);
  const desk = createPhoneDesk({
    ...{ host, calls, numbers, defaultOrganizationId, metrics, onError },
    admit: edge.admitPhoneCall,
    isAgent: (agentId) => host.directory.shipped.has(agentId),
    createTalk: (leg, conversation) => createTalk(leg, conversation, { clock, music }),
    timeZone: config.timeZone,
  });
  jobs.every('close_lost_calls', minuteMs, () => calls.closeLost());

  /** In the order in which they are asked; each way in adds its own. */
  const dialers: Dialer[] = [];
  const { trunk } = config.phone.sip ?? {};
  const rules: OutboundRules = {
    prefixes: config.phone.outbound.prefixes,
    hosts: createOutgoingHosts(config.edge.outgoingAllowedHosts),
    trunkHost: trunk?.host,
  };
  const outbound = createOutboundCalls({
    ...{ host, desk, dialers, calls, numbers, onError, rules },
    limits: config.phone.outbound,
    standInNumber: trunk?.username,
  });
  owned.push(() => outbound.close());
  return {
    desk,
    dialers,
    outbound,
    /** Whom calls may be made to. */
    rules,
    routes: phoneRoutes({ host, desk, numbers, calls, outbound, timeZone: config.timeZone }),
  };
}

/** @throws StartError `config_invalid` */
async function readMusic(path: string): Promise<Pcm> {
  try {
    return await readHoldMusic(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError('config_invalid', `HOLD_MUSIC names a file that cannot be played: ${reason}`);
  }
}
