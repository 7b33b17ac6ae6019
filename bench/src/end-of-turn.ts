import { cutIns, type Figures, figuresOf, measureAll, speakAll } from './end-of-turn/measure.ts';
import { readUtterances } from './end-of-turn/utterances.ts';

/**
 * When the agent takes a caller for done: the labelled set in English and Vietnamese, spoken by synthetic voices with the silences
 * of the set in a quiet room's noise, through the real driver, machine and voice activity detection in virtual time. The recogniser
 * hears every word, so that the decision alone is measured. Needs `espeak-ng` for the Vietnamese half. About 20 s.
 */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const spoken = await speakAll(await readUtterances('measured'));
  const measured = await measureAll(spoken);
  const of = (language: 'en' | 'vi') =>
    figuresOf(measured.filter(({ spoken: { utterance } }) => utterance.language === language));
  const result = { all: figuresOf(measured), en: of('en'), vi: of('vi'), cutInto: cutIns(measured) };
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else process.stdout.write(`${report(result)}\n`);
}

function report(result: {
  readonly all: Figures;
  readonly en: Figures;
  readonly vi: Figures;
  readonly cutInto: readonly string[];
}): string {
  const lines = (['all', 'en', 'vi'] as const).flatMap((name) => {
    const figures = result[name];
    const { complete, incomplete, dictating } = figures.rules;
    return [
      `${name}: ${figures.utterances} utterances with ${figures.pauses} pauses inside`,
      `  cut into: ${figures.cutIns} (${percent(figures.cutInShare)}); never ended: ${figures.neverEnded}`,
      `  from the end of speech to the decision: median ${ms(figures.medianDelayMs)}, 95th percentile ${ms(figures.p95DelayMs)}`,
      `  of complete sentences: median ${ms(figures.completeMedianDelayMs)}, 95th percentile ${ms(figures.completeP95DelayMs)}`,
      `  ended as complete ${percent(complete)}, as incomplete ${percent(incomplete)}, as dictated ${percent(dictating)}`,
    ];
  });
  return [...lines, 'cut into at the bar:', ...result.cutInto.map((text) => `  ${text}`)].join('\n');
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
