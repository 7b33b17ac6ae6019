import type { Pcm } from '@parley/engine/ports/audio.ts';
import type { RecognizedWord } from '@parley/engine/ports/recognizer.ts';
import type { Brain } from '@parley/fakes/brain.ts';
import { createSpeechBrain } from '@parley/fakes/brains/speech-brain.ts';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import { toneGapMs, toneWordMs } from '@parley/fakes/brains/tone-speech.ts';
import { receptionistVocabulary } from '@parley/fakes/calls/hold-call.ts';
import type { RunningFake } from '@parley/fakes/fake-vendor.ts';
import { fakes } from '@parley/fakes/registry.ts';
import { type ServerProcess, startServerProcess } from '@parley/server/testing/server-process.ts';
import { createEmbeddedRecognizer } from '@parley/speech/embedded/embedded-recognizer.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { type FaultyLine, openFaultyLine } from './faulty-line.ts';

/** A part of a call of which a vendor does the work, and another one stands by. */
export type Part = 'ear' | 'voice' | 'model';

/** A whole server whose vendors are fakes on this machine; the way to the first of each kind can be struck. */
export interface FailingVendors {
  readonly server: ServerProcess;
  readonly lines: Readonly<Record<Part, FaultyLine>>;
  /** The parts that another one took over from, by the server's log: `voice elevenlabs`. */
  readonly takeovers: readonly string[];
  /** What the voices said, of a recording: word by word, with times. */
  listenForAnswer(recording: Pcm): Promise<readonly RecognizedWord[]>;
  close(): Promise<void>;
}

/** What the language model answers, always: no word is said twice, so that each is known when it is heard. */
export const answer =
  'Alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima. Mike november oscar papa quebec romeo sierra tango uniform victor whiskey yankee.';

/** Words are tones, and each has its own neighbourhood: what a codec does to its pitch does not make another word of it. */
const spacedWords = answer
  .split(' ')
  .map((word) => {
    const plain = word.replace('.', '');
    return `${plain}1 ${plain}2 ${plain} ${plain}3 ${plain}4`;
  })
  .join(' ');

/** Of the neighbourhoods the words; one that a lost packet cut in two is one. */
function oneByOne(heard: readonly RecognizedWord[]): readonly RecognizedWord[] {
  const words: RecognizedWord[] = [];
  for (const { text, startMs, endMs } of heard) {
    const word = { text: text.replace(/\d$/, ''), startMs, endMs };
    const last = words.at(-1);
    const isSame = last?.text === word.text && endMs - last.startMs <= toneWordMs + toneGapMs;
    if (last !== undefined && isSame) words[words.length - 1] = { ...last, endMs };
    else words.push(word);
  }
  return words;
}

/** One that is asked to go on with an answer that broke off says the rest of it. */
function answerTo(prompt: string): string {
  const [, tail] = /"…([^"]+)"/.exec(prompt) ?? [];
  const at = tail === undefined ? -1 : answer.indexOf(tail);
  return tail === undefined || at < 0 ? answer : answer.slice(at + tail.length);
}

/** The agent that hands everything to the language model; the caller's words are in its vocabulary. */
export const agentId = 'receptionist-model';

/** Starts them all; the server first asks Deepgram to listen, ElevenLabs to speak and OpenAI to think. */
export async function startFailingVendors(): Promise<FailingVendors> {
  const heard = await createSpeechBrain({
    recognizer: createEmbeddedRecognizer({ workers: 1 }),
    synthesizer: createEmbeddedSynthesizer(),
    vocabulary: await receptionistVocabulary(),
  });
  const tones = createToneBrain(answerTo);
  await tones.speak(spacedWords, 'en-US', AbortSignal.timeout(1000));
  const brain: Brain = {
    listen: heard.listen,
    speak: tones.speak,
    answer: tones.answer,
    close: async () => {
      await Promise.all([heard.close(), tones.close()]);
    },
  };
  const running: RunningFake[] = [];
  const start = async (name: string) => {
    const fake = fakes.find((known) => known.name === name);
    if (fake === undefined) throw new Error(`There is no fake of ${name}.`);
    const started = await fake.start({ port: 0, brain });
    running.push(started);
    return started;
  };
  const [deepgram, elevenlabs, openai, spare] = [
    await start('deepgram'),
    await start('elevenlabs'),
    await start('openai'),
    await start('openai-compatible'),
  ];
  const lines = {
    ear: await openFaultyLine(deepgram.url),
    voice: await openFaultyLine(elevenlabs.url),
    model: await openFaultyLine(openai.url),
  };
  const behind = (fake: RunningFake, line: FaultyLine) =>
    Object.fromEntries(
      Object.entries(fake.environment).map(([name, value]) => [name, value.replace(fake.url, line.url)]),
    );
  const closeVendors = async () => {
    await Promise.all(Object.values(lines).map((line) => line.close()));
    await Promise.all(running.map((fake) => fake.close()));
    await brain.close();
  };
  const takeovers: string[] = [];
  const server = await startServerProcess({
    env: {
      ...behind(deepgram, lines.ear),
      ...behind(elevenlabs, lines.voice),
      ...behind(openai, lines.model),
      ...spare.environment,
      RECOGNIZER: 'deepgram,embedded',
      // The one that stands by has its own way to its vendor.
      SYNTHESIZER: 'elevenlabs,openai-compatible?model=tts-1',
      LANGUAGE_MODEL: 'openai:gpt-4o-mini,openai-compatible:spare',
      // Each sentence is asked for anew.
      SPEECH_CACHE_MB: '0',
      LOG_LEVEL: 'error',
    },
    onOutput: (text) => {
      // A line is told with its stack, in which its sentence stands again.
      for (const line of text.split('\n')) {
        const [, part] = /takes over[^(]*\((recogniser \w+|voice \w+|language model)/.exec(line) ?? [];
        if (part !== undefined) takeovers.push(part);
      }
    },
  }).catch(async (error: unknown) => {
    await closeVendors();
    throw error;
  });
  return {
    server,
    lines,
    takeovers,
    listenForAnswer: async (recording) => {
      const listener = tones.listen('en-US');
      listener.write(recording);
      const { words } = await listener.end();
      listener.close();
      return oneByOne(words);
    },
    close: async () => {
      await server.stop();
      await closeVendors();
    },
  };
}
