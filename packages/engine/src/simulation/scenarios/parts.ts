import { all, asked, soundedAfter, soundedMs, turnThoughts, unless } from './checks.ts';
import {
  agentIsDone,
  agentSounds,
  agentThinks,
  hangUp,
  longAnswer,
  plainCall,
  plainVoice,
  type Scenario,
  said,
  says,
  shortAnswer,
  speak,
  thinks,
  wait,
} from './scenario.ts';

const question = 'when are you open today';

export const parts: readonly Scenario[] = [
  {
    name: 'a-sentence-whose-sound-comes-late',
    title: 'Sound that comes after it was given up is not heard after all.',
    script: (random) =>
      plainCall([agentIsDone, speak(question), said, wait(12_000), agentIsDone, hangUp], {
        agent: () => says(longAnswer),
        voice: (count) => ({ ...plainVoice, firstMs: count === 2 ? random.int(5100, 7000) : 80, deaf: true }),
      }),
    broken(log) {
      const first = log.requests[2];
      const heard = first === undefined ? 0 : log.sounds.filter(({ request }) => request === first).length;
      return unless(heard === 0, 'it was heard');
    },
  },
  {
    name: 'a-voice-that-stalls',
    title: 'A voice that stalls in the middle of a sentence does not silence the rest.',
    script: (random) =>
      plainCall([agentIsDone, speak(question), said, wait(12_000), agentIsDone, hangUp], {
        agent: () => says(longAnswer),
        voice: (count) => ({
          ...plainVoice,
          pieces: 4,
          fault: count === 1 ? { kind: 'hangs', afterPieces: random.int(1, 3) } : { kind: 'none' },
        }),
      }),
    broken: (log) =>
      unless(
        soundedMs(log, 'Wind tree door milk ship lamp rain bird fish moon.') > 1900,
        'the next sentence was not heard',
      ),
  },
  {
    name: 'an-agent-that-never-answers',
    title: 'An agent that hangs is apologised for, and the next question is answered.',
    script: () =>
      plainCall(
        [
          agentIsDone,
          speak(question),
          said,
          wait(30_000),
          agentIsDone,
          speak('are you there please'),
          said,
          agentIsDone,
          hangUp,
        ],
        {
          agent: (count) => (count === 1 ? thinks([{ afterMs: 10, do: 'hang' }]) : says(shortAnswer)),
        },
      ),
    broken: (log) =>
      all(
        unless(asked(log).includes('are you there please'), 'the next question was not asked'),
        unless(
          log.sounds.some(({ request }) => request.text.includes('went wrong')),
          'nobody apologised',
        ),
      ),
  },
  {
    name: 'an-agent-that-fails-again-and-again',
    title: 'An agent that cannot answer says goodbye in words.',
    script: () =>
      plainCall(
        [1, 2, 3, 4].flatMap(() => [agentIsDone, speak(question), said, agentIsDone]),
        { agent: (count) => (count === 0 ? says(shortAnswer) : thinks([{ afterMs: 30, do: 'throw' }])) },
      ),
    broken: (log) =>
      all(
        unless(log.closed[0]?.reason === 'error', `it ended as ${log.closed[0]?.reason}`),
        unless(
          log.sounds.some(({ request }) => request.text.includes('Goodbye')),
          'nobody said goodbye',
        ),
      ),
  },
  {
    name: 'everything-hangs-and-the-caller-leaves',
    title: 'A call that is over holds nothing, though every part of it hangs.',
    script: (random) =>
      plainCall([speak(question, { hearing: { kind: 'hangs' } }), wait(random.int(0, 9000)), hangUp], {
        thinksAhead: true,
        agent: () => ({ ...thinks([{ afterMs: 5, do: 'hang' }]), deaf: true }),
        voice: () => ({ ...plainVoice, fault: { kind: 'hangs', afterPieces: 0 } }),
        recorder: () => ({ delayMs: 0, outcome: 'hangs' }),
      }),
    broken: (log) => unless(log.closed.length === 1, 'it was not closed'),
  },
  {
    name: 'the-database-is-away',
    title: 'A call goes on by voice while the database is away.',
    script: (random) => {
      const back = random.int(4, 30);
      return plainCall(
        [
          agentIsDone,
          speak(question),
          said,
          agentIsDone,
          speak('and on sunday morning'),
          said,
          agentIsDone,
          wait(20_000),
          hangUp,
        ],
        {
          recorder: (count) => ({ delayMs: 3, outcome: count < back ? 'fails' : 'stored' }),
        },
      );
    },
    broken: (log) => unless(asked(log).length === 2, `the agent was asked ${asked(log).length} times`),
  },
  {
    name: 'the-line-breaks-in-the-answer',
    title: 'Who loses the line and comes back is told where the call stands.',
    script: (random) =>
      plainCall(
        [
          agentIsDone,
          speak(question),
          said,
          agentSounds(random.int(0, 3000)),
          { do: 'loseAudio' },
          wait(random.int(100, 20_000)),
          { do: 'attachAudio' },
          wait(3000),
          agentIsDone,
          hangUp,
        ],
        { agent: () => says(longAnswer) },
      ),
    broken: (log) =>
      unless(soundedAfter(log, log.channels.at(-1)?.attachedAtMs ?? 0), 'nothing was said to who came back'),
  },
  {
    name: 'an-answer-without-a-sound',
    title: 'An answer whose voice fails is shown.',
    script: (random) =>
      plainCall([agentIsDone, speak(question), said, agentThinks(0), wait(9000), hangUp], {
        agent: () => says(longAnswer),
        voice: (count) => ({
          ...plainVoice,
          fault: count === 0 ? { kind: 'none' } : random.pick([{ kind: 'throws' }, { kind: 'fails', afterPieces: 0 }]),
        }),
      }),
    broken(log) {
      const shown = log.notices.flatMap(({ notice }) => (notice.type === 'said' ? [notice.text] : []));
      return unless(
        shown.some((text) => text.startsWith('Moon fish bird')),
        'the answer was not shown',
      );
    },
  },
  {
    name: 'silence-ends-a-call-once',
    title: 'A caller who says nothing is reminded, and the call ends with one goodbye.',
    script: () => plainCall([wait(90_000)]),
    broken(log) {
      const cues = log.thoughts.map(({ cue }) => cue.type).join(' ');
      return all(
        unless(cues === 'greet reprompt reprompt farewell', `the agent was asked for: ${cues}`),
        unless(log.closed[0]?.reason === 'silence', `it ended as ${log.closed[0]?.reason}`),
      );
    },
  },
  {
    name: 'the-agent-ends-the-call',
    title: 'An agent that ends the call is heard to its last word.',
    script: (random) =>
      plainCall([agentIsDone, speak('thank you goodbye'), said, wait(20_000)], {
        agent: (count) =>
          count === 0
            ? says(shortAnswer)
            : thinks([
                { afterMs: random.int(0, 500), do: 'say', text: 'Wind tree door milk. ', interruptible: true },
                { afterMs: 0, do: 'finish', end: true, expects: undefined },
              ]),
      }),
    broken: (log) =>
      all(
        unless(log.closed[0]?.reason === 'completed', `it ended as ${log.closed[0]?.reason}`),
        unless(soundedMs(log, 'Wind tree door milk.') === 800, 'the last words were clipped'),
        unless(turnThoughts(log).length === 1, 'the agent was asked again'),
      ),
  },
];
