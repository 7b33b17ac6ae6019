import type { LegFigures } from '@parley/channels/phone/phone-leg.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** How the line of a call was that is over. */
export function observeLine(metrics: Metrics, { packetsReceived, packetsLost, jitterMs, far }: LegFigures): void {
  const due = packetsReceived + packetsLost;
  if (due > 0) metrics.observe('parley_phone_lost_ratio', { direction: 'in' }, packetsLost / due);
  if (jitterMs !== undefined) metrics.observe('parley_phone_jitter_seconds', { direction: 'in' }, jitterMs / 1000);
  if (far === undefined) return;
  metrics.observe('parley_phone_lost_ratio', { direction: 'out' }, far.lostShare);
  metrics.observe('parley_phone_jitter_seconds', { direction: 'out' }, far.jitterMs / 1000);
  if (far.roundTripMs !== undefined) metrics.observe('parley_phone_round_trip_seconds', {}, far.roundTripMs / 1000);
}
