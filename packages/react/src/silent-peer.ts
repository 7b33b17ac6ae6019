import { z } from 'zod';
import type { PeerLike } from './environment.ts';

const CHECK_EVERY_MS = 1_000;
/** Between words the server sends silence, fifty packets a second: three seconds of none is no jitter any more. */
const MAX_SILENT_CHECKS = 3;

/**
 * Calls `onSilent` once when a peer that has sent audio sends none any more. A server that was killed says no goodbye,
 * and ICE takes some ten seconds to find out. A peer that never sent any is left alone. Returns how to stop.
 */
export function watchForSilence(peer: Pick<PeerLike, 'getStats'>, onSilent: () => void): () => void {
  let isStopped = false;
  let received = 0;
  let silentChecks = 0;
  const timer = setInterval(() => void check(), CHECK_EVERY_MS);

  async function check(): Promise<void> {
    const now = await packetsReceived(peer);
    if (isStopped) return;
    silentChecks = now > received || received === 0 ? 0 : silentChecks + 1;
    received = now;
    if (silentChecks < MAX_SILENT_CHECKS) return;
    stop();
    onSilent();
  }

  function stop(): void {
    isStopped = true;
    clearInterval(timer);
  }

  return stop;
}

async function packetsReceived(peer: Pick<PeerLike, 'getStats'>): Promise<number> {
  let packets = 0;
  try {
    (await peer.getStats()).forEach((report) => {
      const inbound = inboundSchema.safeParse(report);
      if (inbound.success) packets += inbound.data.packetsReceived;
    });
  } catch {
    // A peer that is being closed; whoever closes it stops the watch.
  }
  return packets;
}

const inboundSchema = z.object({ type: z.literal('inbound-rtp'), packetsReceived: z.number() });
