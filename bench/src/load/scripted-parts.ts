import type { Agent, AgentOutput } from '@parley/engine/ports/agent.ts';
import { FRAME_MS } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Recognizer, RecognizerEvent } from '@parley/engine/ports/recognizer.ts';
import type { Recorder } from '@parley/engine/ports/recorder.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import type { Random } from '@parley/engine/simulation/random.ts';
import { spokenPiece } from './sounds.ts';

/** How long each part takes by the script. What takes longer than they do together is the platform. */
export const scriptedMs = {
  /** From the question to the first sentence. */
  firstText: 120,
  /** From word to word of the rest, as a language model streams it. */
  betweenWords: 20,
  /** From a sentence to its first sound. */
  firstSound: 80,
  /** From piece to piece of its sound. */
  betweenPieces: 40,
  /** From the end of the caller's voice to the transcript. */
  final: 10,
  /** From word to word of what the caller is heard to say. */
  betweenPartials: 200,
  /** A write to the database. */
  record: 3,
} as const;

/** Ten frames at a time are what hosted voices send. */
const framesInPiece = 10;
const wordFrames = 300 / FRAME_MS;

const openings = [
  'Sure, I can help you with that. ',
  'Let me have a look at the book. ',
  'That is no trouble at all. ',
];
const rests = [
  'We have a table by the window at half past seven, and another one in the garden at eight.',
  'The doctor is in on Monday and Thursday. Which of the two would suit you better?',
  'Your parcel left our house this morning, and it should be with you the day after tomorrow. Is anything else unclear?',
];

/** Says a sentence, and then one or two more word by word. Writes down nothing; the ear at the other end measures. */
export function createTalker(clock: Clock, random: Random, onAsked: (cue: string) => void): Agent {
  return {
    id: 'talker',
    language: 'en-US',
    voice: undefined,
    thinksAhead: false,
    respond({ cue }, signal) {
      onAsked(cue.type);
      return talk(clock, random, signal);
    },
  };
}

async function* talk(clock: Clock, random: Random, signal: AbortSignal): AsyncGenerator<AgentOutput> {
  await passed(clock, scriptedMs.firstText, signal);
  yield { type: 'say', text: random.pick(['Of course, with pleasure. ', ...openings]) };
  for (const word of random.pick(['Is there anything else that I can do for you today?', ...rests]).split(' ')) {
    await passed(clock, scriptedMs.betweenWords, signal);
    yield { type: 'say', text: `${word} ` };
  }
  yield { type: 'finished', memory: { step: random.int(0, 9) }, expects: undefined, end: false };
}

/** A voice of 300 ms a word that makes sound five times as fast as it is heard. */
export function createSpeaker(clock: Clock): Synthesizer {
  return {
    name: 'speaker',
    voices: [],
    close: async () => {},
    synthesize({ text, signal }, sink) {
      const frames = text.split(/\s+/).length * wordFrames;
      let given = 0;
      const give = () => {
        if (signal.aborted) return;
        const size = Math.min(framesInPiece, frames - given);
        sink.audio(spokenPiece(given, size));
        given += size;
        if (given === frames) sink.done();
        else clock.wakeAt(clock.nowMs() + scriptedMs.betweenPieces, give);
      };
      clock.wakeAt(clock.nowMs() + scriptedMs.firstSound, give);
    },
  };
}

/** Hears what the caller means to say, a word each 200 ms of voice, and a final soon after its end. */
export function createHearer(clock: Clock, words: () => readonly string[], onVoice: () => void): Recognizer {
  return {
    name: 'hearer',
    prepare: async () => {},
    close: async () => {},
    open({ signal }, onEvent) {
      let frames = 0;
      let said: readonly string[] = [];
      const later = (ms: number, event: RecognizerEvent) => {
        clock.wakeAt(clock.nowMs() + ms, () => {
          if (!signal.aborted) onEvent(event);
        });
      };
      return {
        expect() {},
        utteranceStarted() {
          onVoice();
          frames = 0;
          said = words();
        },
        write() {
          frames += 1;
          if ((frames * FRAME_MS) % scriptedMs.betweenPartials !== 0) return;
          const count = (frames * FRAME_MS) / scriptedMs.betweenPartials;
          if (count <= said.length) later(1, { type: 'partial', text: said.slice(0, count).join(' ') });
        },
        utteranceEnded() {
          later(scriptedMs.final, {
            type: 'final',
            text: said.join(' '),
            confidence: 0.95,
            rejected: false,
            endsTurn: false,
            words: [],
            processingMs: scriptedMs.final,
          });
        },
      };
    },
  };
}

export function createQuickRecorder(clock: Clock): Recorder {
  const written = () => new Promise<void>((resolve) => clock.wakeAt(clock.nowMs() + scriptedMs.record, resolve));
  return { recordTurn: written, recordEnd: written };
}

/** Resolves when the time has passed; rejects when the thought is given up, and leaves nothing behind. */
function passed(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.wakeAt(clock.nowMs() + ms, () => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    });
    signal.addEventListener('abort', giveUp, { once: true });
  });
}
