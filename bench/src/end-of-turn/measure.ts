import type { EndpointingOptions } from '@parley/engine/turn/endpointing.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { createEspeakSynthesizer } from '@parley/speech/espeak/espeak-synthesizer.ts';
import { median, percentile } from '../statistics.ts';
import { holdCall, type Outcome } from './held-call.ts';
import { type SpokenUtterance, speakUtterance } from './spoken-utterance.ts';
import { textOf, type Utterance } from './utterances.ts';

const englishVoices = ['slt', 'rms', 'awb', 'kal16'] as const;

/** Each utterance with a voice of its language: the embedded ones in turn, and espeak's Vietnamese one. */
export async function speakAll(utterances: readonly Utterance[]): Promise<readonly SpokenUtterance[]> {
  const english = createEmbeddedSynthesizer();
  const hasVietnamese = utterances.some(({ language }) => language === 'vi');
  const vietnamese = hasVietnamese ? createEspeakSynthesizer() : undefined;
  try {
    const spoken: SpokenUtterance[] = [];
    for (const [index, utterance] of utterances.entries()) {
      const isVietnamese = utterance.language === 'vi' && vietnamese !== undefined;
      const voice = isVietnamese ? undefined : englishVoices[index % englishVoices.length];
      spoken.push(await speakUtterance(utterance, isVietnamese ? vietnamese : english, voice, index + 1));
    }
    return spoken;
  } finally {
    await Promise.all([english.close(), vietnamese?.close()]);
  }
}

/** What is reported of a set of utterances, as a whole or of one language. */
export interface Figures {
  readonly utterances: number;
  readonly pauses: number;
  readonly cutIns: number;
  readonly cutInShare: number;
  /** From the true end of speech to the decision, of utterances that were not cut into. */
  readonly medianDelayMs: number;
  readonly p95DelayMs: number;
  /** The same of those whose words sounded complete. */
  readonly completeMedianDelayMs: number;
  readonly completeP95DelayMs: number;
  /** Share of utterances ended by each rule. */
  readonly rules: Readonly<Record<Outcome['rule'], number>>;
  readonly neverEnded: number;
}

export interface Measured {
  readonly spoken: SpokenUtterance;
  readonly outcome: Outcome | undefined;
}

export async function measureAll(
  spoken: readonly SpokenUtterance[],
  options: Partial<EndpointingOptions> = {},
): Promise<readonly Measured[]> {
  const measured: Measured[] = [];
  for (const one of spoken) measured.push({ spoken: one, outcome: await holdCall(one, options) });
  return measured;
}

export function figuresOf(measured: readonly Measured[]): Figures {
  const outcomes = measured.flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome]));
  const inTime = outcomes.filter(({ delayMs }) => delayMs >= 0);
  const complete = inTime.filter(({ rule }) => rule === 'complete').map(({ delayMs }) => delayMs);
  const delays = inTime.map(({ delayMs }) => delayMs);
  const share = (rule: Outcome['rule']) => inTime.filter((outcome) => outcome.rule === rule).length / inTime.length;
  return {
    utterances: measured.length,
    pauses: measured.reduce((sum, { spoken }) => sum + spoken.utterance.pieces.length - 1, 0),
    cutIns: outcomes.length - inTime.length,
    cutInShare: (outcomes.length - inTime.length) / measured.length,
    medianDelayMs: median(delays),
    p95DelayMs: percentile(delays, 0.95),
    completeMedianDelayMs: median(complete),
    completeP95DelayMs: percentile(complete, 0.95),
    rules: { complete: share('complete'), incomplete: share('incomplete'), dictating: share('dictating') },
    neverEnded: measured.length - outcomes.length,
  };
}

/** The utterances that were cut into, with where. */
export function cutIns(measured: readonly Measured[]): readonly string[] {
  return measured.flatMap(({ spoken, outcome }) =>
    outcome !== undefined && outcome.delayMs < 0
      ? [`${outcome.text} | ${textOf(spoken.utterance).slice(outcome.text.length + 1)}`]
      : [],
  );
}
