import { createLightVoiceDetector } from '@parley/engine/audio/light-voice-detector.ts';
import { LiveConversation } from '@parley/engine/driver/live-conversation.ts';
import type { AgentOutput } from '@parley/engine/ports/agent.ts';
import { FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { ClientNotice } from '@parley/engine/ports/client.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { SpokenWord, Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { createRandom } from '@parley/engine/simulation/random.ts';
import {
  createMemoryRecorder,
  createScriptedAgent,
  createScriptedRecognizer,
  createScriptedSynthesizer,
  tone,
} from '@parley/engine/simulation/scripted-parts.ts';
import { createVirtualClock, type VirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { turnDefaults } from '@parley/engine/turn/options.ts';
import { speak } from './voice-loop.ts';

/** What a real voice made of a sentence. */
export interface Recording {
  readonly samples: Int16Array;
  readonly words: readonly SpokenWord[];
}

/**
 * `words`: the voice tells word times, as the embedded one does. `length`: it gives the sound of a sentence at once, but no
 * times. `stream`: no times, and the sound comes a little ahead of the ear, so that its length is not known before its end.
 */
export type VoiceManner = 'words' | 'length' | 'stream';

export interface Interruption {
  /** The sentences of the reply as they were spoken. */
  readonly sentences: readonly string[];
  /** Words whose sound had left whole when the agent fell silent, by the voice's own times. */
  readonly trueWords: number;
  /** Words that the conversation says were heard. */
  readonly heardWords: number;
  readonly heardText: string;
}

/** What is said of each reply, sentence by sentence, spoken by the voice: as the conversation cuts it. */
export async function recordReplies(
  synthesizer: Synthesizer,
  replies: readonly string[],
  voice?: string,
): Promise<ReadonlyMap<string, Recording>> {
  const clock = createVirtualClock();
  const collecting = createScriptedSynthesizer(clock);
  for (const reply of replies) {
    const call = createCall(clock, collecting, [reply]);
    await call.untilAgentSounds();
    await call.listen(patienceMs * 12);
    await call.close();
  }
  const recordings = new Map<string, Recording>();
  for (const text of new Set(collecting.requests)) {
    recordings.set(text, await speak(synthesizer, text, voice === undefined ? {} : { voice }));
  }
  return recordings;
}

/**
 * A caller who interrupts at random moments, by voice, reply after reply: the real driver and machine in virtual time, the
 * recorded sound of a real voice.
 */
export async function interrupt(
  recordings: ReadonlyMap<string, Recording>,
  replies: readonly string[],
  { count, seed, manner }: { readonly count: number; readonly seed: number; readonly manner: VoiceManner },
): Promise<readonly Interruption[]> {
  const found: Interruption[] = [];
  const random = createRandom(seed);
  while (found.length < count) {
    const clock = createVirtualClock();
    const order = replies
      .map((reply) => ({ reply, place: random.next() }))
      .sort((a, b) => a.place - b.place)
      .map(({ reply }) => reply);
    const call = createCall(clock, createReplayVoice(clock, recordings, manner), order);
    await call.untilAgentSounds();
    for (let asked = 0; asked < order.length && found.length < count; asked += 1) {
      await call.listen(random.int(20, replyMs(call.reply, recordings)));
      const cut = await call.cutIn();
      if (cut !== undefined) {
        const { sentences, frames, heardText } = cut;
        const heardWords = countWords(heardText);
        found.push({ sentences, trueWords: trueWords(sentences, frames, recordings), heardWords, heardText });
      }
      await call.untilAgentSounds();
    }
    await call.close();
  }
  return found;
}

/** The share of the interruptions with at most one word wrong. */
export function accuracy(interruptions: readonly Interruption[]): number {
  return (
    interruptions.filter(({ trueWords, heardWords }) => Math.abs(trueWords - heardWords) <= 1).length /
    interruptions.length
  );
}

/** No echo of the agent has these. */
const interruptingWords = 'wait stop please';
/** A reply begins within this, end of turn and all, or something is wrong. */
const patienceMs = 10_000;
/** One reply of a conversation, as far as it was heard. */
interface Cut {
  readonly sentences: readonly string[];
  readonly frames: number;
  readonly heardText: string;
}

function createCall(clock: VirtualClock, synthesizer: Synthesizer, replies: readonly string[]) {
  let asked = 0;
  let frames = 0;
  let sentences: readonly string[] = [];
  let cut: Cut | undefined;
  const onNotice = (notice: ClientNotice) => {
    if (notice.type === 'cutOff') cut = { sentences, frames, heardText: notice.heardText };
    if (notice.type !== 'said') return;
    // The first frame of the sentence has just gone out.
    if (notice.sentence === 0) frames = 1;
    sentences = notice.sentence === 0 ? [notice.text] : [...sentences, notice.text];
  };
  const conversation = new LiveConversation(
    {
      agent: createScriptedAgent(async function* (): AsyncGenerator<AgentOutput> {
        asked += 1;
        yield { type: 'say', text: replies[(asked - 1) % replies.length] ?? '' };
        yield { type: 'finished', memory: {}, expects: undefined, end: false };
      }),
      recognizer: createScriptedRecognizer(clock, () => ({ kind: 'words', text: interruptingWords })),
      voiceDetector: createLightVoiceDetector(),
      synthesizer,
      recorder: createMemoryRecorder(),
      clock,
      onError(error) {
        throw error;
      },
    },
    {
      id: 'interrupted-call',
      turn: turnDefaults,
      openedBy: 'voice',
      timeZone: 'UTC',
      vocabularyId: 'none',
      resumption: undefined,
      recentTurns: [],
      onClosed() {},
      onAttachedChanged() {},
    },
  );
  const client = conversation.attachClient({ tell: onNotice });
  const inlet = conversation.attachAudio({
    kind: 'scripted',
    echo: 'cancelled',
    playoutDelayMs: 0,
    write() {
      frames += 1;
    },
    clear() {},
    close() {},
  });
  const silence = new Int16Array(FRAME_SAMPLES);
  const voice = tone(FRAME_MS);
  const push = async (frame: Int16Array, durationMs: number, until: () => boolean) => {
    for (let passed = 0; passed < durationMs && !until(); passed += FRAME_MS) {
      inlet.push(frame.slice());
      await clock.advance(FRAME_MS);
    }
  };
  const isSounding = () => conversation.state === 'responding';
  const speakOver = () => push(voice, 900, () => false);
  return {
    get reply(): string {
      return replies[(asked - 1) % replies.length] ?? '';
    },
    /** The caller says nothing, at most until the agent has finished. */
    listen: (ms: number) => push(silence, ms, () => !isSounding()),
    /** The caller asks, if the agent has nothing to say. */
    async untilAgentSounds() {
      await push(silence, patienceMs, () => isSounding() || conversation.state === 'waiting');
      if (!isSounding()) await speakOver();
      await push(silence, patienceMs, isSounding);
      if (!isSounding()) throw new Error(`The agent does not answer; the conversation is ${conversation.state}.`);
    },
    /** Undefined: the agent had finished before it was interrupted. */
    async cutIn(): Promise<Cut | undefined> {
      cut = undefined;
      if (isSounding()) await speakOver();
      return cut;
    },
    async close() {
      client.hangUp();
      await clock.advance(1_000);
    },
  };
}

/** The recordings, given as a voice of this manner would. */
function createReplayVoice(clock: Clock, recordings: ReadonlyMap<string, Recording>, manner: VoiceManner): Synthesizer {
  return {
    name: 'replay',
    voices: [],
    close: async () => {},
    synthesize({ text, signal }, sink) {
      const recording = recordings.get(text);
      if (recording === undefined) throw new Error(`No recording of ${JSON.stringify(text)}.`);
      const { samples, words } = recording;
      let sent = 0;
      const give = () => {
        if (signal.aborted) return;
        if (sent === 0 && manner === 'words') sink.words(words);
        const until = manner === 'stream' ? sent + streamChunkSamples : samples.length;
        if (sent < samples.length) sink.audio(samples.slice(sent, until));
        sent = until;
        if (sent >= samples.length) sink.done();
        else clock.wakeAt(clock.nowMs() + streamChunkMs, give);
      };
      clock.wakeAt(clock.nowMs() + 30, give);
    },
  };
}

/** A voice across the network that is just quick enough: 200 ms of sound each 150 ms. */
const streamChunkSamples = (200 * SAMPLE_RATE_HZ) / 1000;
const streamChunkMs = 150;

function trueWords(sentences: readonly string[], frames: number, recordings: ReadonlyMap<string, Recording>): number {
  let framesLeft = frames;
  let count = 0;
  for (const sentence of sentences) {
    const { samples, words } = recordings.get(sentence) ?? { samples: new Int16Array(), words: [] };
    const sentMs = (Math.min(samples.length, framesLeft * FRAME_SAMPLES) * 1000) / SAMPLE_RATE_HZ;
    count += words.filter(({ endMs }) => endMs <= sentMs).length;
    framesLeft -= Math.ceil(samples.length / FRAME_SAMPLES);
  }
  return count;
}

function replyMs(reply: string, recordings: ReadonlyMap<string, Recording>): number {
  const own = [...recordings].filter(([sentence]) => reply.includes(sentence));
  return Math.round(own.reduce((sum, [, { samples }]) => sum + (samples.length * 1000) / SAMPLE_RATE_HZ, 0));
}

function countWords(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length;
}
