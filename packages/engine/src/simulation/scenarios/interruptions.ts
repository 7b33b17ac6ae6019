import { countWords } from '../../text/words.ts';
import { all, asked, silentResponses, soundedMs, turnThoughts, unless } from './checks.ts';
import {
  agentIsDone,
  agentSounds,
  agentThinks,
  finish,
  hangUp,
  longAnswer,
  plainCall,
  plainVoice,
  type Scenario,
  said,
  says,
  speak,
  thinks,
  wait,
} from './scenario.ts';

const question = 'when are you open today';
const another = 'no i meant on sunday morning';

export const interruptions: readonly Scenario[] = [
  {
    name: 'interrupted-before-a-sound',
    title: 'A reply that is interrupted before it sounds does not hang the call.',
    script: (random) =>
      plainCall(
        [
          agentIsDone,
          speak(question),
          said,
          agentThinks(random.int(0, 500)),
          speak(another),
          said,
          agentIsDone,
          hangUp,
        ],
        {
          agent: () => says(longAnswer, 150),
          voice: () => ({ ...plainVoice, firstMs: 300 }),
        },
      ),
    broken: (log) =>
      all(
        unless(asked(log).at(-1)?.includes('sunday') === true, 'the second question was not answered'),
        unless(log.sounds.length > 1, 'the agent never spoke again'),
      ),
  },
  {
    name: 'not-speaking-in-silence',
    title: 'Nobody is shown an agent that speaks while it is silent.',
    script: (random) =>
      plainCall(
        [
          agentIsDone,
          speak(question),
          said,
          agentSounds(random.int(0, 60)),
          speak(another),
          said,
          agentIsDone,
          wait(500),
          hangUp,
        ],
        { agent: () => says(longAnswer, random.int(50, 300)) },
      ),
    broken: (log) => unless(silentResponses(log).length === 0, 'it was "responding" without a sound'),
  },
  {
    name: 'history-after-an-interruption',
    title: 'After an interruption the agent knows what was heard of it, to the word.',
    script: (random) => {
      const wordTimes = random.chance(0.5);
      return plainCall(
        [
          agentIsDone,
          speak(question),
          said,
          agentSounds(random.int(200, 3400)),
          speak(another),
          said,
          agentIsDone,
          hangUp,
        ],
        {
          agent: (count) => says(count === 1 ? longAnswer : 'Moon fish. ', 120),
          voice: () => ({ ...plainVoice, wordTimes }),
        },
      );
    },
    broken(log) {
      const told = turnThoughts(log)
        .at(-1)
        ?.history.findLast(({ speaker }) => speaker === 'agent');
      const words = soundedMs(log, longAnswer) / plainVoice.wordMs;
      const known = countWords(told?.text ?? '');
      return unless(Math.abs(known - words) <= 2, `${words.toFixed(1)} words were heard, ${known} are in the history`);
    },
  },
  {
    name: 'late-audio-of-a-cancelled-reply',
    title: 'Sound of a reply that was cut off never comes into the next one.',
    script: (random) =>
      plainCall(
        [
          agentIsDone,
          speak(question),
          said,
          agentThinks(random.int(0, 900)),
          speak(another),
          said,
          agentIsDone,
          hangUp,
        ],
        {
          agent: (count) => says(count === 1 ? longAnswer : 'Wind tree. ', 100),
          voice: () => ({ ...plainVoice, firstMs: random.int(200, 1500), pieces: 4, gapMs: 200, deaf: true }),
        },
      ),
    broken: (log) => unless(asked(log).length >= 2, 'the second question was not asked'),
  },
  {
    name: 'interrupted-while-something-is-done',
    title: 'A booking that is under way when the caller speaks is made once, and known.',
    script: (random) =>
      plainCall(
        [
          agentIsDone,
          speak('yes please do that'),
          said,
          agentThinks(random.int(100, 1500)),
          speak(another),
          said,
          agentIsDone,
          hangUp,
        ],
        {
          thinksAhead: random.chance(0.5),
          agent: (count) =>
            count === 1
              ? thinks([
                  { afterMs: 100, do: 'act', name: 'booked' },
                  { afterMs: 1500, do: 'say', text: 'Moon fish bird rain. ', interruptible: true },
                  finish,
                ])
              : says('Wind tree. '),
        },
      ),
    broken(log) {
      const acts = log.thoughts.flatMap((thought) => thought.acts);
      return unless(acts.length <= 1, `it was done ${acts.length} times`);
    },
  },
  {
    name: 'listening-noises-do-not-stop-the-agent',
    title: 'An "uh huh" or a cough stops the agent for a moment only.',
    script: (random) =>
      plainCall(
        [
          agentIsDone,
          speak(question),
          said,
          agentSounds(random.int(200, 2500)),
          random.chance(0.5) ? speak('uh huh') : speak('', { noiseMs: random.int(120, 900) }),
          said,
          agentIsDone,
          hangUp,
        ],
        { agent: () => says(longAnswer) },
      ),
    broken(log) {
      const wholeMs = countWords(longAnswer) * plainVoice.wordMs;
      return unless(soundedMs(log, longAnswer) >= wholeMs * 2 - 20, 'the answer was not heard to its end');
    },
  },
  {
    name: 'the-legal-line-is-heard',
    title: 'What the law wants to be heard is heard, and what the caller said into it is answered after it.',
    script: (random) =>
      plainCall(
        [
          agentIsDone,
          speak(question),
          said,
          agentSounds(random.int(0, 1200)),
          speak(another),
          said,
          wait(4000),
          agentIsDone,
          hangUp,
        ],
        {
          agent: (count) =>
            count === 1
              ? thinks([
                  { afterMs: 100, do: 'say', text: 'Moon fish bird rain lamp ship milk door. ', interruptible: false },
                  finish,
                ])
              : says('Wind tree. '),
        },
      ),
    broken: (log) =>
      unless(
        asked(log).some((text) => text.includes('sunday')),
        'what was said into the passage was lost',
      ),
  },
  {
    name: 'typing-stops-the-voice',
    title: 'A message that is typed while the agent speaks is answered, once.',
    script: (random) =>
      plainCall(
        [
          agentIsDone,
          speak(question),
          said,
          agentSounds(random.int(0, 3000)),
          { do: 'type', text: 'and by mail', messageId: 'm1' },
          wait(random.int(0, 400)),
          { do: 'type', text: 'and by mail', messageId: 'm1' },
          agentIsDone,
          hangUp,
        ],
        { agent: () => says(longAnswer) },
      ),
    broken: (log) =>
      unless(asked(log).filter((text) => text === 'and by mail').length === 1, 'the message was not asked once'),
  },
];
