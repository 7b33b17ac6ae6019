import type { LiveConversation } from '@parley/engine/driver/live-conversation.ts';
import type { TurnEvent } from '@parley/engine/turn/event.ts';
import { turnDefaults } from '@parley/engine/turn/options.ts';
import { conversationState, initialState, type TurnState } from '@parley/engine/turn/state.ts';
import { step } from '@parley/engine/turn/step.ts';
import { createFindings } from './load/caller.ts';
import { keptBytes } from './load/heap.ts';
import { holdVirtualCall } from './load/virtual-call.ts';
import { median, print } from './statistics.ts';

/** Whole calls whose events are replayed: 20 turns each, of callers who interrupt three times in ten. */
const recordedCalls = 20;
const turnsInCall = 20;
const rounds = 9;
const eventsInRound = 1_000_000;
const warmUpEvents = 500_000;
const restingStates = 2000;
const findings = createFindings();
/** As the driver sets them for an agent that is not asked before the turn is certain: the replay is the call itself. */
const recordedWith = { ...turnDefaults, thinkingAhead: { ...turnDefaults.thinkingAhead, enabled: false } };

/** Events a second through the machine alone, and what a conversation at rest keeps. About 20 seconds. */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const conversationBytes = await conversationAtRestBytes();
  const calls: TurnEvent[][] = [];
  for (let seed = 0; seed < recordedCalls; seed += 1) {
    const recorded: TurnEvent[] = [];
    await holdVirtualCall(seed, turnsInCall, findings, (event) => recorded.push(event));
    calls.push(recorded);
  }
  const events = calls.flat();
  replay(calls, warmUpEvents);
  const perSecond = Array.from({ length: rounds }, () => {
    const cpu = process.cpuUsage();
    const startedMs = performance.now();
    const stepped = replay(calls, eventsInRound);
    const wallMs = performance.now() - startedMs;
    const { user, system } = process.cpuUsage(cpu);
    return { wall: (stepped * 1000) / wallMs, cpu: (stepped * 1_000_000) / (user + system) };
  });
  print(json, {
    'events in the recorded calls': events.length,
    'of these': mixOf(events),
    'events a second, median of nine rounds': median(perSecond.map(({ wall }) => wall)),
    'slowest and fastest round': `${Math.round(Math.min(...perSecond.map(({ wall }) => wall)))}, ${Math.round(Math.max(...perSecond.map(({ wall }) => wall)))}`,
    'events a second of processor time': median(perSecond.map(({ cpu }) => cpu)),
    'state at rest, 20 turns of history (kB)': stateAtRestBytes(calls) / 1024,
    'whole conversation at rest (kB)': conversationBytes / 1024,
  });
}

/** Steps whole calls, one after the other, until there were enough events. @returns how many there were */
function replay(calls: readonly (readonly TurnEvent[])[], atLeast: number): number {
  let stepped = 0;
  while (stepped < atLeast) {
    for (const events of calls) stepped += replayCall(events).stepped;
  }
  return stepped;
}

function replayCall(events: readonly TurnEvent[]): { readonly state: TurnState; readonly stepped: number } {
  let state = initialState(recordedWith, 'audio', undefined, events[0]?.atMs ?? 0);
  let effects = 0;
  for (const event of events) {
    const result = step(state, event);
    state = result.state;
    effects += result.effects.length;
  }
  if (effects === 0 || state.lastTurnNumber < turnsInCall || conversationState(state) !== 'waiting')
    throw new Error('The calls did not replay.');
  return { state, stepped: events.length };
}

/** Each state comes of events of its own, so that no text is shared; only the options are, as in the server. */
function stateAtRestBytes(calls: readonly (readonly TurnEvent[])[]): number {
  const states: TurnState[] = [];
  const before = keptBytes();
  for (let index = 0; index < restingStates; index += 1) {
    const events = structuredClone(calls[index % calls.length] ?? []);
    states.push(replayCall(events).state);
  }
  const bytes = (keptBytes() - before) / states.length;
  if (states.some(({ history }) => history.length < turnsInCall)) throw new Error('The history is not there.');
  return bytes;
}

/** With its driver, its ear, its caller's half of the bench, and a channel and a client attached. */
async function conversationAtRestBytes(): Promise<number> {
  const conversations: LiveConversation[] = [];
  // Compiled code is not of any one conversation.
  await holdVirtualCall(999, turnsInCall, findings, () => {});
  const before = keptBytes();
  for (let seed = 0; seed < recordedCalls; seed += 1) {
    conversations.push(await holdVirtualCall(1000 + seed, turnsInCall, findings, () => {}));
  }
  return (keptBytes() - before) / conversations.length;
}

function mixOf(events: readonly TurnEvent[]): string {
  const counts = new Map<string, number>();
  for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([type, count]) => `${type} ${((100 * count) / events.length).toFixed(1)} %`)
    .join(', ');
}
