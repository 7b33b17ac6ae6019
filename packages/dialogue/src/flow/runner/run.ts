import type { Wording } from '@parley/contract/flow/parts.ts';
import type { AgentOutput, AgentRequest } from '@parley/engine/ports/agent.ts';
import type { EmotionalTone } from '@parley/engine/ports/synthesizer.ts';
import { isoDateOf, isoTimeOf, localTime, weekdayOf } from '../../entities/zoned-time.ts';
import type { Json, JsonObject } from '../../tools/tool.ts';
import { FlowError } from '../flow-error.ts';
import { pickWording, variationsIn } from '../pick-wording.ts';
import { withCapitals } from '../saying/capitals.ts';
import type { Scope } from '../scope.ts';
import { renderSsml, renderTemplate } from '../template.ts';
import type { FlowPlan } from './flow-plan.ts';
import type { Heard } from './hearing.ts';
import { entriesOf } from './list-entries.ts';
import { type FlowMemory, topOf } from './memory.ts';
import type { FlowParts } from './parts.ts';
import { hideSecrets, secretNames, withoutSecrets } from './secrets.ts';
import { type SystemWording, systemWordings } from './system-wordings.ts';
import { countUse, usesOf } from './wording-uses.ts';

/** One reply in the making. */
export interface Run {
  readonly plan: FlowPlan;
  readonly parts: FlowParts;
  readonly request: AgentRequest;
  readonly signal: AbortSignal;
  readonly memory: FlowMemory;
  /** What the caller said, if they did. */
  readonly heard: Heard | undefined;
  /** The question that was open was for a secret. */
  readonly toldSecret: boolean;
  /** Slots that this turn has filled anew so far. */
  readonly taken: { [slot: string]: Json };
  /** What has been said in this reply. */
  readonly said: string[];
  /** Told of mistakes of the definition that do not end the reply. */
  readonly report: (error: unknown) => void;
  /** The caller has spoken before they were asked: the question with which the conversation begins is not put to them. */
  isAhead: boolean;
  /** The conversation is over after this reply. */
  ended: boolean;
  /** A person has the caller. */
  handedOver: boolean;
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
  const scope = spokenScopeOf(run, {
    ...(options.about && { system: options.about }),
    ...(options.heard && { heard: withoutSecrets(run, options.heard) }),
  });
  const uses = usesOf(run.memory, wording);
  const pick = (from: Wording) =>
    pickWording(from, run.memory.language, {
      conversationId: run.request.conversationId,
      replies: run.memory.replies,
      ...(uses !== undefined && { uses }),
    });
  const text = withCapitals(renderTemplate(pick(wording), scope).trim(), run.memory.language);
  if (text === '') return;
  countUse(run.memory, wording);
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
export function* saySystem(
  run: Run,
  name: SystemWording,
  about?: JsonObject,
  interruptible = true,
): Generator<AgentOutput, void> {
  const wordings = run.plan.definition.wordings;
  const own = Object.hasOwn(wordings, name) ? wordings[name] : undefined;
  const options = { ...(about !== undefined && { about }), interruptible };
  if (own === undefined) return yield* say(run, systemWordings[name], options);
  try {
    yield* say(run, own, options);
  } catch (error) {
    // What is said when something went wrong must not go wrong itself.
    run.report(error);
    yield* say(run, systemWordings[name], options);
  }
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
      wish: topOf(memory)?.wish ?? '',
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

/** What sentences and summaries see: secrets are filled or not, and that is all that is told of them. */
export function spokenScopeOf(run: Run, moreResults: JsonObject = {}): Scope {
  const scope = scopeOf(run, moreResults);
  if (secretNames(run).length === 0) return scope;
  return {
    ...scope,
    slots: withoutSecrets(run, scope.slots),
    turn: { ...scope.turn, text: hideSecrets(run, scope.turn.text) },
  };
}

/** The place's own zone if it has one: who calls a shop abroad means the shop's three o'clock. */
export function timeZoneOf({ plan, request }: Run): string {
  return plan.definition.timeZone ?? request.timeZone;
}

export function turnNumberOf({ request, memory }: Run): number {
  return request.cue.type === 'turn' ? request.cue.turn.turnNumber : memory.replies;
}

/** @throws FlowError `slots_too_large` */
export function setSlot(memory: FlowMemory, name: string, value: Json | undefined): void {
  if (value === undefined || value === null) {
    delete memory.slots[name];
    return;
  }
  if (bytesOf({ ...memory.slots, [name]: value }) > maxSlotsBytes) {
    const { flow = '', node = '' } = topOf(memory) ?? {};
    const reason = `slots outgrow ${maxSlotsBytes / 1000} kB: keep what is large in results`;
    throw new FlowError('slots_too_large', { flow, node, field: `slots.${name}`, reason });
  }
  memory.slots[name] = value;
}

/** Forty answers of a few sentences each. */
const maxSlotsBytes = 20_000;
const maxResultsBytes = 64_000;
/** A message is for engineers; its beginning says enough. */
const maxMessageLength = 500;

/** Results are kept with the conversation, so they are bounded: what is too large is refused. */
export function setResult(memory: FlowMemory, name: string, value: Json): 'kept' | 'too_large' {
  if (bytesOf({ ...memory.results, [name]: value }) > maxResultsBytes) return 'too_large';
  memory.results[name] = value;
  return 'kept';
}

/** In place of a result that there was before: a failure must not leave the last success standing. */
export function setFailure(memory: FlowMemory, name: string, code: string, message?: string): void {
  delete memory.results[name];
  const failure = message === undefined ? {} : { message: message.slice(0, maxMessageLength) };
  setResult(memory, name, { error: code, ...failure });
}

function bytesOf(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
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

type Facts = Run['plan']['definition']['facts'];

/** A fact is said the same way each time: worked out once. */
const factsKept = new WeakMap<Facts, Map<string, JsonObject>>();

function factsIn(facts: Facts, language: string): JsonObject {
  const byLanguage = factsKept.get(facts) ?? new Map<string, JsonObject>();
  factsKept.set(facts, byLanguage);
  const kept = byLanguage.get(language);
  if (kept !== undefined) return kept;
  const made = Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [
      name,
      typeof fact === 'object' ? pickWording(fact, language, { conversationId: '', replies: 0 }) : fact,
    ]),
  );
  byLanguage.set(language, made);
  return made;
}
