import { until } from '@parley/channels/testing/peers/peer-process.ts';
import type { Fleet } from './fleet.ts';

export interface Leftovers {
  readonly portsLeft: number;
  readonly dialogsLeft: number;
}

/** A dialog is kept for 32 seconds after its end, for messages that come late (RFC 3261, timer J). */
const letGoMs = 40_000;

/** What all servers together still have once there was time to let it go. */
export async function leftovers(fleet: Fleet): Promise<Leftovers> {
  const read = async () => {
    const [ports, dialogs] = await Promise.all([
      fleet.metric('parley_rtp_port_pairs'),
      fleet.metric('parley_sip_dialogs'),
    ]);
    return { portsLeft: sum(ports), dialogsLeft: sum(dialogs) };
  };
  await until('all is let go', async () => Object.values(await read()).every((count) => count === 0), {
    timeoutMs: letGoMs,
    everyMs: 500,
  }).catch(() => undefined);
  return await read();
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
