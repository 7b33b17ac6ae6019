import { FRAME_SAMPLES } from '../ports/audio.ts';
import type { Clock } from '../ports/clock.ts';
import type { VoiceDetector, VoiceEvent } from '../ports/voice-detector.ts';
import type { CallLog } from './call-log.ts';
import { type EarsPlan, ECHO, type Hearing, type Stretch } from './call-script.ts';

/** A word that sounded, for a recogniser to hear. */
export interface SpokenByCaller {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  /** It is part of a stretch that a recogniser has taken. */
  taken: boolean;
}

/** The caller's mouth: stretches of sound in time, and of them the words. Frames of silence are not sent: nobody listens to them. */
export interface SimulatedCaller {
  speak(stretches: readonly Stretch[]): void;
  /** When all that was begun will be said. */
  readonly saidAtMs: number;
  readonly words: readonly SpokenByCaller[];
  /** What the recogniser will make of what sounds now, or sounded last. */
  hearing(): Hearing;
  /** Does a detector take the line for voiced, now? */
  isVoiced(): boolean;
}

export interface CallerParts {
  readonly clock: Clock;
  readonly ears: EarsPlan;
  /** Send a frame; what is in it is known here. */
  readonly push: () => void;
  /** The agent's last words. */
  readonly agentWords: () => string;
  readonly log: CallLog;
}

export function createSimulatedCaller({ clock, ears, push, agentWords, log }: CallerParts): SimulatedCaller {
  const words: SpokenByCaller[] = [];
  const begun: { readonly fromMs: number; readonly hearing: Hearing }[] = [];
  /** Stretches of time in which a detector says voice. */
  const voiced: { readonly fromMs: number; readonly toMs: number }[] = [];
  let saidAtMs = 0;
  let sampling = false;

  const isVoiced = () => {
    const nowMs = clock.nowMs();
    return voiced.some(({ fromMs, toMs }) => nowMs >= fromMs && nowMs < toMs);
  };

  /** A frame now and then while voice goes on, so that whatever measures its length hears it. */
  const sample = () => {
    push();
    sampling = isVoiced();
    if (sampling) clock.wakeAt(clock.nowMs() + 500, () => sampling && sample());
  };

  const sound = (fromMs: number, toMs: number) => {
    if (toMs - fromMs <= ears.onsetMs) return;
    const heard = { fromMs: fromMs + ears.onsetMs, toMs: toMs + ears.hangoverMs };
    voiced.push(heard);
    clock.wakeAt(heard.fromMs, sample);
    clock.wakeAt(heard.toMs, push);
  };

  const begin = (stretch: Stretch) => {
    const text = stretch.text === ECHO ? agentWords() : stretch.text;
    const said = text.split(' ').filter((word) => word !== '');
    const fromMs = clock.nowMs();
    const toMs = fromMs + soundMs(stretch);
    log.spoken.push({ fromMs, toMs, text, isEcho: stretch.text === ECHO });
    begun.push({ fromMs, hearing: stretch.hearing });
    const lostFromMs = fromMs + (stretch.loss?.fromMs ?? Number.POSITIVE_INFINITY);
    const lostToMs = lostFromMs + (stretch.loss?.ms ?? 0);
    said.forEach((word, index) => {
      const startMs = fromMs + stretch.noiseMs + index * stretch.wordMs;
      const endMs = startMs + stretch.wordMs;
      if (endMs > lostFromMs && startMs < lostToMs) return;
      words.push({ text: word, startMs, endMs, taken: false });
    });
    sound(fromMs, Math.min(toMs, lostFromMs));
    if (lostToMs < toMs) sound(lostToMs, toMs);
  };

  return {
    words,
    isVoiced,
    hearing: () => begun.findLast(({ fromMs }) => fromMs <= clock.nowMs())?.hearing ?? silent,
    get saidAtMs() {
      return saidAtMs;
    },
    speak(stretches) {
      for (const stretch of stretches) {
        const fromMs = Math.max(saidAtMs, clock.nowMs()) + stretch.afterMs;
        saidAtMs = fromMs + soundMs(stretch);
        clock.wakeAt(fromMs, () => begin(stretch));
      }
    },
  };
}

/** A detector that knows when the caller sounds. */
export function createSimulatedDetector(
  clock: Clock,
  ears: EarsPlan,
  caller: { isVoiced(): boolean },
  log: CallLog,
): VoiceDetector {
  return {
    name: 'simulated',
    close: async () => {},
    open(signal, onEvent) {
      log.streams.push({ kind: 'detector', openedAtMs: clock.nowMs(), signal });
      let active = false;
      let frame = -1;
      const give = (event: VoiceEvent) => {
        if (signal.aborted) return;
        if (event.type === 'started') log.voiceHeard.push({ startedAtMs: clock.nowMs(), stoppedAtMs: undefined });
        const last = log.voiceHeard.at(-1);
        if (event.type === 'stopped' && last !== undefined) last.stoppedAtMs = clock.nowMs();
        onEvent(event);
      };
      return {
        push() {
          frame += 1;
          if (caller.isVoiced() === active) return;
          active = !active;
          const event: VoiceEvent = active
            ? { type: 'started', frame }
            : { type: 'stopped', frame, silentMs: ears.hangoverMs };
          if (ears.detectorDelayMs === 0) give(event);
          else clock.wakeAt(clock.nowMs() + ears.detectorDelayMs, () => give(event));
        },
      };
    },
  };
}

/** Silence, as good as any other frame: the simulated detector hears what it knows. */
export const callerFrame = new Int16Array(FRAME_SAMPLES);

const silent: Hearing = { kind: 'words', confidence: 1, finalDelayMs: 30 };

/** How long an echo of unknown words sounds. */
const echoWords = 4;

function soundMs({ text, wordMs, noiseMs }: Stretch): number {
  const count = text === ECHO ? echoWords : text.split(' ').filter((word) => word !== '').length;
  return noiseMs + count * wordMs;
}
