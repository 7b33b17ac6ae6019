import { passed } from './house.ts';
import type { LiveCall } from './live-call.ts';

/** Calls somebody, who does as the script has it, and tells what came of it; the call is answered, or over, by then. */
export async function ring(
  call: LiveCall,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<'answered' | 'busy' | 'no-answer' | 'failed'> {
  const { house } = call;
  const callee = house.callee(call.to);
  const given = AbortSignal.any([signal, call.over]);
  call.progress('initiated');
  call.progress('ringing');
  const afterMs = callee.afterMs ?? (callee.does === 'no-answer' ? timeoutMs : soonMs);
  await passed(house.clock, Math.min(afterMs, timeoutMs), given);
  if (afterMs > timeoutMs || callee.does === 'no-answer') {
    call.end('no-answer');
    return 'no-answer';
  }
  if (callee.does !== 'answers') {
    call.end(callee.does);
    return callee.does;
  }
  call.answer();
  if (callee.hangsUpAfterMs !== undefined) {
    passed(house.clock, callee.hangsUpAfterMs, call.over).then(
      () => call.person.hangUp(),
      () => {},
    );
  }
  return 'answered';
}

/** People take seconds; a test need not wait for them. */
const soonMs = 20;
