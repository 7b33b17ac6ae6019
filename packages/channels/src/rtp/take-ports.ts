import { MediaError } from './media-session.ts';
import type { PortPool } from './port-pool.ts';

/** Pairs tried, where other programs hold ports of the range: of one that is half theirs a call fails once in four thousand millions. */
const mostTries = 32;

/**
 * Takes a pair of ports on which something can be opened; whoever gets it releases its port when it is done.
 * @param open undefined when another program has the port, or the next
 * @throws MediaError `no_port`, and what `open` throws
 */
export async function takePorts<Opened>(
  pool: PortPool,
  open: (port: number) => Promise<Opened | undefined>,
): Promise<Opened> {
  for (let n = 0; n < mostTries; n += 1) {
    const port = pool.take();
    try {
      const opened = await open(port);
      if (opened !== undefined) return opened;
    } catch (error) {
      pool.release(port);
      throw error;
    }
    pool.skip(port);
  }
  const why = `Other programs hold the ${mostTries} pairs of RTP ports that were tried: give RTP_PORTS a range of its own.`;
  throw new MediaError('no_port', why);
}
