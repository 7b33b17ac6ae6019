import type { Agent, AgentCue, AgentOutput, AgentRequest } from '../ports/agent.ts';
import { SAMPLE_RATE_HZ } from '../ports/audio.ts';
import type { Clock } from '../ports/clock.ts';
import type { Recognizer, RecognizerEvent } from '../ports/recognizer.ts';
import type { EndReason, Recorder, TurnRecord } from '../ports/recorder.ts';
import type { SpokenWord, Synthesizer } from '../ports/synthesizer.ts';

/** What the recogniser will make of a stretch of voice. */
export type ScriptedTranscript =
  | { readonly kind: 'words'; readonly text: string; readonly confidence?: number }
  /** Speech that cannot be made out. */
  | { readonly kind: 'rejected' }
  /** A sound that is no speech. */
  | { readonly kind: 'nothing' }
  /** The final never comes. */
  | { readonly kind: 'hangs' }
  /** The stream breaks in the middle of the voice. */
  | { readonly kind: 'fails' };

/** A recogniser that hears what the script says, a partial each 200 ms of voice and a final soon after its end. */
export function createScriptedRecognizer(
  clock: Clock,
  nextTranscript: () => ScriptedTranscript,
  options: { readonly finalDelayMs: number } = { finalDelayMs: 10 },
): Recognizer {
  return {
    name: 'scripted',
    prepare: async () => {},
    close: async () => {},
    open({ signal }, onEvent) {
      let transcript: ScriptedTranscript = { kind: 'nothing' };
      let frames = 0;
      const later = (delayMs: number, event: RecognizerEvent) => {
        clock.wakeAt(clock.nowMs() + delayMs, () => {
          if (!signal.aborted) onEvent(event);
        });
      };
      return {
        expect() {},
        utteranceStarted() {
          transcript = nextTranscript();
          frames = 0;
        },
        write() {
          frames += 1;
          if (transcript.kind === 'fails' && frames === 10) {
            later(1, { type: 'failed', code: 'scripted_failure', message: 'The script says so.' });
          }
          if (transcript.kind !== 'words' || frames % 10 !== 0) return;
          const words = transcript.text.split(' ').slice(0, frames / 10);
          later(1, { type: 'partial', text: words.join(' ') });
        },
        utteranceEnded() {
          if (transcript.kind === 'hangs' || transcript.kind === 'fails') return;
          const { text, confidence } =
            transcript.kind === 'words'
              ? { text: transcript.text, confidence: transcript.confidence ?? 0.95 }
              : { text: '', confidence: 0 };
          later(options.finalDelayMs, {
            type: 'final',
            text,
            confidence,
            rejected: transcript.kind === 'rejected',
            endsTurn: false,
            words: [],
            processingMs: options.finalDelayMs,
          });
        },
      };
    },
  };
}

/** A voice of 300 ms a word, ready after the given delay. `failOn` makes a sentence fail, `hangOn` makes it never come. */
export function createScriptedSynthesizer(
  clock: Clock,
  options: {
    readonly delayMs: number;
    readonly wordTimes?: boolean;
    readonly failOn?: (text: string) => boolean;
    readonly hangOn?: (text: string) => boolean;
  } = { delayMs: 50 },
): Synthesizer & { readonly requests: string[] } {
  const requests: string[] = [];
  return {
    name: 'scripted',
    voices: [],
    requests,
    close: async () => {},
    synthesize({ text, signal }, sink) {
      requests.push(text);
      if (options.hangOn?.(text)) return;
      clock.wakeAt(clock.nowMs() + options.delayMs, () => {
        if (signal.aborted) return;
        if (options.failOn?.(text)) return sink.failed('scripted_failure', 'The script says so.');
        const words = text.split(/\s+/);
        if (options.wordTimes) sink.words(words.map(spokenWord));
        sink.audio(tone(words.length * scriptedWordMs));
        sink.done();
      });
    },
  };
}

/** How long a scripted voice takes for a word. */
export const scriptedWordMs = 300;

export function createScriptedAgent(
  respond: (cue: AgentCue, request: AgentRequest) => AsyncIterable<AgentOutput>,
): Agent {
  return {
    id: 'scripted',
    language: 'en-US',
    voice: undefined,
    thinksAhead: false,
    respond: (request) => respond(request.cue, request),
  };
}

/** A recorder in memory; `failing` makes it refuse. */
export function createMemoryRecorder(): Recorder & {
  failing: boolean;
  readonly turns: Map<number, TurnRecord>;
  readonly ends: EndReason[];
} {
  const turns = new Map<number, TurnRecord>();
  const ends: EndReason[] = [];
  return {
    failing: false,
    turns,
    ends,
    async recordTurn(turn) {
      if (this.failing) throw new Error('The script says that the database is away.');
      turns.set(turn.turnNumber, turn);
    },
    async recordEnd(_id, reason) {
      ends.push(reason);
    },
  };
}

/** A tone at speaking level, for whatever must count as voice. */
export function tone(durationMs: number, amplitude = 6000): Int16Array {
  const samples = new Int16Array((durationMs * SAMPLE_RATE_HZ) / 1000);
  for (let i = 0; i < samples.length; i += 1) {
    samples[i] = amplitude * Math.sin((2 * Math.PI * 440 * i) / SAMPLE_RATE_HZ);
  }
  return samples;
}

function spokenWord(text: string, index: number): SpokenWord {
  return { text, startMs: index * scriptedWordMs, endMs: (index + 1) * scriptedWordMs };
}
