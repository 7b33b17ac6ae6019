import type { Caption } from '@parley/react/captions.ts';
import type { TurnEntry } from '@parley/react/transcript.ts';

/** The median of what the caller waited; undefined when nothing was spoken. */
export function medianVoiceToVoiceMs(turns: readonly TurnEntry[]): number | undefined {
  const sorted = turns
    .map((turn) => turn.record?.waterfall.voice_to_voice_ms ?? undefined)
    .filter((ms) => ms !== undefined)
    .sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
}

/** "1:05" for 65 seconds; "0:00" while it is not known. */
export function lengthText(startedAtEpochMs: number | undefined, endedAtEpochMs: number | undefined): string {
  const seconds = Math.max(0, Math.round(((endedAtEpochMs ?? 0) - (startedAtEpochMs ?? endedAtEpochMs ?? 0)) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** The conversation as plain text; what was not heard stands in brackets. */
export function transcriptText(captions: readonly Caption[], agentName: string): string {
  return captions
    .map((caption) => {
      const unheard = caption.struckText === '' ? '' : ` [not heard: ${caption.struckText}]`;
      return `${caption.speaker === 'user' ? 'You' : agentName}: ${caption.text}${unheard}`;
    })
    .join('\n');
}
