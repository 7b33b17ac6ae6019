import { givenUp } from '../given-up.ts';
import { SAMPLE_RATE_HZ } from '../ports/audio.ts';
import type { Clock } from '../ports/clock.ts';
import type { SpokenWord, SynthesisRequest, SynthesisSink, Synthesizer } from '../ports/synthesizer.ts';
import type { Ticket } from './breaker.ts';
import { isHang, noAudioInTime, stalled } from './is-hang.ts';
import { roundingMs } from './written-words.ts';

/** How long a voice may be silent; `fallback-synthesizer.ts` has the defaults and their reasons. */
export interface VoicePatience {
  readonly firstAudioTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly leadMs: number;
  readonly maxPatienceMs: number;
}

export interface VoiceAttemptParts {
  /** Where its sound begins in the sentence. */
  readonly offsetMs: number;
  readonly sink: SynthesisSink;
  readonly clock: Clock;
  readonly options: VoicePatience;
  readonly ticket: Ticket;
  /** There is nothing to be heard in the text: no sound is no failure. */
  readonly isAllSilent: boolean;
  /** Just before the first sound is given on. */
  readonly onFirstAudio: () => void;
  readonly onDone: (ownMs: number, told: boolean) => void;
  readonly onFailed: (code: string, message: string, ownMs: number, words: readonly SpokenWord[]) => void;
}

export interface VoiceAttempt {
  start(part: Synthesizer, request: Omit<SynthesisRequest, 'signal'>): void;
  /** The sentence is over, whatever this voice still says. */
  stop(): void;
}

/** One voice with what is left of a sentence. */
export function createVoiceAttempt(parts: VoiceAttemptParts): VoiceAttempt {
  const { offsetMs, sink, clock, options, ticket } = parts;
  const scope = new AbortController();
  const words: SpokenWord[] = [];
  let told = 0;
  let samples = 0;
  let over = false;
  let lastSignAtMs = clock.nowMs();
  let firstAudioAtMs: number | undefined;
  let cancelTimer = () => {};
  const ownMs = () => samples / samplesPerMs;

  const end = (): boolean => {
    if (over) return false;
    over = true;
    cancelTimer();
    scope.abort(givenUp);
    return true;
  };

  const fail = (code: string, message: string) => {
    if (!end()) return;
    if (requestFaults.has(code)) ticket.released();
    else ticket.failed(isHang(code) ? 'hung' : undefined);
    parts.onFailed(code, message, ownMs(), words);
  };

  /** Times are told once their sound is there: if it never comes, another voice says those words at other times. */
  const tellWords = (untilMs: number) => {
    const ready: SpokenWord[] = [];
    for (let word = words[told]; word !== undefined && word.endMs <= untilMs + roundingMs; word = words[told]) {
      ready.push(shifted(word, offsetMs));
      told += 1;
    }
    if (ready.length > 0) sink.words(ready);
  };

  const dueAtMs = () => {
    if (firstAudioAtMs === undefined) return lastSignAtMs + options.firstAudioTimeoutMs;
    const unheardMs = firstAudioAtMs + ownMs() - lastSignAtMs;
    const patienceMs = Math.min(unheardMs - options.leadMs, options.maxPatienceMs);
    return lastSignAtMs + Math.max(patienceMs, options.stallTimeoutMs);
  };

  const arm = () => {
    cancelTimer = clock.wakeAt(dueAtMs(), () => {
      if (clock.nowMs() < dueAtMs()) arm();
      else if (firstAudioAtMs === undefined) fail(noAudioInTime, `No sound within ${options.firstAudioTimeoutMs} ms.`);
      else fail(stalled, `No sign of life within ${Math.round(clock.nowMs() - lastSignAtMs)} ms.`);
    });
  };

  return {
    start(part, request) {
      arm();
      try {
        part.synthesize(
          { ...request, signal: scope.signal },
          {
            audio(chunk) {
              if (over || chunk.length === 0) return;
              lastSignAtMs = clock.nowMs();
              if (firstAudioAtMs === undefined) {
                firstAudioAtMs = lastSignAtMs;
                parts.onFirstAudio();
              }
              samples += chunk.length;
              sink.audio(chunk);
              // The listener may have had enough with that.
              if (!over) tellWords(ownMs());
            },
            words(more) {
              if (over) return;
              words.push(...more);
              tellWords(ownMs());
            },
            done() {
              if (over) return;
              if (samples === 0 && !parts.isAllSilent) return fail('no_audio', 'The sentence ended without a sound.');
              tellWords(Number.POSITIVE_INFINITY);
              if (!end()) return;
              ticket.succeeded();
              parts.onDone(ownMs(), words.length > 0);
            },
            failed: fail,
          },
        );
      } catch (error) {
        fail('synthesizer_threw', String(error));
      }
    },
    stop() {
      if (end()) ticket.released();
    },
  };
}

export function shifted({ text, startMs, endMs }: SpokenWord, byMs: number): SpokenWord {
  return { text, startMs: startMs + byMs, endMs: endMs + byMs };
}

/** Failures that say nothing about the part: another request may do. */
const requestFaults = new Set(['language_not_supported', 'voice_unknown', 'text_too_long', 'account_busy']);

const samplesPerMs = SAMPLE_RATE_HZ / 1000;
