import type { WaterfallView } from '@parley/contract/turn.ts';

export interface WaterfallSegment {
  readonly stage: WaterfallStage;
  readonly label: string;
  readonly durationMs: number;
}

export type WaterfallStage = 'end_of_turn' | 'transcript' | 'agent' | 'sentence' | 'synthesis' | 'playout';

/** The stages in the order in which they pass, with the words that people read. */
export const waterfallStages: readonly {
  readonly stage: WaterfallStage;
  readonly label: string;
  readonly key: keyof WaterfallView;
}[] = [
  { stage: 'end_of_turn', label: 'End of turn', key: 'end_of_turn_ms' },
  { stage: 'transcript', label: 'Transcript', key: 'transcript_ms' },
  { stage: 'agent', label: 'Agent', key: 'agent_ms' },
  { stage: 'sentence', label: 'First sentence', key: 'sentence_ms' },
  { stage: 'synthesis', label: 'Speech', key: 'synthesis_ms' },
  { stage: 'playout', label: 'Playout', key: 'playout_ms' },
];

/** The stages that happened. */
export function segmentsOf(waterfall: WaterfallView): readonly WaterfallSegment[] {
  return waterfallStages.flatMap(({ stage, label, key }) => {
    const durationMs = waterfall[key];
    return durationMs === null ? [] : [{ stage, label, durationMs }];
  });
}

/** Voice to voice where it was measured, else what the stages add up to; undefined when nothing was measured. */
export function totalOf(
  waterfall: WaterfallView,
): { readonly totalMs: number; readonly isVoiceToVoice: boolean } | undefined {
  if (waterfall.voice_to_voice_ms !== null) return { totalMs: waterfall.voice_to_voice_ms, isVoiceToVoice: true };
  const segments = segmentsOf(waterfall);
  if (segments.length === 0) return undefined;
  return { totalMs: segments.reduce((sum, segment) => sum + segment.durationMs, 0), isVoiceToVoice: false };
}

/** 0.4 → "0.4 ms", 12.6 → "13 ms", 1840 → "1.84 s". */
export function durationText(durationMs: number): string {
  if (durationMs >= 1000) return `${(durationMs / 1000).toFixed(2)} s`;
  return durationMs > 0 && durationMs < 10 ? `${durationMs.toFixed(1)} ms` : `${Math.round(durationMs)} ms`;
}
