import type { Wording } from '@parley/contract/flow/parts.ts';
import type { AgentOutput, AgentRequest } from '@parley/engine/ports/agent.ts';
import type { EmotionalTone } from '@parley/engine/ports/synthesizer.ts';
import { isoDateOf, isoTimeOf, localTime, weekdayOf } from '../../entities/zoned-time.ts';
import type { Json, JsonObject } from '../../tools/tool.ts';
import { pickWording, variationsIn } from '../pick-wording.ts';
import type { Scope } from '../scope.ts';
import { renderSsml, renderTemplate } from '../template.ts';
import type { FlowPlan } from './flow-plan.ts';
import type { Heard } from './hearing.ts';
import { entriesOf } from './list-entries.ts';
import type { FlowMemory } from './memory.ts';
import type { FlowParts } from './parts.ts';
import { type SystemWording, systemWordings } from './system-wordings.ts';

/** One reply in the making. */
export interface Run {
  readonly plan: FlowPlan;
  readonly parts: FlowParts;
  readonly request: AgentRequest;
  readonly signal: AbortSignal;
  readonly memory: FlowMemory;
  /** What the caller said, if they did. */
  readonly heard: Heard | undefined;
  /** Slots that this turn has filled anew so far. */
  readonly taken: { [slot: string]: Json };
  /** What has been said in this reply. */
  readonly said: string[];
  /** The conversation is over after this reply. */
  ended: boolean;
}

/** Where the conversation goes from a node. */
export type Step =
  | { readonly kind: 'next'; readonly node: string }
  /** Another flow runs, and comes back. */
  | { readonly kind: 'push'; readonly flow: string }
  | { readonly kind: 'return' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'ended' };

export type Speaking<Result> = AsyncGenerator<AgentOutput, Result>;

export interface SayOptions {
  readonly tone?: EmotionalTone;
  readonly interruptible?: boolean;
  readonly ssml?: Wording | undefined;
  /** What the sentence is about: `results.system` in its template. */
  readonly about?: JsonObject;
  /** What was just heard, by slot: `results.heard` in its template. */
  readonly heard?: JsonObject;
}

export function* say(run: Run, wording: Wording, options: SayOptions = {}): Generator<AgentOutput, void> {
  const scope = scopeOf(run, {
    ...(options.about && { system: options.about }),
    ...(options.heard && { heard: options.heard }),
  });
  const pick = (from: Wording) =>
    pickWording(from, run.memory.language, {
      conversationId: run.request.conversationId,
      replies: run.memory.replies,
    });
  const text = renderTemplate(pick(wording), scope).trim();
  if (text === '') return;
  run.said.push(text);
  yield {
    type: 'say',
    // Pieces are joined as they are.
    text: `${text} `,
    tone: options.tone ?? 'warm',
    ...(options.interruptible === false && { interruptible: false }),
    ...(options.ssml !== undefined && { ssml: renderSsml(pick(options.ssml), scope) }),
  };
}

/** Say one of the runner's own sentences, or what the agent puts in its place. */
export function* saySystem(run: Run, name: SystemWording, about?: JsonObject): Generator<AgentOutput, void> {
  const own = run.plan.definition.wordings;
  const wording: Wording = (Object.hasOwn(own, name) ? own[name] : undefined) ?? systemWordings[name];
  yield* say(run, wording, about === undefined ? {} : { about });
}

export function scopeOf(run: Run, moreResults: JsonObject = {}): Scope {
  const { memory, request, plan, heard } = run;
  const timeZone = timeZoneOf(run);
  const local = localTime(request.nowEpochMs, timeZone);
  return {
    slots: memory.slots,
    results: { ...memory.results, ...moreResults },
    turn: {
      text: heard?.text ?? '',
      number: turnNumberOf(run),
      modality: request.cue.type === 'turn' ? request.cue.turn.modality : 'text',
    },
    conversation: {
      id: request.conversationId,
      language: memory.language,
      facts: factsIn(plan.definition.facts, memory.language),
      names: namesIn(plan.definition, memory),
      flows: memory.stack.map(({ flow }) => flow),
    },
    now: {
      date: isoDateOf(local.date),
      time: isoTimeOf(local.time),
      hour: local.time.hour,
      weekday: weekdayOf(local.date),
      epochMs: request.nowEpochMs,
      timeZone,
    },
  };
}

/** The place's own zone if it has one: who calls a shop abroad means the shop's three o'clock. */
export function timeZoneOf({ plan, request }: Run): string {
  return plan.definition.timeZone ?? request.timeZone;
}

export function turnNumberOf({ request, memory }: Run): number {
  return request.cue.type === 'turn' ? request.cue.turn.turnNumber : memory.replies;
}

export function setSlot(memory: FlowMemory, name: string, value: Json | undefined): void {
  if (value === undefined || value === null) delete memory.slots[name];
  else memory.slots[name] = value;
}

const maxResultsBytes = 64_000;

/** Results are kept with the conversation, so they are bounded: what is too large is refused. */
export function setResult(memory: FlowMemory, name: string, value: Json): 'kept' | 'too_large' {
  const others = { ...memory.results };
  delete others[name];
  if (JSON.stringify(others).length + JSON.stringify(value).length > maxResultsBytes) return 'too_large';
  memory.results[name] = value;
  return 'kept';
}

function namesIn(definition: Run['plan']['definition'], memory: FlowMemory): JsonObject {
  const names: { [slot: string]: Json } = {};
  for (const [name, slot] of Object.entries(definition.slots)) {
    const value = memory.slots[name];
    if (value === undefined || slot.type !== 'list') continue;
    const entry = entriesOf(definition, slot, memory.results).find((one) => one.value === value);
    if (entry !== undefined) names[name] = variationsIn(entry.names, memory.language)[0] ?? entry.value;
  }
  return names;
}

function factsIn(facts: Run['plan']['definition']['facts'], language: string): JsonObject {
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [
      name,
      typeof fact === 'object' ? pickWording(fact, language, { conversationId: '', replies: 0 }) : fact,
    ]),
  );
}
