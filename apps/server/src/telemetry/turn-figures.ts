import type { TurnRecord, Waterfall } from '@parley/engine/ports/recorder.ts';
import type { HistogramName } from './metric-catalogue.ts';
import type { Metrics } from './metrics.ts';

/** Counts the turns of one conversation from what is stored of them. A turn is stored again as more is known of it; each figure counts once. */
export interface TurnFigures {
  stored(turn: TurnRecord): void;
}

/** A turn is stored again until the next but one at the latest. */
const rememberedTurns = 4;

export function createTurnFigures(metrics: Metrics): TurnFigures {
  const known = new Map<number, Set<string>>();
  return {
    stored(turn) {
      const counted = known.get(turn.turnNumber) ?? new Set();
      known.set(turn.turnNumber, counted);
      if (known.size > rememberedTurns) known.delete(Math.min(...known.keys()));
      const once = (what: string, applies: boolean, count: () => void) => {
        if (!applies || counted.has(what)) return;
        counted.add(what);
        count();
      };
      const { caller, reply, waterfall, cause } = turn;
      once('turn', true, () => metrics.count('parley_turns_total', { cause, modality: caller?.modality ?? 'none' }));
      once('rejected', caller?.rejected === true, () => metrics.count('parley_turns_rejected_total', {}));
      once('interrupted', reply?.interrupted === true, () => metrics.count('parley_barge_ins_total', {}));
      for (const [key, phase] of phases) {
        const durationMs = waterfall[key];
        if (durationMs === undefined) continue;
        once(phase, true, () => metrics.observe('parley_turn_phase_seconds', { phase }, durationMs / 1000));
      }
      const { voiceToVoiceMs } = waterfall;
      if (voiceToVoiceMs !== undefined) {
        once('voice to voice', true, () => metrics.observe('parley_voice_to_voice_seconds', {}, voiceToVoiceMs / 1000));
      }
    },
  };
}

const phases = [
  ['endOfTurnMs', 'end_of_turn'],
  ['transcriptMs', 'transcript'],
  ['agentMs', 'agent'],
  ['sentenceMs', 'sentence'],
  ['synthesisMs', 'synthesis'],
  ['playoutMs', 'playout'],
] as const satisfies readonly (readonly [keyof Waterfall, string])[];

/** The histogram that has the phases, for those who report them otherwise. */
export const phaseHistogram: HistogramName = 'parley_turn_phase_seconds';
