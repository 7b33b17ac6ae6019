import type { CallEvent, CallResult } from '@parley/call/call-events.ts';
import { placeCall } from '@parley/call/synthetic-caller.ts';
import { SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import { agentId, answer, type FailingVendors, type Part } from './failing-vendors.ts';
import type { LineFault } from './faulty-line.ts';

/** When in a turn something happens to the way to a vendor. */
export interface Fault {
  readonly name: string;
  readonly part: Part;
  readonly fault: LineFault;
  /** `speaking`: the first words of the caller were heard. `before`: the turn has not begun. */
  readonly when: 'before' | 'speaking';
}

/** A turn as the caller heard it: of the recording, and of nobody's word for it. */
export interface HeardTurn {
  /** What the agent understood. */
  readonly caller: string;
  /** Words of the agent's answer, in the order in which they sounded. */
  readonly words: readonly string[];
  /** What the record says was heard. */
  readonly recorded: string;
  /** From the end of the caller's voice to the first word of the answer; undefined when none was heard. */
  readonly waitedMs: number | undefined;
  /** The longest silence between two words of the answer. */
  readonly longestGapMs: number;
}

export const line = 'I would like to book a haircut';
/** Each word of the answer once. */
export const answerWords: readonly string[] = answer.toLowerCase().match(/[a-z]+/g) ?? [];

/** What became of a call in which vendors were struck. */
export interface StruckCall {
  readonly turns: readonly HeardTurn[];
  readonly failure: CallResult['failure'];
  /** The parts that another one took over from, in order: `voice elevenlabs`. */
  readonly takeovers: readonly string[];
}

/** One call with as many turns, which are the same in all but what strikes in them; each fault is mended when its turn is over. */
export async function struckCall(
  vendors: FailingVendors,
  strikes: readonly (Fault | undefined)[],
): Promise<StruckCall> {
  const takenOverBefore = vendors.takeovers.length;
  let said = 0;
  const struck = new Set<number>();
  const mend = () => {
    for (const way of Object.values(vendors.lines)) way.mend();
  };
  const onEvent = (event: CallEvent) => {
    if (event.type === 'caller') {
      mend();
      said += 1;
    }
    const turn = said - 1;
    const strike = strikes[turn];
    if (strike === undefined || struck.has(turn)) return;
    const isTime = strike.when === 'before' || (event.type === 'partial' && event.text.split(' ').length >= 3);
    if (!isTime) return;
    struck.add(turn);
    vendors.lines[strike.part].strike(strike.fault);
  };
  const call = await placeCall({
    url: vendors.server.url,
    agentId,
    steps: strikes.map(() => ({ type: 'say', text: line })),
    onEvent,
  });
  mend();
  const missed = strikes.find((strike, turn) => strike !== undefined && !struck.has(turn));
  if (missed !== undefined && call.failure === undefined) throw new Error(`The turn was over before ${missed.name}.`);
  return {
    turns: await heardTurns(vendors, call),
    failure: call.failure,
    takeovers: vendors.takeovers.slice(takenOverBefore),
  };
}

async function heardTurns(vendors: FailingVendors, { audio, turns }: CallResult): Promise<readonly HeardTurn[]> {
  const words = await vendors.listenForAnswer(audio.agent);
  const spoken = stretchesOf(audio.caller);
  const answered = turns.filter(({ user }) => user !== null);
  return answered.map(({ user, reply }, index) => {
    const endedMs = spoken[index]?.endMs ?? 0;
    const nextMs = spoken[index + 1]?.startMs ?? Number.POSITIVE_INFINITY;
    const heard = words.filter(
      ({ text, startMs }) => startMs >= endedMs && startMs < nextMs && answerWords.includes(text),
    );
    const gaps = heard.slice(1).map(({ startMs }, at) => startMs - (heard[at]?.endMs ?? startMs));
    const first = heard[0]?.startMs;
    return {
      caller: user?.text ?? '',
      words: heard.map(({ text }) => text),
      recorded: reply?.heard_text ?? '',
      waitedMs: first === undefined ? undefined : first - endedMs,
      longestGapMs: Math.max(0, ...gaps),
    };
  });
}

/** Between two things that the caller says is the agent's answer; within one no pause is as long. */
const pauseMs = 1500;
const loud = 500;

/** What the caller said, one thing after the other. */
function stretchesOf(samples: Int16Array): readonly { readonly startMs: number; readonly endMs: number }[] {
  const stretches: { startMs: number; endMs: number }[] = [];
  const toMs = 1000 / SAMPLE_RATE_HZ;
  for (const [at, sample] of samples.entries()) {
    if (Math.abs(sample) < loud) continue;
    const last = stretches.at(-1);
    if (last !== undefined && at * toMs - last.endMs < pauseMs) last.endMs = at * toMs;
    else stretches.push({ startMs: at * toMs, endMs: at * toMs });
  }
  return stretches;
}
