// Loaded by a worker alone, the codec's native library takes the process down when that worker exits.
import '@evan/opus';
import { Worker } from 'node:worker_threads';
import { MediaError } from '../media-session.ts';
import type { PortPool } from '../port-pool.ts';
import type { RtpLine, RtpLineEvents, RtpLineOptions } from '../rtp-line.ts';
import { takePorts } from '../take-ports.ts';
import { createHostedLine, type HostedLine } from './hosted-line.ts';
import { createLineQueue, lineQueueBytes } from './line-queue.ts';
import type { SoundCommand, SoundReport, SoundThreadData } from './messages.ts';
import { createSlots, type Slot } from './slots.ts';

/** A thread in which lines run, as the conversations' thread sees it. It owns the thread: `close` ends it. */
export interface SoundThread {
  /** @throws MediaError `no_port`, `ended` */
  open(options: RtpLineOptions, events: RtpLineEvents): Promise<RtpLine>;
  /** Lines that are open or are being opened. */
  readonly load: number;
  /** Ends the thread as if it had died by itself. */
  kill(): void;
  /** Lines first, then the thread. Idempotent. */
  close(): Promise<void>;
}

/**
 * How often it is looked whether lines heard something: the thread wakes nobody. What is heard comes so much later at most, and this thread
 * is woken 200 times a second however many calls there are.
 */
const lookEveryMs = 5;
/** After a stall there may be thousands of frames: other work gets its turn after so long. */
const longestGivingMs = 8;
/** Between two looks at the time. */
const framesPerTimeCheck = 16;
/**
 * Opening two sockets takes less than a millisecond; a thread that starts, a fifth of a second of a processor, for which it may wait while
 * all of a server starts on a machine that has much to do. Callers hear it ring meanwhile.
 */
const openTimeoutMs = 15_000;
/** A line says goodbye and closes two sockets. */
const closeTimeoutMs = 2000;

/** @param onDied the thread is gone by itself, and with it so many lines: all were told */
export function createSoundThread(pool: PortPool, onDied: (reason: string, lines: number) => void): SoundThread {
  const heardQueueMemory = new SharedArrayBuffer(lineQueueBytes);
  const heardQueue = createLineQueue(heardQueueMemory);
  const workerData: SoundThreadData = { heardQueue: heardQueueMemory };
  // No flags of the parent (a test runner's loaders, say) are wanted in there.
  const worker = new Worker(new URL('./sound-thread.ts', import.meta.url), { workerData, execArgv: [] });
  // What keeps the process alive is whoever has calls, not the thread.
  worker.unref();
  const slots = createSlots((memory) => post({ type: 'memory', memory }));
  const opening = new Map<number, (outcome: SoundReport | Died | TimedOut) => void>();
  const lines = new Map<number, HostedLine>();
  /** Places of lines that nobody waits for any more. */
  const strays = new Map<number, Slot>();
  const bySlot: (HostedLine | undefined)[] = [];
  let nextId = 1;
  let death: string | undefined;
  let deathReason = 'it exited';
  let isClosing = false;
  let closed: Promise<void> | undefined;
  let stopLooking = () => {};
  let isLooking = false;

  const post = (command: SoundCommand) => {
    if (death === undefined) worker.postMessage(command);
  };

  const look = () => {
    const isAllGiven = giveHeard();
    isLooking = lines.size > 0;
    if (!isLooking) return;
    if (isAllGiven) {
      const timer = setTimeout(look, lookEveryMs);
      stopLooking = () => clearTimeout(timer);
    } else {
      // Sockets and timers get their turn first.
      const turn = setImmediate(look);
      stopLooking = () => clearImmediate(turn);
    }
  };

  /** False when there is more, and other work's turn. */
  const giveHeard = (): boolean => {
    const untilMs = performance.now() + longestGivingMs;
    for (let n = 1; ; n += 1) {
      const number = heardQueue.take();
      if (number < 0) return true;
      bySlot[number]?.giveFrame();
      if (n % framesPerTimeCheck === 0 && performance.now() > untilMs) return false;
    }
  };

  const openOn = async (port: number, options: RtpLineOptions, events: RtpLineEvents): Promise<RtpLine | undefined> => {
    if (death !== undefined || isClosing) throw new MediaError('ended', 'The thread of the sound of calls ended.');
    const id = nextId++;
    const slot = slots.take();
    const outcome = await ask(id, () => post({ type: 'open', id, slot: slot.number, port, options }));
    if (outcome.type === 'opened') {
      const line = createHostedLine({
        id,
        port,
        slot,
        post,
        events,
        closeTimeoutMs,
        onClosed: () => forget(id, slot, port),
      });
      lines.set(id, line);
      bySlot[slot.number] = line;
      if (!isLooking) look();
      return line.line;
    }
    if (outcome.type === 'timed_out') {
      // It may open it yet: until it says that it closed it, its place is not given to another.
      strays.set(id, slot);
      post({ type: 'close', id });
      throw new MediaError('ended', `The thread of the sound of calls did not open a line within ${openTimeoutMs} ms.`);
    }
    slots.release(slot);
    if (outcome.type === 'taken') return undefined;
    if (outcome.type === 'refused') throw new MediaError('no_port', outcome.reason);
    throw new MediaError('ended', 'The thread of the sound of calls ended.');
  };

  const ask = (id: number, send: () => void) =>
    new Promise<SoundReport | Died | TimedOut>((resolve) => {
      const timer = setTimeout(() => settle({ type: 'timed_out' }), openTimeoutMs);
      const settle = (outcome: SoundReport | Died | TimedOut) => {
        clearTimeout(timer);
        opening.delete(id);
        resolve(outcome);
      };
      opening.set(id, settle);
      send();
    });

  /** The line is closed in the thread, or the thread is gone: nothing more comes of it. */
  const forget = (id: number, slot: Slot, port: number) => {
    lines.delete(id);
    // What it put in the queue before is not another's.
    if (bySlot[slot.number] !== undefined) giveAll();
    bySlot[slot.number] = undefined;
    slots.release(slot);
    pool.release(port);
  };

  const giveAll = () => {
    for (let number = heardQueue.take(); number >= 0; number = heardQueue.take()) bySlot[number]?.giveFrame();
  };

  const onReport = (report: SoundReport) => {
    const { id } = report;
    const stray = strays.get(id);
    if (report.type === 'opened') opening.get(id)?.(report);
    else if (stray !== undefined && report.type !== 'error') {
      strays.delete(id);
      slots.release(stray);
    } else if (report.type === 'taken' || report.type === 'refused') opening.get(id)?.(report);
    else lines.get(id)?.take(report);
  };

  worker.on('message', onReport);
  worker.on('error', (error: unknown) => {
    deathReason = error instanceof Error ? error.message : String(error);
  });
  worker.on('exit', () => {
    death = deathReason;
    const lost = lines.size;
    for (const settle of [...opening.values()]) settle({ type: 'died' });
    for (const line of [...lines.values()]) line.fail('the thread of its sound ended');
    if (!isClosing) onDied(deathReason, lost);
  });

  const close = async () => {
    isClosing = true;
    const timeOut = Promise.withResolvers<void>();
    const timer = setTimeout(timeOut.resolve, closeTimeoutMs);
    await Promise.race([Promise.all([...lines.values()].map(({ line }) => line.close())), timeOut.promise]);
    clearTimeout(timer);
    await worker.terminate();
    stopLooking();
  };

  return {
    open: (options, events) => takePorts(pool, (port) => openOn(port, options, events)),
    get load() {
      return lines.size + opening.size;
    },
    kill() {
      void worker.terminate();
    },
    close: () => (closed ??= close()),
  };
}

interface Died {
  readonly type: 'died';
}

interface TimedOut {
  readonly type: 'timed_out';
}
