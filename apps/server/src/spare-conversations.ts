import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/**
 * V8 marks what it is going to collect in up to seven threads beside the one of the conversations. On a machine of few cores they take
 * the processor from it: at 500 calls on two cores it was held up for a quarter to half a second each five seconds, and the slowest of a
 * hundred calls was answered in 240 ms; with one such thread, in 176. So at most half of the cores mark.
 *
 * V8 reads the number each time that it begins to mark, so it may be set while the process runs.
 */
export function spareConversations(): void {
  const markers = Math.max(1, Math.floor(availableParallelism() / 2));
  setFlagsFromString(`--concurrent-marking-max-worker-num=${markers}`);
}
