import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { createLineQueue } from './line-queue.ts';
import type { SoundCommand, SoundReport, SoundThreadData } from './messages.ts';
import { linesPerMemory, openSoundMemory, type SoundMemory } from './sound-memory.ts';
import { openThreadedLine, type ThreadedLine } from './threaded-line.ts';

/** Half of what there is, as programs of sound commonly ask for. */
const preferredPriority = -10;

// The thread in which the sound of calls runs: started by `createSoundThread`.

const port = parentPort;
if (port === null) throw new Error('The thread of the sound of calls is started by the server.');

const { heardQueue: heardQueueMemory }: SoundThreadData = workerData;
const heardQueue = createLineQueue(heardQueueMemory);
const clock = createSystemClock();
const memories: SoundMemory[] = [];
const lines = new Map<number, ThreadedLine>();
/** Told to close before they were open. */
const unwanted = new Set<number>();

preferThisThread();

const report = (message: SoundReport) => port.postMessage(message);

port.on('message', (command: SoundCommand) => {
  switch (command.type) {
    case 'memory':
      memories.push(openSoundMemory(command.memory));
      return;
    case 'open':
      void open(command);
      return;
    case 'close':
      void close(command.id);
      return;
    default:
      guarded(command.id, () => take(command));
  }
});

function take(command: Exclude<SoundCommand, { type: 'memory' | 'open' | 'close' }>): void {
  const line = lines.get(command.id);
  switch (command.type) {
    case 'configure':
      return line?.configure(command.agreed);
    case 'hear':
      return line?.hear(command.isHeard);
    case 'press':
      return line?.press(command);
    case 'stop_pressing':
      return line?.stopPressing(command.pressId);
    default:
      return command satisfies never;
  }
}

async function open(command: SoundCommand & { readonly type: 'open' }): Promise<void> {
  const { id, slot } = command;
  const memory = memories[Math.floor(slot / linesPerMemory)];
  try {
    if (memory === undefined) throw new Error(`There is no memory for line ${slot}.`);
    const line = await openThreadedLine(command, { clock, heardQueue, memory, report });
    if (line === undefined) {
      unwanted.delete(id);
      return report({ type: 'taken', id });
    }
    lines.set(id, line);
    report({ type: 'opened', id });
    if (unwanted.delete(id)) await close(id);
  } catch (error) {
    unwanted.delete(id);
    report({ type: 'refused', id, reason: error instanceof Error ? error.message : String(error) });
  }
}

async function close(id: number): Promise<void> {
  const line = lines.get(id);
  if (line === undefined) {
    unwanted.add(id);
    return;
  }
  lines.delete(id);
  try {
    await line.close();
  } catch (error) {
    report({ type: 'error', id, error });
  }
  report({ type: 'closed', id });
}

/**
 * Before the process's other threads where the system lets us: this one is late by what it waits for a processor, they only by a little
 * more. Only Linux knows a priority of single threads by this call; elsewhere it would be the process's.
 */
function preferThisThread(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(preferredPriority);
  } catch {
    // It takes a right that servers seldom have (CAP_SYS_NICE): then it is a thread as others are.
  }
}

function guarded(id: number, call: () => void): void {
  try {
    call();
  } catch (error) {
    report({ type: 'error', id, error });
  }
}
