import { words } from '../../text/words.ts';
import type { CallLog, VoiceRequest } from '../call-log.ts';
import { wordless } from '../stand-in-voice.ts';

/** A time-out of the first one, and as long as the second one takes; another utterance may be before it. */
const longestWaitMs = 1200 + 1000;

export function callerIsHeardOnce(log: CallLog): string | undefined {
  const [failedAtMs] = log.recognizerFailures;
  const isExhausted = log.takeovers.some(({ what }) => what.includes('recogniser'));
  if (failedAtMs !== undefined && isExhausted) return `the recogniser failed at ${failedAtMs} ms, and nobody took over`;
  for (const { endedAtMs, said, final, isCut } of log.listened) {
    if (isCut) continue;
    if (final === undefined) return `"${said}", said until ${endedAtMs} ms, was never understood`;
    if (!final.rejected && final.text !== said) return `"${said}" was understood as "${final.text}"`;
    const waitedMs = final.atMs - endedAtMs;
    if (waitedMs > longestWaitMs) return `"${said}" was understood only ${Math.round(waitedMs)} ms later`;
  }
  return undefined;
}

export function agentIsHeardOnce(log: CallLog): string | undefined {
  for (const request of log.requests) {
    if (request.said === undefined || request.abandonedAtMs !== undefined) continue;
    if (request.outcome === 'failed') return `the voice failed at "${request.text}", and nobody took over`;
    if (request.outcome !== 'done') continue;
    const whole = wholeWords(request, request.said);
    const written = words(request.text);
    // Without times of words the place at which the first one broke off is reckoned: from how people speak, and these words all last alike.
    const isRight = request.wordTimes
      ? whole.join(' ') === written.join(' ')
      : whole[0] === written[0] && whole.at(-1) === written.at(-1);
    if (!isRight) return `"${request.text}" was said as "${whole.join(' ')}"`;
  }
  return undefined;
}

/**
 * The words that sounded whole: one in which a voice broke off counts only when the next one begins with it. The sound of
 * a full stop alone is no word: counted as one, it would be a word too many wherever voices tell no times of words.
 */
function wholeWords({ wordMs }: VoiceRequest, said: NonNullable<VoiceRequest['said']>): readonly string[] {
  return said.flatMap(({ text, ms }) => (text !== wordless && Math.round(ms) >= wordMs ? [text] : []));
}
