import { createRandom } from '@parley/engine/simulation/random.ts';
import { judgedPauses } from '@parley/engine/text/training/evaluate.ts';
import { createExamples } from '@parley/engine/text/training/examples.ts';
import { dataOf } from '@parley/engine/text/training/trained-source.ts';
import { describe, expect, it } from 'vitest';
import { cutIns, figuresOf, measureAll, speakAll } from './measure.ts';
import { readUtterances, textOf } from './utterances.ts';

describe('the labelled set', () => {
  it('is large enough in both languages', async () => {
    const utterances = await readUtterances('measured');
    expect(utterances.length).toBeGreaterThanOrEqual(200);
    expect(utterances.filter(({ language }) => language === 'vi').length).toBeGreaterThanOrEqual(80);
    const pauses = utterances.flatMap(({ pieces }) => pieces.slice(0, -1).map(({ pauseMs }) => pauseMs));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(400);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1800);
  });

  it('holds no sentence that the text model was trained or tuned by', async () => {
    const known = new Set((await readUtterances('tuning')).map(textOf));
    for (const language of ['en', 'vi'] as const) {
      const data = await dataOf(language);
      for (const { text } of createExamples(data, language, createRandom(`completeness/${language}`))) known.add(text);
      for (const { text } of judgedPauses(data.tuning)) known.add(text);
    }
    const measured = (await readUtterances('measured')).map(textOf);
    expect(measured.filter((text) => known.has(text))).toEqual([]);
  });
});

describe('the set to tune by', () => {
  it('is as large, so that what is chosen by it holds elsewhere', async () => {
    const utterances = await readUtterances('tuning');
    expect(utterances.length).toBeGreaterThanOrEqual(250);
    expect(utterances.filter(({ language }) => language === 'vi').length).toBeGreaterThanOrEqual(100);
  });
});

describe('a call in virtual time', () => {
  it('is decided the same each time, waits through pauses, and answers a whole sentence soon', async () => {
    const english = (await readUtterances('measured')).filter(({ language }) => language === 'en').slice(0, 16);
    const spoken = await speakAll(english);
    const measured = await measureAll(spoken);
    expect((await measureAll(spoken)).map(({ outcome }) => outcome)).toEqual(measured.map(({ outcome }) => outcome));
    expect(cutIns(measured)).toEqual([]);
    const { completeMedianDelayMs, neverEnded } = figuresOf(measured);
    expect(neverEnded).toBe(0);
    expect(completeMedianDelayMs).toBeLessThan(450);
  });

  it('cuts into every pause if it waits only for 100 ms, so the measure can fail', async () => {
    const paused = (await readUtterances('tuning')).filter(
      ({ language, pieces }) => language === 'en' && pieces.length > 1,
    );
    const spoken = await speakAll(paused.slice(0, 5));
    const hasty = { completeDelayMs: 100, incompleteDelayMs: 100, dictationDelayMs: 100 };
    expect(figuresOf(await measureAll(spoken, hasty)).cutInShare).toBe(1);
  });
});
