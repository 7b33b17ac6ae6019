import { appendFile, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Sealer } from '../privacy/sealer.ts';
import { createTestSealer } from '../testing/test-sealer.ts';
import { openPendingJournal } from './pending-journal.ts';

describe('the journal of what waits for the database', () => {
  let folder: string;
  let sealer: Sealer;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-journal-'));
    sealer = await createTestSealer();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  /** The disk takes half of the next write, and is full. */
  const fillDisk = async () => {
    const file = await open(join(folder, 'any'), 'a');
    await file.close();
    const prototype: typeof file = Object.getPrototypeOf(file);
    const { appendFile: append } = prototype;
    vi.spyOn(prototype, 'appendFile').mockImplementationOnce(async function (this: typeof file, data) {
      const text = String(data);
      await append.call(this, text.slice(0, Math.ceil(text.length / 2)));
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
  };
  const held = async () => {
    const { journal, lines, unreadable } = await openPendingJournal(folder, sealer);
    await journal.close();
    return { texts: lines.map(({ text }) => text), unreadable };
  };

  it('keeps what comes after a write that a full disk took half of', async () => {
    const { journal } = await openPendingJournal(folder, sealer);
    await journal.append(1, 'one');
    await fillDisk();
    await expect(journal.append(2, 'two')).rejects.toMatchObject({ code: 'ENOSPC' });
    await journal.append(3, 'three');
    await journal.close();
    expect(await held()).toEqual({ texts: ['one', 'three'], unreadable: 0 });
  });

  it('holds on to a line of which half a number says that it is done with', async () => {
    const { journal } = await openPendingJournal(folder, sealer);
    await journal.append(1, 'one');
    await journal.append(12, 'twelve');
    await fillDisk();
    // Half of it is `-1`.
    await expect(journal.done([12])).rejects.toMatchObject({ code: 'ENOSPC' });
    await journal.append(13, 'thirteen');
    await journal.close();
    expect((await held()).texts).toEqual(['one', 'twelve', 'thirteen']);
    // As a crash leaves it.
    await appendFile(join(folder, 'pending-writes.journal'), '-1');
    expect((await held()).texts).toEqual(['one', 'twelve', 'thirteen']);
    expect((await held()).texts).toEqual(['one', 'twelve', 'thirteen']);
  });
});
