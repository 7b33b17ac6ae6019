import { describe, expect, it } from 'vitest';
import type { Recorder, TurnRecord } from '../ports/recorder.ts';
import { createVirtualClock } from '../simulation/virtual-clock.ts';
import { createRecording, recordingDefaults } from './recording.ts';

const { timeoutMs, stopTimeoutMs } = recordingDefaults;

/** A database whose answers the test gives, in any order. */
function createHandDatabase() {
  const tries: { readonly turn: TurnRecord; readonly signal: AbortSignal | undefined; land(): void; stop(): void }[] =
    [];
  const stored = new Map<number, string>();
  const recorder: Recorder = {
    recordTurn: (turn, signal) =>
      new Promise((resolve, reject) => {
        tries.push({
          turn,
          signal,
          land: () => {
            stored.set(turn.turnNumber, turn.reply?.text ?? '');
            resolve();
          },
          stop: () => reject(new Error('stopped')),
        });
      }),
    recordEnd: async () => {},
  };
  return { recorder, tries, stored };
}

describe('a write that takes too long', () => {
  it('is told to stop, and the next one begins only when it has', async () => {
    const clock = createVirtualClock();
    const { recorder, tries, stored } = createHandDatabase();
    const recording = createRecording(clock, recorder, () => {}, { ...recordingDefaults, retryDelaysMs: [] });
    const first = recording.turn(turn('old'));
    const second = recording.turn(turn('new'));
    await clock.advance(timeoutMs);
    expect(tries[0]?.signal?.aborted).toBe(true);
    await clock.advance(stopTimeoutMs - 1);
    expect(tries).toHaveLength(1);
    tries[0]?.stop();
    await clock.advance(0);
    expect(tries).toHaveLength(2);
    tries[1]?.land();
    expect(await Promise.all([first, second])).toEqual([false, true]);
    expect(stored.get(1)).toBe('new');
  });

  it('counts when it lands while it is being stopped', async () => {
    const clock = createVirtualClock();
    const { recorder, tries, stored } = createHandDatabase();
    const recording = createRecording(clock, recorder, () => {});
    const first = recording.turn(turn('old'));
    const second = recording.turn(turn('new'));
    await clock.advance(timeoutMs + stopTimeoutMs / 2);
    tries[0]?.land();
    await clock.advance(0);
    expect(tries.map((one) => one.turn.reply?.text)).toEqual(['old', 'new']);
    tries[1]?.land();
    expect(await Promise.all([first, second])).toEqual([true, true]);
    expect(stored.get(1)).toBe('new');
  });

  it('does not keep the conversation for ever when it minds no signal', async () => {
    const clock = createVirtualClock();
    const { recorder, tries } = createHandDatabase();
    const errors: unknown[] = [];
    const recording = createRecording(clock, recorder, (error) => errors.push(error));
    const first = recording.turn(turn('old'));
    await clock.advance(60_000);
    expect(await first).toBe(false);
    expect(tries).toHaveLength(recordingDefaults.retryDelaysMs.length + 1);
    expect(errors).toHaveLength(tries.length);
  });
});

it('a database that refuses is tried again, and one that throws at once is no surprise', async () => {
  const clock = createVirtualClock();
  let tries = 0;
  const recording = createRecording(
    clock,
    {
      recordTurn: () => {
        tries += 1;
        if (tries === 1) throw new Error('at once');
        return tries < 4 ? Promise.reject(new Error('away')) : Promise.resolve();
      },
      recordEnd: async () => {},
    },
    () => {},
  );
  const stored = recording.turn(turn('text'));
  await clock.advance(5000);
  expect(await stored).toBe(true);
  expect(tries).toBe(4);
});

function turn(text: string): TurnRecord {
  return {
    conversationId: 'c',
    turnNumber: 1,
    cause: 'turn',
    startedAtEpochMs: 0,
    caller: undefined,
    understanding: undefined,
    reply: { text, heardText: undefined, interrupted: false, tone: 'warm', actions: [] },
    waterfall: {
      endOfTurnMs: undefined,
      transcriptMs: undefined,
      agentMs: undefined,
      sentenceMs: undefined,
      synthesisMs: undefined,
      playoutMs: undefined,
      voiceToVoiceMs: undefined,
    },
    memory: undefined,
    expects: undefined,
  };
}
