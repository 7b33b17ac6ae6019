import { ECHO } from '../call-script.ts';
import { all, asked, soundedAfter, turnThoughts, unless } from './checks.ts';
import {
  agentIsDone,
  agentSounds,
  finish,
  hangUp,
  longAnswer,
  plainCall,
  type Scenario,
  said,
  says,
  shortAnswer,
  speak,
  thinks,
  wait,
} from './scenario.ts';

const question = 'friday at three in the afternoon please';

export const ears: readonly Scenario[] = [
  {
    name: 'finals-that-come-twice',
    title: 'A recogniser that says everything twice gets one answer.',
    script: (random) => {
      const call = plainCall([agentIsDone, speak(question), said, agentIsDone, hangUp]);
      return { ...call, ears: { ...call.ears, repeatsFinals: true, hangoverMs: random.int(100, 400) } };
    },
    broken: (log) => unless(asked(log).length === 1, `the agent was asked ${asked(log).length} times`),
  },
  {
    name: 'a-final-after-the-answer-began',
    title: 'Words that come after they were given up change nothing of what is being answered.',
    script: (random) =>
      plainCall([
        agentIsDone,
        speak(question, { hearing: { kind: 'words', confidence: 0.9, finalDelayMs: random.int(2500, 5000) } }),
        said,
        wait(6000),
        agentIsDone,
        hangUp,
      ]),
    broken: (log) => unless(asked(log).length === 1, `the agent was asked ${asked(log).length} times`),
  },
  {
    name: 'the-ears-die-while-the-agent-speaks',
    title: 'A recogniser that breaks while the agent speaks does not silence it, and the next words are heard.',
    script: (random) =>
      plainCall(
        [
          agentIsDone,
          speak(question),
          said,
          agentSounds(random.int(100, 2000)),
          speak('well i do not', { hearing: { kind: 'fails', afterMs: random.int(20, 600) } }),
          said,
          agentIsDone,
          wait(500),
          speak('on sunday then please'),
          said,
          agentIsDone,
          hangUp,
        ],
        { agent: () => says(longAnswer) },
      ),
    broken: (log) => unless(asked(log).at(-1)?.includes('sunday') === true, 'the words after it were not answered'),
  },
  {
    name: 'a-transcript-that-never-comes',
    title: 'A caller whose words are never transcribed is answered all the same.',
    script: () =>
      plainCall([agentIsDone, speak(question, { hearing: { kind: 'hangs' } }), said, wait(5000), agentIsDone, hangUp]),
    broken: (log) => unless(asked(log).length === 1, 'nobody was asked'),
  },
  {
    name: 'the-echo-is-not-the-caller',
    title: 'The agent is not interrupted by its own voice.',
    script: (random) => {
      const call = plainCall(
        [
          agentIsDone,
          speak(question),
          said,
          agentSounds(random.int(900, 2500)),
          speak(ECHO),
          said,
          wait(500),
          agentIsDone,
          hangUp,
        ],
        { agent: () => says(longAnswer), channel: { playoutDelayMs: 0, echo: 'possible' } },
      );
      return call;
    },
    broken: (log) => unless(asked(log).length === 1, `the agent answered itself: ${asked(log).at(-1)}`),
  },
  {
    name: 'the-end-of-a-turn-is-quick',
    title: 'Who has finished a sentence is answered at once, each time.',
    script: (random) => {
      const call = plainCall([
        agentIsDone,
        speak('i would like to come on friday', {
          wordMs: random.int(150, 300),
          hearing: { kind: 'words', confidence: 0.9, finalDelayMs: random.int(10, 90) },
        }),
        said,
        agentIsDone,
        hangUp,
      ]);
      return { ...call, ears: { ...call.ears, hangoverMs: 200 } };
    },
    broken(log) {
      const endMs = log.spoken.at(-1)?.toMs ?? 0;
      const askedMs = turnThoughts(log)[0]?.atMs ?? Number.POSITIVE_INFINITY;
      return unless(askedMs - endMs <= 450, `the agent was asked ${askedMs - endMs} ms after the last word`);
    },
  },
  {
    name: 'the-caller-thinks-in-the-middle',
    title: 'A pause in the middle of a sentence is no end of it.',
    script: (random) =>
      plainCall([
        agentIsDone,
        {
          do: 'speak',
          stretches: ['i would like to book a', 'table for two on friday'].map((text, index) => ({
            afterMs: index * random.int(500, 1800),
            text,
            wordMs: 200,
            noiseMs: 0,
            hearing: { kind: 'words', confidence: 0.9, finalDelayMs: 60 },
            loss: undefined,
          })),
        },
        said,
        agentIsDone,
        hangUp,
      ]),
    broken: (log) =>
      all(
        unless(asked(log).length === 1, `the agent was asked ${asked(log).length} times`),
        unless(asked(log)[0] === 'i would like to book a table for two on friday', `it was asked "${asked(log)[0]}"`),
      ),
  },
  {
    name: 'thought-ahead-once',
    title: 'An answer that is thought ahead is spoken once, and asked once for each meaning.',
    script: (random) => {
      const call = plainCall([agentIsDone, speak(question), said, agentIsDone, hangUp], {
        thinksAhead: true,
        agent: () => says(shortAnswer, random.int(0, 400)),
      });
      return {
        ...call,
        ears: { ...call.ears, revised: 0.4, turns: random.chance(0.5) ? { eagerMs: 80, endMs: 400 } : undefined },
      };
    },
    broken(log) {
      const turns = new Set(
        log.writes.filter(({ turn }) => turn.caller !== undefined).map(({ turn }) => turn.turnNumber),
      );
      return all(
        unless(turns.size === 1, `it became ${turns.size} turns`),
        unless(asked(log).length <= 3, `the agent was asked ${asked(log).length} times`),
      );
    },
  },
  {
    name: 'a-dropped-thought-does-nothing',
    title: 'A thought that was ahead of the caller, and wrong, does nothing outside.',
    script: (random) => {
      const call = plainCall(
        [
          agentIsDone,
          speak('cancel my table on friday'),
          said,
          wait(random.int(80, 250)),
          speak('no wait i want to keep it'),
          said,
          agentIsDone,
          hangUp,
        ],
        {
          thinksAhead: true,
          agent: (count) =>
            thinks([
              { afterMs: 20, do: 'act', name: `cancel ${count}` },
              { afterMs: 20, do: 'say', text: 'Moon fish. ', interruptible: true },
              finish,
            ]),
        },
      );
      return { ...call, ears: { ...call.ears, turns: { eagerMs: 60, endMs: 600 } } };
    },
    broken(log) {
      const acted = turnThoughts(log).filter(({ acts }) => acts.length > 0);
      const numbers = new Set(acted.map(({ cue }) => (cue.type === 'turn' ? cue.turn.turnNumber : 0)));
      return unless(numbers.size === acted.length, 'two thoughts acted for one turn');
    },
  },
  {
    name: 'a-button-released-is-an-answer-due',
    title: 'Who lets go of the button is answered without a wait.',
    script: (random) =>
      plainCall([
        agentIsDone,
        { do: 'holdButton' },
        wait(random.int(0, 300)),
        speak('i would like to book a', { wordMs: 200 }),
        said,
        { do: 'releaseButton' },
        agentIsDone,
        hangUp,
      ]),
    broken(log) {
      const releasedMs = log.buttons.find(({ held }) => !held)?.atMs ?? 0;
      const askedMs = turnThoughts(log)[0]?.atMs ?? Number.POSITIVE_INFINITY;
      return unless(askedMs - releasedMs <= 350, `the agent was asked ${askedMs - releasedMs} ms after the release`);
    },
  },
  {
    name: 'keys-interrupt',
    title: 'A key stops the agent at once, and what was keyed is one turn.',
    script: (random) =>
      plainCall(
        [
          agentIsDone,
          speak(question),
          said,
          agentSounds(random.int(0, 3000)),
          ...(['4', '2', '#'] as const).flatMap((digit) => [
            { do: 'press' as const, digit },
            wait(random.int(50, 400)),
          ]),
          agentIsDone,
          hangUp,
        ],
        {
          agent: () =>
            thinks([
              { afterMs: 100, do: 'say', text: longAnswer, interruptible: true },
              { afterMs: 0, do: 'finish', end: false, expects: 'phone' },
            ]),
        },
      ),
    broken(log) {
      const pressedMs = log.digits[0]?.atMs ?? 0;
      const answeredMs = turnThoughts(log).find(
        ({ cue }) => cue.type === 'turn' && cue.turn.modality === 'digits',
      )?.atMs;
      const sound = log.sounds.find(({ fromMs, toMs }) => toMs > pressedMs + 20 && fromMs < (answeredMs ?? 0));
      return all(
        unless(asked(log).includes('42'), `it was asked ${asked(log).join(', ')}`),
        unless(sound === undefined, 'the agent spoke on while keys were pressed'),
        unless(soundedAfter(log, answeredMs ?? 0), 'nothing was said to it'),
      );
    },
  },
];
