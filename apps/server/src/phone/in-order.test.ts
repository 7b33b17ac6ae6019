import { WireError } from '@parley/contract/errors.ts';
import { describe, expect, it } from 'vitest';
import { createInOrder } from './in-order.ts';

describe('what is written of one call', () => {
  it('is written in its order, whatever else is written meanwhile and whatever fails', async () => {
    const failed: string[] = [];
    const written: string[] = [];
    const records = createInOrder((_, what) => failed.push(what));
    const gate = Promise.withResolvers<void>();
    const first = records.run('a', 'first', async () => {
      await gate.promise;
      written.push('a1');
    });
    const broken = records.run('a', 'second', () => Promise.reject(new Error('no such row')));
    const last = records.run('a', 'third', async () => void written.push('a3'));
    await records.run('b', 'other', async () => void written.push('b1'));
    expect(written).toEqual(['b1']);
    gate.resolve();
    await Promise.all([first, broken, last]);
    expect(written).toEqual(['b1', 'a1', 'a3']);
    expect(failed).toEqual(['second']);
  });

  it('waits for a database that is away, and is given up when it stays away', async () => {
    const failed: string[] = [];
    const records = createInOrder((_, what) => failed.push(what), [1, 1]);
    const away = new WireError('storage_unavailable');
    let tries = 0;
    await records.run('a', 'its end', async () => {
      tries += 1;
      if (tries < 3) throw away;
    });
    expect({ tries, failed }).toEqual({ tries: 3, failed: [] });
    await records.run('a', 'a note', () => Promise.reject(away));
    expect(failed).toEqual(['a note']);
  });
});
