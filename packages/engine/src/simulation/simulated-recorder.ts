import type { Clock } from '../ports/clock.ts';
import type { Recorder } from '../ports/recorder.ts';
import type { CallLog, Write } from './call-log.ts';
import type { CallScript, WritePlan } from './call-script.ts';

/**
 * A database that is slow, refuses or hangs as the script says. It minds the signal, as it must: what was given up does not
 * happen any more.
 */
export function createSimulatedRecorder(clock: Clock, script: CallScript, log: CallLog): Recorder {
  let tries = 0;
  const nextPlan = (): WritePlan => {
    const plan = script.recorder(tries);
    tries += 1;
    return plan;
  };

  const settle = async ({ delayMs, outcome }: WritePlan, signal: AbortSignal | undefined): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      if (outcome !== 'hangs') clock.wakeAt(clock.nowMs() + delayMs, resolve);
    });
    if (outcome === 'fails') throw new Error('The script says that the database is away.');
  };

  return {
    async recordTurn(turn, signal) {
      const write: Write = { atMs: clock.nowMs(), turn, settledAtMs: undefined, outcome: 'running' };
      log.writes.push(write);
      try {
        await settle(nextPlan(), signal);
        write.outcome = 'stored';
        log.stored.set(turn.turnNumber, turn);
      } catch (error) {
        write.outcome = 'failed';
        throw error;
      } finally {
        write.settledAtMs = clock.nowMs();
      }
    },
    async recordEnd(_id, reason, _atEpochMs, signal) {
      const atMs = clock.nowMs();
      const plan = nextPlan();
      await settle(plan, signal);
      log.ends.push({ atMs, reason });
    },
  };
}
