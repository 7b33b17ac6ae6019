import type { CallLog } from './call-log.ts';
import { endsOnce, isNeverStuck, noFaultOfItsOwn, nothingOutlives } from './promises/life.ts';
import { heardIsRecorded, historyIsRecorded, recordsAreWhole } from './promises/memory.ts';
import {
  channelsAreNotFlooded,
  nothingSoundsOnHold,
  nothingSoundsOutOfTurn,
  onlyOneSounds,
  passagesAreHeard,
  soundIsNotLate,
  stopsForVoice,
} from './promises/sound.ts';
import { agentIsHeardOnce, callerIsHeardOnce } from './promises/stand-ins.ts';
import { callerIsNotLeftInSilence, statesAreTrue } from './promises/state.ts';
import {
  answersAreToTheWords,
  effectsOnce,
  everyTurnIsAnswered,
  thoughtOnce,
  typedIsAnsweredOnce,
  wordsAreKept,
} from './promises/turns.ts';

/** Something that a conversation promises, whatever callers, networks and parts do. */
export interface Invariant {
  readonly promise: string;
  /** @returns how the call broke it, or undefined if it did not */
  readonly broken: (log: CallLog) => string | undefined;
}

/** What Parley promises of every call. Each is checked from outside, by what could be heard, seen and read of it. */
export const invariants: readonly Invariant[] = [
  { promise: 'A conversation ends once, says so once, and says nothing afterwards.', broken: endsOnce },
  { promise: 'Left alone, a conversation comes to an end by itself.', broken: isNeverStuck },
  { promise: 'No timer, stream, thought or voice outlives its conversation.', broken: nothingOutlives },
  { promise: 'Nothing fails but what the parts fail at.', broken: noFaultOfItsOwn },

  { promise: 'Nothing sounds after it was given up, cut off or ended.', broken: nothingSoundsOutOfTurn },
  { promise: 'One reply sounds at a time, sentence by sentence, without a gap or a repeat.', broken: onlyOneSounds },
  { promise: 'Nothing sounds to a caller who holds the line.', broken: nothingSoundsOnHold },
  { promise: 'The agent stops within one frame of the voice of the caller.', broken: stopsForVoice },
  { promise: 'A channel is given no more before its time than it keeps.', broken: channelsAreNotFlooded },
  { promise: 'What must be heard to its end is heard to its end.', broken: passagesAreHeard },
  { promise: 'Sound that is there and may be heard is heard at once.', broken: soundIsNotLate },

  { promise: 'The state that is shown is true.', broken: statesAreTrue },
  { promise: 'A caller who waits is not left in silence.', broken: callerIsNotLeftInSilence },

  { promise: 'Where another one stands by, no word of the caller is lost or heard twice.', broken: callerIsHeardOnce },
  { promise: 'Where another one stands by, no word of the agent is lost or said twice.', broken: agentIsHeardOnce },

  { promise: 'Words that were understood end up in a turn.', broken: wordsAreKept },
  { promise: 'Every turn is answered, or cut off by the caller.', broken: everyTurnIsAnswered },
  { promise: 'An answer is to the words of its turn, not to others.', broken: answersAreToTheWords },
  { promise: 'A typed message is one turn.', broken: typedIsAnsweredOnce },
  { promise: 'The agent is asked once for one meaning.', broken: thoughtOnce },
  { promise: 'What is done outside is done once for a turn, and known.', broken: effectsOnce },

  { promise: 'The record says what was heard, to the word.', broken: heardIsRecorded },
  { promise: 'The agent is told the conversation as it is recorded.', broken: historyIsRecorded },
  { promise: 'Every turn is recorded once, whole and in order.', broken: recordsAreWhole },
];

export interface Violation {
  readonly promise: string;
  readonly how: string;
}

export function violationsOf(log: CallLog): readonly Violation[] {
  return invariants.flatMap(({ promise, broken }) => {
    const how = broken(log);
    return how === undefined ? [] : [{ promise, how }];
  });
}
