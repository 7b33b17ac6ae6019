import { MediaError } from '../media-session.ts';
import type { PortPool } from '../port-pool.ts';
import type { RtpLines } from '../rtp-line.ts';
import { createSoundThread, type SoundThread } from './sound-thread-host.ts';

/** Five deaths a minute are a broken installation or a poisonous input, not bad luck: no more are started until some are forgotten. */
const mostDeaths = 5;
const deathWindowMs = 60_000;

/**
 * The sound of calls in threads of its own: what holds up the conversations' thread makes no hole in what callers hear. Threads are started
 * at once, in the background, so that the first call does not wait for one; in place of one that dies another is started.
 * @param onError told once of a thread that died, for all its calls
 * @param onThread told of each thread that starts
 */
export function createLinesInThreads(
  pool: PortPool,
  count: number,
  nowMs: () => number,
  onError: (error: unknown) => void,
  { onThread }: { readonly onThread?: (thread: SoundThread) => void } = {},
): RtpLines {
  const threads = new Set<SoundThread>();
  const closing = new Set<Promise<void>>();
  let deathsMs: number[] = [];
  let isClosed = false;

  const start = () => {
    const thread = createSoundThread(pool, (reason, lines) => {
      threads.delete(thread);
      deathsMs.push(nowMs());
      onError(new Error(`The thread of the sound of calls ended (${reason}), and with it ${lines} calls.`));
      replace();
    });
    threads.add(thread);
    onThread?.(thread);
  };

  const replace = () => {
    deathsMs = deathsMs.filter((atMs) => atMs > nowMs() - deathWindowMs);
    while (!isClosed && threads.size < count && deathsMs.length < mostDeaths) start();
  };

  replace();
  return {
    async open(options, events) {
      replace();
      const [least] = [...threads].sort((a, b) => a.load - b.load);
      if (least === undefined || isClosed) {
        throw new MediaError('ended', 'No thread for the sound of calls runs: calls are taken again within a minute.');
      }
      return await least.open(options, events);
    },
    get inUse() {
      return pool.inUse;
    },
    async close() {
      isClosed = true;
      for (const thread of threads) closing.add(thread.close());
      await Promise.all(closing);
    },
  };
}
