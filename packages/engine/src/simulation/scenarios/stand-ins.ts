import { all, asked, turnThoughts, unless } from './checks.ts';
import {
  agentIsDone,
  hangUp,
  longAnswer,
  plainCall,
  plainVoice,
  type Scenario,
  said,
  says,
  speak,
} from './scenario.ts';

const question = 'when are you open today';
/** What nobody may wait longer than without the failure. */
const addedMs = 1000;
/** As long as an answer takes in a plain call, from the caller's last word to the agent's first: pause, transcript, thought, voice. */
const plainAnswerMs = 1900;

export const standIns: readonly Scenario[] = [
  {
    name: 'the-recogniser-breaks-and-another-one-hears',
    title: 'Where another recogniser stands by, one that breaks in mid-utterance costs no word, and no second.',
    script: (random) =>
      plainCall(
        [
          agentIsDone,
          speak(question, { hearing: { kind: 'fails', afterMs: random.int(1, 1400) } }),
          said,
          agentIsDone,
          speak('and on sunday morning'),
          said,
          agentIsDone,
          hangUp,
        ],
        { hasStandIns: true, agent: () => says(longAnswer) },
      ),
    broken: (log) =>
      all(
        unless(asked(log).join(', ') === `${question}, and on sunday morning`, `the agent was asked: ${asked(log)}`),
        unless(log.takeovers.length > 0, 'nobody took over'),
        answeredInTime(log),
      ),
  },
  {
    name: 'the-recogniser-hangs-and-another-one-hears',
    title: 'Where another recogniser stands by, one that never answers costs no word.',
    script: () =>
      plainCall([agentIsDone, speak(question, { hearing: { kind: 'hangs' } }), said, agentIsDone, hangUp], {
        hasStandIns: true,
        agent: () => says(longAnswer),
      }),
    broken: (log) =>
      all(
        unless(asked(log).join(', ') === question, `the agent was asked: ${asked(log)}`),
        unless(log.takeovers.length === 1, 'nobody took over'),
      ),
  },
  {
    name: 'the-voice-dies-and-another-one-goes-on',
    title: 'Where another voice stands by, one that dies in mid-sentence costs no word, and no second.',
    script: (random) => {
      const pieces = random.int(2, 8);
      const afterPieces = random.int(0, pieces - 1);
      const fault = random.pick(['fails', 'hangs'] as const);
      return plainCall([agentIsDone, speak(question), said, agentIsDone, hangUp], {
        hasStandIns: true,
        agent: () => says(longAnswer),
        voice: (count) => ({
          ...plainVoice,
          pieces,
          gapMs: random.int(0, 40),
          fault: count === 0 ? { kind: 'none' } : { kind: fault, afterPieces },
        }),
      });
    },
    broken: (log) =>
      all(
        unless(log.takeovers.length > 0, 'nobody took over'),
        unless(
          log.requests.slice(1).every(({ outcome }) => outcome === 'done'),
          'a sentence was not said to its end',
        ),
        answeredInTime(log),
      ),
  },
];

/** The agent's first sound after each thing that the caller said, and no silence of a second within the answer. */
function answeredInTime(log: Parameters<Scenario['broken']>[0]): string | undefined {
  const questions = log.spoken.map(({ toMs }) => toMs);
  for (const [index, spokenAtMs] of questions.entries()) {
    const untilMs = log.spoken[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
    const sounds = log.sounds.filter(({ fromMs }) => fromMs >= spokenAtMs && fromMs < untilMs);
    const [first] = sounds;
    if (first === undefined) return `nothing was answered to what was said until ${spokenAtMs} ms`;
    const waitedMs = first.fromMs - spokenAtMs;
    if (waitedMs > plainAnswerMs + addedMs) return `the caller waited ${Math.round(waitedMs)} ms for an answer`;
    for (const [at, sound] of sounds.slice(1).entries()) {
      const gapMs = sound.fromMs - (sounds[at]?.toMs ?? sound.fromMs);
      if (gapMs > addedMs) return `there was a silence of ${Math.round(gapMs)} ms within the answer`;
    }
  }
  return unless(turnThoughts(log).length === questions.length, 'something was answered twice');
}
