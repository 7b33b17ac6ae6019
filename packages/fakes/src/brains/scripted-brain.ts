import type { Brain, Listener } from '../brain.ts';
import { createToneSpeech } from './tone-speech.ts';

/**
 * Hears the lines that it is given, in order, whatever is said: each burst of sound is the next line, and after the last the
 * first again. It speaks in tones.
 *
 * The same sound heard again is the same line, so that whoever sends the beginning of an utterance several times (windows of a
 * transcription by requests) goes no further by it.
 *
 * @param lines at least one
 * @param answer what the language model says; left out: the lines too, in order
 */
export function createScriptedBrain(lines: readonly string[], answer?: (prompt: string) => string): Brain {
  if (lines.length === 0) throw new RangeError('A script has at least one line.');
  const speech = createToneSpeech();
  const known = new Map<string, string>();
  let next = 0;
  let nextAnswer = 0;
  const lineFor = (beginning: Int16Array): string => {
    const key = Buffer.from(beginning.buffer, beginning.byteOffset, beginning.byteLength).toString('latin1');
    const line = known.get(key) ?? lines[next++ % lines.length] ?? '';
    if (known.size >= maxKnown) known.clear();
    known.set(key, line);
    return line;
  };
  return {
    listen: () => createScriptedListener(lineFor),
    speak: async (text) => speech.speak(text),
    answer: answer ?? (() => lines[nextAnswer++ % lines.length] ?? ''),
    close: async () => {},
  };
}

const maxKnown = 100;
/** Above the noise of a quiet line. */
const loud = 500;
/** A tenth of a second tells one burst from another. */
const beginningSamples = 1600;
/** As fast as people speak. */
const wordMs = 300;

function createScriptedListener(lineFor: (beginning: Int16Array) => string): Listener {
  let beginning = new Int16Array(beginningSamples);
  let kept = 0;
  let samplesHeard = 0;
  let startMs = 0;
  let line: string | undefined;
  const words = () => (line ?? '').split(/\s+/).filter(Boolean);
  const heardMs = () => samplesHeard / 16;
  return {
    write(samples) {
      if (kept < beginningSamples) {
        const from = kept > 0 ? 0 : samples.findIndex((sample) => Math.abs(sample) >= loud);
        if (from >= 0) {
          if (kept === 0) startMs = heardMs() + from / 16;
          const part = samples.subarray(from, from + beginningSamples - kept);
          beginning.set(part, kept);
          kept += part.length;
          if (kept === beginningSamples) line = lineFor(beginning);
        }
      }
      samplesHeard += samples.length;
    },
    get partial() {
      return words()
        .slice(0, Math.floor((heardMs() - startMs) / wordMs))
        .join(' ');
    },
    async end() {
      if (kept > 0 && line === undefined) line = lineFor(beginning.slice(0, kept));
      const all = words();
      // However long the burst was, the words fill it.
      const each = all.length === 0 ? 0 : (heardMs() - startMs) / all.length;
      const heard = {
        text: line ?? '',
        confidence: line === undefined ? 0 : 0.95,
        words: all.map((text, index) => ({
          text,
          startMs: startMs + index * each,
          endMs: startMs + (index + 1) * each,
        })),
      };
      beginning = new Int16Array(beginningSamples);
      kept = 0;
      samplesHeard = 0;
      line = undefined;
      return heard;
    },
    close() {},
  };
}
