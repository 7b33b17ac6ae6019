import { expect, it } from 'vitest';
import type { CallLog } from '../call-log.ts';
import type { Deed, VoicePlan } from '../call-script.ts';
import { violationsOf } from '../invariants.ts';
import { agentIsDone, agentSounds, hangUp, plainCall, plainVoice, says } from '../scenarios/scenario.ts';
import { simulateCall } from '../simulate-call.ts';
import { heardIsRecorded } from './memory.ts';

// The second half of the sound never comes from the first voice. Quick words: people are reckoned to say fewer in that time.
const breaksOff: Partial<VoicePlan> = { wordMs: 100, pieces: 2, fault: { kind: 'fails', afterPieces: 1 } };
const sentence = 'Wind tree door tree fish milk wind rain ship debz.';

it('words that a second voice says again, as nobody tells which were said, are heard and recorded once', async () => {
  const log = await callWithGreeting({ ...breaksOff, wordTimes: false }, [agentIsDone, hangUp]);
  // Otherwise there is nothing to be reckoned.
  expect(log.requests[0]?.said?.length).toBeGreaterThan(11);
  expect(log.stored.get(1)?.reply?.heardText).toBe(sentence);
  expect(violationsOf(log)).toEqual([]);
});

it.each([100, 300, 500, 700, 900, 1100])(
  'what was heard of it is recorded, to the word, for a caller who leaves after %i ms',
  async (ms) => {
    expect(violationsOf(await callWithGreeting({ ...breaksOff, wordTimes: false }, [agentSounds(ms), hangUp]))).toEqual(
      [],
    );
  },
);

it.each([
  { what: 'one voice said all', voice: { wordMs: 100, wordTimes: false } },
  { what: 'times of words tell where the first voice broke off', voice: { ...breaksOff, wordTimes: true } },
  { what: 'the second voice said words again', voice: { ...breaksOff, wordTimes: false } },
])('a record that leaves out what was heard is noticed where $what', async ({ voice }) => {
  const log = await callWithGreeting(voice, [agentIsDone, hangUp]);
  expect(heardIsRecorded(log)).toBeUndefined();
  expect(heardIsRecorded(withHeard(log, 'Wind tree door tree fish milk'))).toContain(
    'words were heard, but 6 are recorded',
  );
});

function callWithGreeting(voice: Partial<VoicePlan>, deeds: readonly Deed[]): Promise<CallLog> {
  return simulateCall(
    plainCall(deeds, { hasStandIns: true, agent: () => says(sentence), voice: () => ({ ...plainVoice, ...voice }) }),
  );
}

/** The call as it would be if this had been recorded as heard. */
function withHeard(log: CallLog, heardText: string): CallLog {
  return {
    ...log,
    writes: log.writes.map((write) =>
      write.turn.reply === undefined
        ? write
        : { ...write, turn: { ...write.turn, reply: { ...write.turn.reply, heardText } } },
    ),
  };
}
