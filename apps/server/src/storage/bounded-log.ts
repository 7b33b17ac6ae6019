import { appendFileSync, renameSync, statSync } from 'node:fs';

/** Two files of this size at most: the one written to and the one before it. A quiet database takes years to fill one. */
const maxBytes = 1024 * 1024;

/**
 * A log file that cannot fill the disk. Written at once, so that the last words before a crash are there; a disk that is
 * full loses lines, not the server.
 */
export function createBoundedLog(file: string): { write(text: string): void } {
  let bytes = sizeOf(file);
  return {
    write(text) {
      try {
        if (bytes > maxBytes) {
          renameSync(file, `${file}.1`);
          bytes = 0;
        }
        appendFileSync(file, text, { mode: 0o600 });
        bytes += Buffer.byteLength(text);
      } catch {
        // The reader of a log is never worth more than the conversation that is going on.
      }
    },
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
