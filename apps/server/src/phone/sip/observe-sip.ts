import type { MediaSessions } from '@parley/channels/rtp/media-session.ts';
import { type PortRange, pairsIn } from '@parley/channels/rtp/port-pool.ts';
import type { SipEndpoint } from '@parley/channels/sip/sip-endpoint.ts';
import type { Telemetry } from '../../telemetry/create-telemetry.ts';
import type { Dependency } from '../../telemetry/readiness.ts';

const states = ['registering', 'registered', 'failed'] as const;

const messages = [
  ['received', 'received'],
  ['malformed', 'malformed'],
  ['refused', 'refusedByAddress'],
  ['throttled', 'throttled'],
  ['retransmitted', 'retransmitted'],
] as const;

/** What can be counted of SIP, and whether the trunk knows us. */
export function observeSip(
  { metrics, dependencies }: Pick<Telemetry, 'metrics' | 'dependencies'>,
  endpoint: Pick<SipEndpoint, 'figures' | 'registrations'>,
  media: Pick<MediaSessions, 'inUse'>,
  rtpPorts: PortRange,
): void {
  for (const state of states) {
    const count = () => endpoint.registrations.filter((one) => one.state === state).length;
    metrics.gauge('parley_sip_registrations', { state }, count);
  }
  for (const [outcome, figure] of messages) {
    metrics.total('parley_sip_messages_total', { outcome }, () => endpoint.figures[figure]);
  }
  metrics.gauge('parley_sip_dialogs', {}, () => endpoint.figures.dialogs);
  metrics.gauge('parley_rtp_port_pairs', {}, () => media.inUse);
  metrics.gauge('parley_rtp_port_pairs_limit', {}, () => pairsIn(rtpPorts));
  if (endpoint.registrations.length > 0) dependencies.push(trunkDependency(endpoint));
}

/** Calls of browsers and other ways come all the same: it is never vital. */
function trunkDependency(endpoint: Pick<SipEndpoint, 'registrations'>): Dependency {
  return {
    name: 'sip_trunk',
    isVital: false,
    check: () => {
      const failed = endpoint.registrations.find(({ state }) => state === 'failed');
      if (failed !== undefined) return { state: 'down', detail: `Not registered: ${failed.problem ?? 'no answer'}.` };
      const isSettled = endpoint.registrations.every(({ state }) => state === 'registered');
      return isSettled ? { state: 'ok' } : { state: 'degraded', detail: 'Registering.' };
    },
  };
}
