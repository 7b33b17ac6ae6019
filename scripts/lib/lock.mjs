import { mkdirSync, readFileSync, rmdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** The holder shows that it lives this often. */
const heartbeatMs = 1_000;
/** A lock without a sign of life for this long was left by a process that was killed; far above what a busy disk delays. */
const staleMs = 15_000;
const pollMs = 200;

/**
 * Runs `work` while no other process on this file (even from another container on the same disk) does. A lock left by a
 * killed process is taken over: at once when its process is known to be gone, otherwise after 15 s without a heartbeat.
 * @template T
 * @param {string} path the lock file
 * @param {() => Promise<T>} work
 * @param {{ onWait?: () => void, timeoutMs?: number }} [options] `onWait` is called once if another process holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(path, work, options = {}) {
  const { onWait, timeoutMs = 15 * 60_000 } = options;
  const mark = `${process.pid} ${hostname()} ${Date.now()}`;
  const deadline = Date.now() + timeoutMs;
  let waited = false;
  while (!tryCreate(path, mark)) {
    if (isStale(path)) breakLock(path);
    else {
      if (!waited) onWait?.();
      waited = true;
      if (Date.now() > deadline)
        throw new Error(`Another setup has held ${path} for too long; end it or remove the file.`);
      await sleep(pollMs);
    }
  }
  const release = () => {
    if (readText(path) === mark) rmSync(path, { force: true });
  };
  const heartbeat = setInterval(() => touch(path), heartbeatMs);
  process.on('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.off('exit', release);
    release();
  }
}

function tryCreate(path, mark) {
  try {
    writeFileSync(path, mark, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function isStale(path) {
  const age = ageMs(path);
  if (age === undefined) return false;
  if (age > staleMs) return true;
  const [pid, host] = (readText(path) ?? '').split(' ');
  return host === hostname() && Number(pid) > 0 && !isAlive(Number(pid));
}

/** Only one waiter may remove a stale lock, or the second would remove the fresh lock of the first. */
function breakLock(path) {
  const guard = `${path}.break`;
  try {
    mkdirSync(guard);
  } catch {
    const age = ageMs(guard);
    if (age !== undefined && age > staleMs) removeFolder(guard);
    return;
  }
  try {
    if (isStale(path)) rmSync(path, { force: true });
  } finally {
    removeFolder(guard);
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function ageMs(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return undefined;
  }
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Taken from us by someone who thought us dead: the work goes on, there is nothing better to do.
  }
}

function removeFolder(path) {
  try {
    rmdirSync(path);
  } catch {
    // Another waiter was quicker.
  }
}
