import type { Clock } from '../ports/clock.ts';
import type { Recorder } from '../ports/recorder.ts';
import type { CallLog, Write } from './call-log.ts';
import type { CallScript, WritePlan } from './call-script.ts';

/** A database that is slow, refuses or hangs as the script says; what it took replaces what it had. */
export function createSimulatedRecorder(clock: Clock, script: CallScript, log: CallLog): Recorder {
  let tries = 0;
  const nextPlan = (): WritePlan => {
    const plan = script.recorder(tries);
    tries += 1;
    return plan;
  };

  const settle = async ({ delayMs, outcome }: WritePlan): Promise<void> => {
    if (outcome === 'hangs') await new Promise<never>(() => {});
    if (delayMs > 0) await new Promise<void>((resolve) => clock.wakeAt(clock.nowMs() + delayMs, resolve));
    if (outcome === 'fails') throw new Error('The script says that the database is away.');
  };

  return {
    async recordTurn(turn) {
      const write: Write = { atMs: clock.nowMs(), turn, settledAtMs: undefined, outcome: 'running' };
      log.writes.push(write);
      try {
        await settle(nextPlan());
        write.outcome = 'stored';
        log.stored.set(turn.turnNumber, turn);
      } catch (error) {
        write.outcome = 'failed';
        throw error;
      } finally {
        write.settledAtMs = clock.nowMs();
      }
    },
    async recordEnd(_id, reason) {
      const atMs = clock.nowMs();
      const plan = nextPlan();
      log.ends.push({ atMs, reason, stored: plan.outcome === 'stored' });
      await settle(plan);
    },
  };
}
