import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc: unknown = runInNewContext('gc');

/** Let go of all that nobody needs. Twice: what is finalized in the first is free after the second. */
export function collectGarbage(): void {
  if (typeof gc !== 'function') throw new Error('This Node does not let its memory be collected by hand.');
  gc();
  gc();
}

/** What is kept on the heap and beside it (arrays of sound), after all else was let go. */
export function keptBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
