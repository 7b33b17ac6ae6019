import { breakerDefaults } from '../fallback/breaker.ts';
import { createFallbackSynthesizer, fallbackSynthesizerDefaults } from '../fallback/fallback-synthesizer.ts';
import { FRAME_SAMPLES, type Pcm, SAMPLE_RATE_HZ } from '../ports/audio.ts';
import type { Clock } from '../ports/clock.ts';
import type { SynthesisRequest, Synthesizer } from '../ports/synthesizer.ts';
import { words } from '../text/words.ts';
import type { CallLog, SaidWord } from './call-log.ts';
import type { CallScript, VoicePlan } from './call-script.ts';
import { createVoiceRequest, speakAsPlanned } from './simulated-voice.ts';

/** A voice that fails as the script says, and a sound one that takes over from it as the router has it. */
export function createStandInVoice(clock: Clock, script: CallScript, log: CallLog): Synthesizer {
  /** The text of each sentence that an engine was asked for; its place is in the sound. */
  const asked: (readonly string[])[] = [];
  // What engines are asked for is the chain's business.
  const inner: CallLog = { ...log, requests: [] };
  let current = script.voice(0, '');
  const engine = (name: string, planOf: (text: string) => VoicePlan): Synthesizer => ({
    name,
    voices: [],
    close: async () => {},
    synthesize(request, sink) {
      const plan = planOf(request.text);
      const entry = createVoiceRequest(clock, plan, request, inner);
      if (plan.fault.kind === 'throws') throw new Error('The script says that the voice throws.');
      const spoken = words(request.text);
      // What has no words sounds all the same, for as long as one.
      const sounding = spoken.length === 0 ? [wordless] : spoken;
      asked.push(sounding);
      speakAsPlanned(clock, plan, entry, wordAudio(asked.length - 1, sounding.length, plan.wordMs), request, sink);
    },
  });
  let count = 0;
  const chain = createFallbackSynthesizer(
    [
      engine('first', (text) => {
        current = script.voice(count, text);
        count += 1;
        return current;
      }),
      engine('second', () => ({ ...current, firstMs: soundFirstMs, gapMs: 0, fault: { kind: 'none' }, deaf: false })),
    ],
    // As the router has it.
    { ...fallbackSynthesizerDefaults, firstAudioTimeoutMs: 950, breaker: { ...breakerDefaults, hangsToOpen: 1 } },
    clock,
    (error) => log.takeovers.push({ atMs: clock.nowMs(), what: error.message }),
  );

  return {
    ...chain,
    synthesize(request: SynthesisRequest, sink) {
      // Of the whole call's: a voice has one pace.
      const entry = createVoiceRequest(clock, script.voice(count, request.text), request, log);
      log.requests.push(entry);
      const place = log.requests.length;
      const said: SaidWord[] = [];
      entry.said = said;
      let samples = 0;
      let last: number | undefined;
      const end = (outcome: 'done' | 'failed') => {
        entry.outcome = outcome;
        entry.endedAtMs = clock.nowMs();
      };
      chain.synthesize(request, {
        audio(chunk) {
          for (let at = 0; at < chunk.length; ) {
            const mark = chunk[at] ?? 0;
            const end = endOfRun(chunk, at);
            const ms = (end - at) / samplesPerMs;
            const word = said.at(-1);
            if (mark === last && word !== undefined) word.ms += ms;
            else said.push({ text: asked[mark >> wordBits]?.[mark & wordMask] ?? nobodysSound, ms });
            last = mark;
            at = end;
          }
          const marked = remarked(chunk.length, samples, place);
          samples += chunk.length;
          if (!request.signal.aborted) entry.given.push({ atMs: clock.nowMs(), audioMs: samples / samplesPerMs });
          sink.audio(marked);
        },
        words: (told) => sink.words(told),
        done() {
          end('done');
          sink.done();
        },
        failed(code, message) {
          end('failed');
          sink.failed(code, message);
        },
      });
    },
  };
}

/** The sound of a sentence that is a full stop alone, among the words of others. */
export const wordless = '';
/** Sound that no engine was asked for: of no sentence's words, so that no sentence is right with it. */
const nobodysSound = '(unknown)';

const samplesPerMs = SAMPLE_RATE_HZ / 1000;
const soundFirstMs = 80;
/** Sentences have at most 24 words, and a call at most a few hundred sentences. */
const wordBits = 6;
const wordMask = (1 << wordBits) - 1;

/** Sound of which each sample says which word it is of. */
function wordAudio(sentence: number, count: number, wordMs: number): Pcm {
  const perWord = wordMs * samplesPerMs;
  const audio = new Int16Array(count * perWord);
  for (let word = 0; word < count; word += 1) {
    audio.fill((sentence << wordBits) | word, word * perWord, (word + 1) * perWord);
  }
  return audio;
}

/** The same length of sound, in which each frame of the sentence says which one it is, as the caller's ear reads it. */
function remarked(length: number, from: number, place: number): Pcm {
  const audio = new Int16Array(length);
  const firstFrame = Math.floor(from / FRAME_SAMPLES);
  for (let frame = firstFrame; frame * FRAME_SAMPLES < from + length; frame += 1) {
    // Of a frame that began in an earlier piece one mark or both are there already.
    const at = frame * FRAME_SAMPLES - from;
    if (at >= 0) audio[at] = place;
    if (at >= -1 && at + 1 < length) audio[at + 1] = frame;
  }
  return audio;
}

/** Where the samples of the same word end. */
function endOfRun(samples: Pcm, from: number): number {
  const mark = samples[from];
  let at = from;
  // Words last as long as many frames: the end is looked for only in the last one.
  while (samples[at + FRAME_SAMPLES] === mark) at += FRAME_SAMPLES;
  while (at < samples.length && samples[at] === mark) at += 1;
  return at;
}
