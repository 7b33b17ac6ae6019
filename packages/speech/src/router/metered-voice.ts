import type { Clock } from '@parley/engine/ports/clock.ts';
import type { SynthesisRequest, SynthesisSink, Synthesizer, Voice } from '@parley/engine/ports/synthesizer.ts';
import { SpeechError } from '../speech-error.ts';
import type { Urgency } from './limiter.ts';
import type { PooledVoice } from './pooled-engine.ts';

export interface MeteredVoiceParts {
  readonly engine: () => PooledVoice;
  readonly name: string;
  /** The plan's voice of the engine's catalogue. */
  readonly voice: string | undefined;
  readonly urgency: Urgency;
  readonly clock: Clock;
  readonly onUsed: (characters: number) => void;
  /** Looks on at a sentence as this engine speaks it; what is returned gets all that the caller's sink gets. */
  readonly record: (request: SynthesisRequest) => SynthesisSink | undefined;
}

/** A shared voice as one conversation uses it: within its account's limits, measured, counted. */
export function createMeteredVoice(parts: MeteredVoiceParts): Synthesizer {
  return {
    name: parts.name,
    // Which languages it speaks the plan knows, and the engine itself: a voice of one language may speak others by its model.
    voices: [],
    synthesize: (request, sink) => speak(parts, request, sink),
    // It is the pool's to close.
    close: async () => {},
  };
}

/** None of an engine that cannot be made: asked to speak it says why. */
export function voicesOf(engine: () => PooledVoice): readonly Voice[] {
  try {
    return engine().part().voices;
  } catch {
    return [];
  }
}

/**
 * Which voice of an engine speaks: the one that the agent asks for if the engine has it, else the plan's, else what the agent asks for
 * as long as the engine may know it, else its default.
 */
export function chosenVoice(
  voices: readonly Voice[],
  wanted: string | undefined,
  planned: string | undefined,
): string | undefined {
  if (wanted !== undefined && voices.some(({ id }) => id === wanted)) return wanted;
  return planned ?? (voices.length === 0 ? wanted : undefined);
}

function speak(parts: MeteredVoiceParts, request: SynthesisRequest, sink: SynthesisSink): void {
  const { clock } = parts;
  const { signal } = request;
  if (signal.aborted) return;
  const engine = parts.engine();
  let over = false;
  let startedAtMs: number | undefined;
  let hasSounded = false;
  /** Gives up waiting for a place, or gives the place back. */
  let leave = () => {};

  const end = (report: () => void) => {
    if (over) return;
    over = true;
    signal.removeEventListener('abort', onAbort);
    leave();
    report();
  };
  const onAbort = () =>
    end(() => {
      // Given up for being slow: otherwise only those that came in time would be measured.
      const waitedMs = startedAtMs === undefined || hasSounded ? 0 : clock.nowMs() - startedAtMs;
      if (waitedMs >= engine.times.timeoutMs) engine.times.add(waitedMs);
    });

  const begin = (givePlaceBack: () => void) => {
    const endUse = engine.use();
    leave = () => {
      givePlaceBack();
      endUse();
    };
    const part = engine.part();
    const asked = { ...request, voice: chosenVoice(part.voices, request.voice, parts.voice) };
    const record = parts.record(asked);
    startedAtMs = clock.nowMs();
    const beganAtMs = startedAtMs;
    parts.onUsed(request.text.length);
    part.synthesize(asked, {
      audio(samples) {
        if (over) return;
        if (!hasSounded && samples.length > 0) {
          hasSounded = true;
          engine.times.add(clock.nowMs() - beganAtMs);
        }
        record?.audio(samples);
        sink.audio(samples);
      },
      words(words) {
        if (over) return;
        record?.words(words);
        sink.words(words);
      },
      done: () =>
        end(() => {
          record?.done();
          sink.done();
        }),
      failed: (code, message, retryAfterMs) =>
        end(() => {
          engine.noteFailure(code, message, retryAfterMs);
          sink.failed(code, message, retryAfterMs);
        }),
    });
  };

  signal.addEventListener('abort', onAbort, { once: true });
  let isGiven = false;
  const giveUp = engine.limiter.wait(
    parts.urgency,
    (givePlaceBack) => {
      isGiven = true;
      try {
        begin(givePlaceBack);
      } catch (error) {
        const code = error instanceof SpeechError ? error.code : 'synthesizer_threw';
        end(() => sink.failed(code, error instanceof Error ? error.message : String(error)));
      }
    },
    () => {
      const message = `The account of ${engine.provider} has no place for another sentence. Raise its limit or name another engine.`;
      queueMicrotask(() => end(() => sink.failed('account_busy', message)));
    },
  );
  if (!isGiven) leave = giveUp;
}
