import { expect, it } from 'vitest';
import type { CallLog, SaidWord } from '../call-log.ts';
import type { VoicePlan } from '../call-script.ts';
import { violationsOf } from '../invariants.ts';
import { agentIsDone, finish, hangUp, plainCall, plainVoice, thinks } from '../scenarios/scenario.ts';
import { simulateCall } from '../simulate-call.ts';
import { agentIsHeardOnce } from './stand-ins.ts';

const faults: readonly VoicePlan['fault'][] = [
  { kind: 'none' },
  { kind: 'fails', afterPieces: 0 },
  { kind: 'fails', afterPieces: 1 },
  { kind: 'hangs', afterPieces: 1 },
  { kind: 'throws' },
];

it.each([true, false].flatMap((wordTimes) => faults.map((fault) => ({ wordTimes, fault }))))(
  'a full stop that comes by itself loses no word, times of words told: $wordTimes, its voice: $fault',
  async ({ wordTimes, fault }) => {
    const log = await callWithLateStop({ wordTimes, fault });
    expect(log.requests.map(({ text, outcome }) => ({ text, outcome }))).toEqual([
      { text: 'Moon fish', outcome: 'done' },
      { text: '.', outcome: 'done' },
    ]);
    expect(violationsOf(log)).toEqual([]);
  },
);

const lost: readonly { readonly what: string; readonly said: (words: readonly SaidWord[]) => readonly SaidWord[] }[] = [
  { what: 'the last word is lost', said: (words) => words.slice(0, -1) },
  { what: 'nothing is said', said: () => [] },
  { what: 'the last word is said twice', said: (words) => [...words, ...words.slice(-1)] },
  { what: 'a sound is added that nobody was asked for', said: (words) => [...words, { text: '(unknown)', ms: 200 }] },
];

it.each(lost)('it is noticed when $what', async ({ said }) => {
  const log = await callWithLateStop({ wordTimes: true, fault: { kind: 'none' } });
  const [first] = log.requests;
  if (first?.said === undefined) throw new Error('The agent said nothing.');
  expect(agentIsHeardOnce(log)).toBeUndefined();
  const changed = { ...first, said: [...said(first.said)] };
  expect(agentIsHeardOnce({ ...log, requests: [changed, ...log.requests.slice(1)] })).toContain('"Moon fish" was said');
});

/** The agent thinks so long before its full stop that the sentence is said without it, and the full stop after it. */
function callWithLateStop(stop: Pick<VoicePlan, 'wordTimes' | 'fault'>): Promise<CallLog> {
  return simulateCall(
    plainCall([agentIsDone, hangUp], {
      hasStandIns: true,
      agent: () =>
        thinks([
          { afterMs: 150, do: 'say', text: 'Moon fish', interruptible: true },
          { afterMs: 2500, do: 'say', text: '. ', interruptible: true },
          finish,
        ]),
      voice: (_count, text) => ({ ...plainVoice, pieces: 4, gapMs: 20, ...(text === '.' ? stop : {}) }),
    }),
  );
}
