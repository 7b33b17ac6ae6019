import type { CallLog } from './call-log.ts';
import type { CallScript, Deed } from './call-script.ts';
import { type Violation, violationsOf } from './invariants.ts';
import { tryCall } from './run-calls.ts';

/** A call is a millisecond or two; so many tries are a second. */
const maxTries = 400;

/** Leaves out of a call whatever it still breaks the same promise without: first many deeds at once, then single ones. */
export async function shrink(
  script: CallScript,
  promise: string,
  check: (log: CallLog) => readonly Violation[] = violationsOf,
): Promise<CallScript> {
  let deeds = script.deeds;
  let tries = 0;
  const isBrokenBy = async (fewer: readonly Deed[]): Promise<boolean> => {
    tries += 1;
    const { violations } = await tryCall({ ...script, deeds: fewer }, check);
    return violations.some((violation) => violation.promise === promise);
  };
  for (let size = Math.ceil(deeds.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < deeds.length && tries < maxTries; ) {
      const fewer = deeds.toSpliced(from, size);
      if (await isBrokenBy(fewer)) deeds = fewer;
      else from += size;
    }
  }
  return { ...script, deeds };
}

/** A deed in a few words. */
export function describeDeed(deed: Deed): string {
  switch (deed.do) {
    case 'speak':
      return `speak ${deed.stretches.map(({ text, hearing }) => `"${text}" (${hearing.kind})`).join(', ')}`;
    case 'wait':
      return `wait ${deed.ms} ms`;
    case 'waitFor':
      return `wait for ${deed.state} and ${deed.thenMs} ms`;
    case 'press':
      return `press ${deed.digit}`;
    case 'type':
      return `type ${deed.messageId} "${deed.text}"`;
    case 'hold':
      return deed.isHeld ? 'hold' : 'take back';
    default:
      return deed.do;
  }
}
