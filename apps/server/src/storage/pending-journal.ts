import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sealer } from '../privacy/sealer.ts';

/**
 * A file of lines in the data folder that outlive the process, sealed: what callers said stands in them. A line is there once `append`
 * resolved, also after a loss of power. It shrinks to nothing when all that it holds is done with.
 *
 * Calls may overlap; they are carried out in order.
 */
export interface PendingJournal {
  readonly bytes: number;
  /** Resolves once the line is on the disk. @throws the file system's error: a disk that is full */
  append(sequence: number, text: string): Promise<void>;
  /** The lines of these numbers are done with. Nothing is lost if that is: they may be done again. */
  done(sequences: readonly number[]): Promise<void>;
  /** Nothing in it is needed any more. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export interface JournalLine {
  readonly sequence: number;
  readonly text: string;
}

const purpose = 'pending-writes';

/** Opens the file, made if it is missing, and gives what is in it and not done with, in order. */
export async function openPendingJournal(
  folder: string,
  sealer: Sealer,
): Promise<{ readonly journal: PendingJournal; readonly lines: readonly JournalLine[]; readonly unreadable: number }> {
  const path = join(folder, 'pending-writes.journal');
  const file = await open(path, 'a+', 0o600);
  try {
    const content = await readAll(file);
    const read = await readLines(content, sealer);
    // A line that was cut off by a crash must not run into the next one.
    const whole = content.slice(0, content.lastIndexOf('\n') + 1);
    const bytes = Buffer.byteLength(whole);
    if (whole !== content) await file.truncate(bytes);
    return { journal: over(file, bytes, sealer), ...read };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function over(file: FileHandle, size: number, sealer: Sealer): PendingJournal {
  let bytes = size;
  let tail: Promise<unknown> = Promise.resolve();
  const inOrder = (work: () => Promise<void>): Promise<void> => {
    const result = tail.then(work);
    tail = result.catch(() => {});
    return result;
  };
  let isTorn = false;
  const write = async (lines: string) => {
    // What a full disk took of a line must not run into the next one.
    if (isTorn) await file.truncate(bytes);
    isTorn = true;
    await file.appendFile(lines);
    isTorn = false;
    bytes += Buffer.byteLength(lines);
  };
  return {
    get bytes() {
      return bytes;
    },
    append: (sequence, text) =>
      inOrder(async () => {
        await write(`+${sequence} ${await sealer.seal(text, purpose)}\n`);
        await file.datasync();
      }),
    done: (sequences) => inOrder(() => write(sequences.map((sequence) => `-${sequence}\n`).join(''))),
    clear: () =>
      inOrder(async () => {
        await file.truncate(0);
        await file.datasync();
        bytes = 0;
        isTorn = false;
      }),
    close: async () => {
      await tail;
      await file.close();
    },
  };
}

async function readAll(file: FileHandle): Promise<string> {
  const { size } = await file.stat();
  const bytes = Buffer.alloc(size);
  const { bytesRead } = await file.read(bytes, 0, size, 0);
  return bytes.subarray(0, bytesRead).toString('utf8');
}

async function readLines(content: string, sealer: Sealer): Promise<{ lines: JournalLine[]; unreadable: number }> {
  const open = new Map<number, string>();
  let unreadable = 0;
  const read = content.split('\n');
  // Half a number names another line, which is not done with.
  if (read.at(-1)?.startsWith('-')) read.pop();
  for (const line of read) {
    if (line === '') continue;
    const [, sign, digits, sealed] = /^([+-])(\d+)(?: (.+))?$/.exec(line) ?? [];
    if (digits === undefined) unreadable += 1;
    else if (sign === '-') open.delete(Number(digits));
    else if (sealed !== undefined) open.set(Number(digits), sealed);
  }
  const lines: JournalLine[] = [];
  for (const [sequence, sealed] of open) {
    try {
      lines.push({ sequence, text: await sealer.open(sealed, purpose) });
    } catch {
      // Cut off, or its key is gone.
      unreadable += 1;
    }
  }
  return { lines, unreadable };
}
