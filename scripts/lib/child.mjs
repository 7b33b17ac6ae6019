import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** A signal that comes twice within this time is one keypress: the terminal signals the whole group and npm passes it on too. */
const sameSignalMs = 500;
/** How often a script under npm looks whether npm still lives. */
const parentPollMs = 500;
const isWindows = process.platform === 'win32';

/**
 * Runs a program in the terminal of this one until it ends. Each signal reaches it exactly once, and it never outlives
 * this process or the npm that started this process.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} its exit code; 128 + the signal's number when a signal ended it, as shells count
 */
export function runProgram(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    // In a session of its own the terminal's Ctrl-C reaches us only, and we pass it on once. (Windows has no such signals.)
    const child = spawn(command, args, { ...options, stdio: 'inherit', detached: !isWindows });
    const stopForwarding = forwardSignals(child);
    child.once('error', (error) => {
      stopForwarding();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      stopForwarding();
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/** Passes this process's signals on to the child; on Windows the console itself has already told the child. */
export function forwardSignals(child) {
  const lastMs = new Map();
  const signals = isWindows ? ['SIGINT', 'SIGBREAK'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const forward = (signal) => {
    const now = Date.now();
    const isRepeat = now - (lastMs.get(signal) ?? Number.NEGATIVE_INFINITY) < sameSignalMs;
    lastMs.set(signal, now);
    // A closed terminal window asks programs to end as cleanly as any other way; few of them know its signal.
    if (!isRepeat && !isWindows) child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
  };
  for (const signal of signals) process.on(signal, forward);
  // When npm is killed outright, or the shell between npm and us is, we are given another parent: nobody is left to stop us.
  const parent = process.ppid;
  const watch =
    process.env.npm_lifecycle_event === undefined || isWindows
      ? undefined
      : setInterval(() => {
          if (process.ppid === parent) return;
          clearInterval(watch);
          forward('SIGTERM');
        }, parentPollMs);
  return () => {
    clearInterval(watch);
    for (const signal of signals) process.off(signal, forward);
  };
}

/**
 * Runs a program without showing it, and gives what it said.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runQuietly(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: !isWindows,
      // npm and vite are .cmd files on Windows when they are not started through Node.
      shell: isWindows && command === 'npm',
    });
    let output = '';
    const keep = (chunk) => {
      // The end says what went wrong.
      output = (output + chunk).slice(-64_000);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    const stopForwarding = forwardSignals(child);
    child.once('error', (error) => {
      stopForwarding();
      reject(error);
    });
    child.once('close', (code, signal) => {
      stopForwarding();
      // Stopped by the user: nothing is left to do, and nobody wants a report.
      if (signal !== null) process.exit(128 + (constants.signals[signal] ?? 0));
      resolve({ code: code ?? 1, output });
    });
  });
}
