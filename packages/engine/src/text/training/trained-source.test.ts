import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { doneProbability } from '../completeness/model.ts';
import { judgedPauses, score } from './evaluate.ts';
import { linesOf } from './templates.ts';
import { dataOf, trainedSource, weightsFile } from './trained-source.ts';

const languages = ['en', 'vi'] as const;

async function heldOut(language: 'en' | 'vi'): Promise<string> {
  return readFile(new URL(`../../../data/completeness/${language}/heldout.txt`, import.meta.url), 'utf8');
}

describe('the text model', () => {
  it('is what the data in the repository gives, to the bit, and small', async () => {
    const committed = await readFile(weightsFile, 'utf8');
    expect((await trainedSource(() => {})) === committed).toBe(true);
    expect(committed.length).toBeLessThan(250_000);
  }, 60_000);

  it.each(languages)('tells in unseen sentences (%s) who is done from who goes on', async (language) => {
    const pauses = judgedPauses(await heldOut(language));
    const { auc, accuracy, calibrationError } = score(pauses, (text) => doneProbability(text, language) ?? 0.5);
    expect(auc).toBeGreaterThan(0.88);
    // At one half; delays are chosen by far surer values.
    expect(accuracy).toBeGreaterThan(0.75);
    expect(calibrationError).toBeLessThan(0.15);
  });

  it.each(languages)('never saw the sentences that it is judged by (%s)', async (language) => {
    const { sentences, tuning, fragments } = await dataOf(language);
    const known = new Set([sentences, tuning, fragments].flatMap(linesOf).map(plain));
    const judged = linesOf(await heldOut(language)).map(plain);
    expect(judged.length).toBeGreaterThan(20);
    expect(judged.filter((line) => known.has(line))).toEqual([]);
  });

  it('answers within milliseconds', () => {
    const text = "i'd like to book a table for four on friday evening if that is still possible at";
    doneProbability(text, 'en-US');
    const startedMs = performance.now();
    for (let call = 0; call < 1000; call += 1) doneProbability(text, 'en-US');
    expect((performance.now() - startedMs) / 1000).toBeLessThan(5);
  });
});

function plain(line: string): string {
  return line.replaceAll('|', ' ').replace(/\s+/g, ' ').trim();
}
