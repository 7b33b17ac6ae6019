import { createLightVoiceDetector } from '@parley/engine/audio/light-voice-detector.ts';
import { type ConversationOptions, LiveConversation } from '@parley/engine/driver/live-conversation.ts';
import { FRAME_MS } from '@parley/engine/ports/audio.ts';
import { createRandom } from '@parley/engine/simulation/random.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import type { TurnEvent } from '@parley/engine/turn/event.ts';
import { turnDefaults } from '@parley/engine/turn/options.ts';
import { createCaller, type Findings } from './caller.ts';
import { createHearer, createQuickRecorder, createSpeaker, createTalker } from './scripted-parts.ts';
import { createCallerSounds } from './sounds.ts';

const sounds = createCallerSounds(createRandom('sounds'));
const voiceDetector = createLightVoiceDetector();

export const conversationOptions: ConversationOptions = {
  id: 'bench',
  turn: turnDefaults,
  openedBy: 'voice',
  timeZone: 'UTC',
  vocabularyId: 'bench',
  resumption: undefined,
  recentTurns: [],
  onClosed() {},
  onAttachedChanged() {},
};

/**
 * A call of the bench's own caller and parts in virtual time, through the whole driver, until so many turns were answered.
 *
 * @param onEvent told what happens to the machine, in order
 * @returns the conversation: at rest, still attached
 */
export async function holdVirtualCall(
  seed: number,
  turns: number,
  findings: Findings,
  onEvent: (event: TurnEvent) => void,
): Promise<LiveConversation> {
  const clock = createVirtualClock();
  const random = createRandom(`call ${seed}`);
  findings.measuring = true;
  const enough = findings.turns + turns;
  const caller = createCaller(clock.nowMs, random.fork('caller'), sounds, findings);
  const conversation = new LiveConversation(
    {
      agent: createTalker(clock, random.fork('agent'), caller.onAsked),
      voiceDetector,
      recognizer: createHearer(clock, caller.words, caller.onVoice),
      synthesizer: createSpeaker(clock),
      recorder: createQuickRecorder(clock),
      clock,
      onError: (error) => {
        throw error;
      },
    },
    { ...conversationOptions, onEvent },
  );
  conversation.attachClient({ tell() {} });
  const inlet = conversation.attachAudio(caller.outlet);
  while (findings.turns < enough || conversation.state !== 'waiting') {
    inlet.push(caller.nextFrame(clock.nowMs()));
    await clock.advance(FRAME_MS);
    if (clock.nowMs() > longestMs) throw new Error(`The call of seed ${seed} does not come to rest.`);
  }
  return conversation;
}

/** A turn takes ten seconds or so. */
const longestMs = 3_600_000;
