import { holdMusic, readHoldMusic } from '@parley/channels/phone/hold-music.ts';
import { createTalk } from '@parley/channels/phone/talk.ts';
import { createMediaSessions } from '@parley/channels/rtp/media-sessions.ts';
import type { Pcm } from '@parley/engine/ports/audio.ts';
import { createOutgoingHosts } from '../edge/outgoing-hosts.ts';
import { cacheNumbers } from '../phone/cached-numbers.ts';
import { createCallsRepository } from '../phone/calls-repository.ts';
import { createPhoneDesk } from '../phone/create-phone-desk.ts';
import { createInOrder } from '../phone/in-order.ts';
import { createNumbersRepository } from '../phone/numbers-repository.ts';
import { createOutboundCalls } from '../phone/outbound-calls.ts';
import type { OutboundRules } from '../phone/outbound-targets.ts';
import type { PhoneDesk } from '../phone/phone-desk.ts';
import { phoneRoutes } from '../phone/phone-routes.ts';
import type { SipSettings } from '../phone/phone-settings.ts';
import { createUnspokenReport } from '../phone/report-unspoken.ts';
import { createSipAnswerer } from '../phone/sip/answer-sip-calls.ts';
import { observeSip } from '../phone/sip/observe-sip.ts';
import { openSip } from '../phone/sip/open-sip.ts';
import { createRefusalReport, reportRegistrations } from '../phone/sip/report-sip.ts';
import { reportStrangers } from '../phone/sip/report-strangers.ts';
import { createSipDialer } from '../phone/sip/sip-dialer.ts';
import { createWaysOut } from '../phone/ways-out.ts';
import { StartError } from '../start-errors.ts';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import type { Conversations } from './open-conversations.ts';
import type { Foundations } from './open-foundations.ts';

export type Phone = Awaited<ReturnType<typeof openPhone>>;

const minuteMs = 60_000;
/** How the last calls ended is written before the database is closed; one that is away does not hold up the end. */
const recordsTimeoutMs = 3000;

/** Where telephones call in, and are called from. */
export async function openPhone(foundations: Foundations, conversations: Pick<Conversations, 'host' | 'edge'>) {
  const { config, owned, onError, clock, telemetry, database, jobs } = foundations;
  const { host, edge } = conversations;
  const { metrics } = telemetry;
  const numbers = cacheNumbers(createNumbersRepository(database));
  const calls = createCallsRepository(database);
  const { musicPath } = config.transfers;
  const music = musicPath === undefined ? holdMusic() : await readMusic(musicPath);
  const records = createInOrder(onError);
  owned.push(() => records.settled(recordsTimeoutMs));
  const { organizations } = config.phone;
  const mayUse = (organizationId: string) =>
    organizationId === defaultOrganizationId || organizations === 'all' || organizations.has(organizationId);
  const onUnspoken = createUnspokenReport(foundations.log);
  const desk = createPhoneDesk({
    ...{ host, calls, records, numbers, mayUse, defaultOrganizationId, metrics, onUnspoken, onError },
    admit: edge.admitPhoneCall,
    isOverloaded: () => edge.overload.refusesCall(desk.liveCalls),
    isAgent: (agentId) => host.directory.shipped.has(agentId),
    createTalk: (leg, conversation) => createTalk(leg, conversation, { clock, music }),
    timeZone: config.timeZone,
  });
  jobs.every('close_lost_calls', minuteMs, () => calls.closeLost());

  const { trunk } = config.phone.sip ?? {};
  const twilioNumber = config.twilio?.number;
  const ways = createWaysOut({
    ...{ numbers, mayUse, onError },
    ownNumbers: new Map(twilioNumber === undefined ? [] : [[twilioNumber, 'twilio']]),
  });
  const rules: OutboundRules = {
    prefixes: config.phone.outbound.prefixes,
    hosts: createOutgoingHosts(config.edge.outgoingAllowedHosts),
    trunkHost: trunk?.host,
    ownDomain: config.phone.sip?.domain,
  };
  const outbound = createOutboundCalls({
    ...{ host, desk, ways, calls, numbers, onUnspoken, onError, rules },
    limits: config.phone.outbound,
    // Of those who run the server; other organizations have numbers of their own.
    standInNumber: (organizationId) =>
      organizationId === defaultOrganizationId ? (twilioNumber ?? trunk?.username) : undefined,
  });
  owned.push(() => outbound.close());
  /** Undefined before it listens, and where there is none. */
  let sip: Sip | undefined;
  const listen = async () => {
    if (config.phone.sip === undefined) return;
    sip = await listenForSip(foundations, { settings: config.phone.sip, rules, desk });
    if (sip !== undefined) ways.open(sip.dialer);
  };
  return {
    desk,
    /** How calls leave; each way in adds its own. */
    ways,
    outbound,
    /** Whom calls may be made to. */
    rules,
    /** What callers hear who wait. */
    music,
    /** Calls by SIP come from now on. @throws StartError */
    listen,
    /** Those by SIP that are new go to another server from now on. */
    drain: () => sip?.endpoint.drain(),
    /** Where SIP listens. */
    get sipListening() {
      return sip?.endpoint.listening ?? [];
    },
    routes: phoneRoutes({ host, desk, numbers, calls, outbound, mayUse, timeZone: config.timeZone }),
  };
}

type Sip = NonNullable<Awaited<ReturnType<typeof listenForSip>>>;

/** @throws StartError */
async function listenForSip(
  { config, owned, onError, clock, telemetry, log, events, keys }: Foundations,
  { settings, rules, desk }: { settings: SipSettings; rules: OutboundRules; desk: PhoneDesk },
) {
  const media = createMediaSessions({
    clock,
    ports: config.phone.rtpPorts,
    codecs: settings.codecs,
    threads: config.phone.soundThreads,
    onError: (error) => onError(error, 'the sound of a call by SIP'),
  });
  owned.push(() => media.close());
  const { host, publicIp } = config;
  const onRefused = createRefusalReport(log);
  const onCall = createSipAnswerer({ desk, trunkUser: settings.trunk?.username, onRefused, onError });
  const strangers = reportStrangers(log);
  owned.push(strangers.stop);
  const accountSecret = await keys.sharedSecret('who telephones are');
  const sip = await openSip({
    ...{ settings, host, publicIp, media, clock, hosts: rules.hosts, accountSecret },
    onCall,
    onIdentified: strangers.note,
    onTlsRenewed: () => log.info('SIP shows a renewed certificate'),
    onError,
  });
  if (sip === undefined) {
    const sentence = `Port ${settings.port} is taken: there are no calls by SIP. Set SIP_PORT to another, or to off.`;
    events.report(sentence);
    return undefined;
  }
  owned.push(() => sip.close());
  observeSip(telemetry, sip.endpoint, media, config.phone.rtpPorts);
  owned.push(reportRegistrations(sip.endpoint, log));
  const { trunk, outboundProxy } = settings;
  return { ...sip, dialer: createSipDialer({ endpoint: sip.endpoint, trunk, outboundProxy, domain: sip.domain }) };
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
