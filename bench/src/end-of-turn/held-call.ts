import { createLightVoiceDetector } from '@parley/engine/audio/light-voice-detector.ts';
import { LiveConversation } from '@parley/engine/driver/live-conversation.ts';
import { FRAME_MS, type Pcm } from '@parley/engine/ports/audio.ts';
import {
  createMemoryRecorder,
  createScriptedAgent,
  createScriptedSynthesizer,
} from '@parley/engine/simulation/scripted-parts.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { completeness } from '@parley/engine/text/completeness.ts';
import { type EndpointingOptions, endpointingDefaults } from '@parley/engine/turn/endpointing.ts';
import { turnDefaults } from '@parley/engine/turn/options.ts';
import { createReferenceRecognizer, type KnownWord } from './reference-recognizer.ts';
import { quietFrames, type SpokenUtterance } from './spoken-utterance.ts';

/** How one utterance ended. */
export interface Outcome {
  /** When the first decision fell that the turn is over, against the true end of the speech; negative for a cut-in. */
  readonly delayMs: number;
  /** What the words of that decision sounded like. */
  readonly rule: 'complete' | 'incomplete' | 'dictating';
  /** The words at that decision. */
  readonly text: string;
}

/**
 * A call of one utterance in virtual time, through the real driver, machine and voice activity detection: the agent greets and asks,
 * a second passes, the caller speaks.
 *
 * @returns undefined when the turn never ended
 */
export async function holdCall(
  spoken: SpokenUtterance,
  options: Partial<EndpointingOptions> = {},
): Promise<Outcome | undefined> {
  const { utterance } = spoken;
  const language = utterance.language === 'vi' ? 'vi-VN' : 'en-US';
  const clock = createVirtualClock();
  const ends: { readonly atMs: number; readonly text: string }[] = [];
  let words: readonly KnownWord[] = [];
  const agent = createScriptedAgent(async function* ({ type, ...cue }) {
    if ('turn' in cue) ends.push({ atMs: clock.nowMs(), text: cue.turn.text });
    yield { type: 'say', text: type === 'greet' ? 'Hello.' : 'Thank you.' };
    yield { type: 'finished', memory: {}, expects: utterance.expects, end: false };
  });
  const conversation = new LiveConversation(
    {
      agent: { ...agent, language },
      recognizer: createReferenceRecognizer(clock, () => words),
      voiceDetector: createLightVoiceDetector(),
      synthesizer: createScriptedSynthesizer(clock),
      recorder: createMemoryRecorder(),
      clock,
      onError(error) {
        throw error;
      },
    },
    {
      id: 'end-of-turn',
      turn: { ...turnDefaults, language, endpointing: { ...endpointingDefaults, ...options } },
      openedBy: 'voice',
      timeZone: 'UTC',
      vocabularyId: 'reference',
      resumption: undefined,
      recentTurns: [],
      onClosed() {},
      onAttachedChanged() {},
    },
  );
  const inlet = conversation.attachAudio({
    kind: 'bench',
    echo: 'cancelled',
    playoutDelayMs: 0,
    write() {},
    clear() {},
    close() {},
  });
  const push = async (frames: readonly Pcm[]) => {
    for (const frame of frames) {
      if (ends.length > 0) return;
      inlet.push(frame);
      await clock.advance(FRAME_MS);
    }
  };
  await push(quietFrames(greetingMs, 1));
  const fromMs = clock.nowMs();
  words = spoken.words.map(({ text, endMs }) => ({ text, endMs: fromMs + endMs }));
  await push(spoken.frames);
  await conversation.suspend();
  const end = ends[0];
  if (end === undefined) return undefined;
  const { kind } = completeness(end.text, utterance.expects, language);
  return { delayMs: end.atMs - fromMs - spoken.endMs, rule: kind, text: end.text };
}

/** The greeting takes a third of a second; then the caller thinks. */
const greetingMs = 2000;
