import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { WorkerHost, WorkerHostEvents } from '../embedded/worker-host.ts';

/** Deaths within a minute after which the process is not started again: it is broken, and starting takes seconds each time. */
const maxDeaths = 5;
const deathWindowMs = 60_000;

/** What the process wrote before it died is told as the reason, so much of it. */
const maxReasonLength = 2000;

/**
 * One process that is started again when it dies. It can be ended at any moment: a thread that is ended while native code is at
 * work in it takes the whole server along.
 *
 * @param data what it is started with, as JSON in its first argument
 */
export function createProcessHost<Request extends object, Reply>(
  url: URL,
  data: object,
  events: WorkerHostEvents<Reply>,
): WorkerHost<Request> {
  let child: ChildProcess | undefined;
  let closed = false;
  let deaths: number[] = [];

  function start(): ChildProcess {
    const started = fork(fileURLToPath(url), [JSON.stringify(data)], {
      // No flags of the parent (a test runner's loaders, say) are wanted in there.
      execArgv: [],
      // Numbers go over as they are, not as text.
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let said = '';
    started.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-maxReasonLength);
    });
    let failure: string | undefined;
    started.on('error', (error) => {
      failure = error.message;
    });
    started.on('message', (message) => {
      if (child === started) events.message(message as Reply);
    });
    // Not `exit`: what it wrote is read by then.
    started.on('close', (code, signal) => {
      if (child !== started) return;
      child = undefined;
      if (closed) return;
      deaths.push(performance.now());
      events.died(failure ?? (said.trim() || `it ended with ${signal ?? code}`));
    });
    return started;
  }

  child = start();
  return {
    post(message) {
      if (closed) return false;
      if (child === undefined) {
        deaths = deaths.filter((at) => at > performance.now() - deathWindowMs);
        if (deaths.length >= maxDeaths) return false;
        child = start();
      }
      // A process that is gone is told of by `died`.
      child.send(message, () => {});
      return true;
    },
    kill() {
      child?.kill('SIGKILL');
    },
    async close() {
      closed = true;
      const last = child;
      child = undefined;
      if (last === undefined || last.exitCode !== null || last.signalCode !== null) return;
      const ended = new Promise((resolve) => last.once('exit', resolve));
      last.kill('SIGKILL');
      await ended;
    },
  };
}
