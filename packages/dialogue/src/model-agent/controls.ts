import type { HistoryLine } from '@parley/engine/ports/agent.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import { z } from 'zod';
import type { HandOff, HandOffOutcome, HandOffRequest, HandOffTarget } from '../flow/runner/parts.ts';
import type { Json, JsonObject } from '../tools/tool.ts';
import { controlNames, type FlowStarter, type ModelRole } from './definition.ts';
import { type Control, control, type ModelStepOutput, type Persona } from './persona.ts';
import { asPiece } from './sentence-hold.ts';
import type { TurnFacts } from './tool-desk.ts';
import type { AgentWording } from './wording.ts';

const reasonSchema = z.string().max(500).describe('Why, in a few words.');

/** Hand the conversation to a colleague, who goes on at once, with all that was said. */
export function handOffControl(role: ModelRole, personaOf: (reason: string) => Persona): Control {
  return control({
    name: `${controlNames.agent}${role.id.replaceAll('-', '_')}`,
    description: `Hand the conversation to ${role.id}: ${role.description}`,
    input: z.object({ reason: reasonSchema }),
    fulfils: ['handOff'],
    run({ reason }) {
      const value = { handed_over_to: role.id, reason };
      return { kind: 'persona', persona: personaOf(reason), value };
    },
  });
}

/** Begin a flow, which takes the floor. */
export function flowControl({ flows }: FlowStarter): Control {
  const names = flows.map(({ name }) => name);
  const about = flows.map(({ name, description, slots = {} }) => {
    const fields = Object.entries(slots).map(([slot, meaning]) => `${slot}: ${meaning}`);
    return `${name}: ${description}${fields.length === 0 ? '' : ` (slots: ${fields.join('; ')})`}`;
  });
  return control({
    name: controlNames.flow,
    description: `Begin a guided dialogue that takes over until it is done. ${about.join('. ')}`,
    input: z.object({
      flow: z.enum(names),
      slots: jsonObjectSchema
        .optional()
        .describe('What the caller has said already, as far as the flow has slots for it.'),
    }),
    run: ({ flow, slots = {} }) => ({ kind: 'stop', value: { flow, slots } }),
  });
}

const jsonSchema: z.ZodType<Json> = z.json();
const optionalJson: z.ZodType<Json | undefined> = jsonSchema.optional();
export const jsonObjectSchema: z.ZodType<JsonObject> = z.record(z.string(), jsonSchema);

export function endControl(): Control {
  return control({
    name: controlNames.end,
    description:
      'End the conversation, after the caller said goodbye or has nothing more. Say goodbye in the same answer.',
    input: z.object({}),
    run: () => ({ kind: 'stop', value: {} }),
  });
}

/** Say that a task of a flow is done. */
export function finishControl(): Control {
  return control({
    name: controlNames.finish,
    description: 'Your task is done, or the caller wants to do something else.',
    input: z.object({}),
    run: () => ({ kind: 'stop', value: {} }),
  });
}

/**
 * Keep what the caller told.
 *
 * @param ends nothing is to be said after it
 */
export function slotsControl(slots: Readonly<Record<string, string>>, ends: boolean): Control {
  const fields: Record<string, typeof optionalJson> = {};
  for (const [name, description] of Object.entries(slots)) fields[name] = optionalJson.describe(description);
  const input: z.ZodType<Readonly<Record<string, Json | undefined>>> = z.object(fields);
  return control({
    name: controlNames.slots,
    description: 'Keep values that the caller told or corrected. Only what they said; leave out the rest.',
    input,
    async *run(values) {
      const given = Object.fromEntries(
        Object.entries(values).flatMap(([name, value]) =>
          value === undefined || value === null ? [] : [[name, value] as const],
        ),
      );
      yield { type: 'slots', slots: given };
      return ends
        ? { kind: 'stop', value: {} }
        : { kind: 'result', value: { noted: Object.keys(given) }, failed: false };
    },
  });
}

export interface PersonOptions {
  readonly to: HandOffTarget;
  readonly when: string;
  readonly handOff: HandOff | undefined;
  readonly facts: TurnFacts;
  readonly history: readonly HistoryLine[];
  readonly text: string;
  readonly wording: AgentWording;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown, context: string) => void;
  /** Whether the caller has heard anything in this turn. */
  readonly hasSpoken: () => boolean;
}

export function personControl(options: PersonOptions): Control {
  return control({
    name: controlNames.person,
    description: `Transfer the caller to a person. When: ${options.when}`,
    input: z.object({ reason: reasonSchema }),
    fulfils: ['handOff'],
    async *run({ reason }) {
      const outcome = yield* askForPerson(options, reason, 'asked');
      if (outcome === 'accepted') return { kind: 'stop', value: {} };
      const message = `${whyNobody[outcome]} The wish was recorded. Tell the caller, and go on helping.`;
      return { kind: 'result', value: { error: errors[outcome], message }, failed: true };
    },
  });
}

type NotTaken = Exclude<HandOffOutcome, 'accepted'>;

const errors: Readonly<Record<NotTaken, string>> = {
  unavailable: 'nobody_free',
  refused: 'nobody_free',
  busy: 'line_busy',
  no_answer: 'no_answer',
};

const whyNobody: Readonly<Record<NotTaken, string>> = {
  unavailable: 'Nobody is free to take over.',
  refused: 'Nobody can take over just now.',
  busy: 'Their line is busy.',
  no_answer: 'Nobody answers their telephone.',
};

/**
 * Asks for a person and tells what came of it; where their telephone is rung, the caller hears so first.
 *
 * @returns `accepted`: the conversation is theirs now
 */
export async function* askForPerson(
  options: PersonOptions,
  reason: string,
  cause: 'asked' | 'stuck',
): AsyncGenerator<ModelStepOutput, HandOffOutcome> {
  const { to, facts, handOff, wording } = options;
  const summary = summaryOf(options, reason);
  await facts.commit();
  const data = { to: { ...to }, reason: cause, summary };
  if (handOff === undefined) {
    yield { type: 'acted', name: 'handoff_requested', data };
    yield* tellHandedOff(options);
    return 'accepted';
  }
  const { conversationId, language } = facts;
  const request: HandOffRequest = { conversationId, to, summary, brief: reason, reason: cause, language };
  const takesUpToMs = handOff.takesUpToMs?.(request);
  if (takesUpToMs !== undefined) {
    if (!options.hasSpoken()) yield { type: 'say', text: asPiece(wording.askingForPerson) };
    yield { type: 'waiting', upToMs: takesUpToMs + marginMs };
  }
  const outcome = await ask(
    handOff,
    options,
    request,
    takesUpToMs === undefined ? answerTimeoutMs : takesUpToMs + marginMs,
  );
  if (outcome !== 'accepted') {
    yield { type: 'acted', name: 'handoff_requested', data: { ...data, why: outcome } };
    return outcome;
  }
  yield { type: 'acted', name: 'handed_off', data };
  // Who waited is told what comes now, whatever was said before.
  if (takesUpToMs === undefined) yield* tellHandedOff(options);
  else yield { type: 'say', text: asPiece(wording.handingOff) };
  return outcome;
}

function* tellHandedOff({ hasSpoken, wording }: PersonOptions): Generator<ModelStepOutput> {
  if (!hasSpoken()) yield { type: 'say', text: asPiece(wording.handingOff) };
}

/** Callers hear at most a filler meanwhile; the engine gives up after 15 s without a word. */
const answerTimeoutMs = 12_000;
/** Where it takes long, whoever does it has a limit of its own; ours comes after it. */
const marginMs = 5000;

async function ask(
  handOff: HandOff,
  { clock, signal, onError }: PersonOptions,
  request: HandOffRequest,
  timeoutMs: number,
): Promise<HandOffOutcome> {
  const scope = new AbortController();
  const late = Promise.withResolvers<'unavailable'>();
  const cancel = clock.wakeAt(clock.nowMs() + timeoutMs, () => late.resolve('unavailable'));
  try {
    return await Promise.race([handOff(request, AbortSignal.any([signal, scope.signal])), late.promise]);
  } catch (error) {
    signal.throwIfAborted();
    onError(error, 'hand-off');
    return 'unavailable';
  } finally {
    cancel();
    scope.abort();
  }
}

/** The last words of both, for a person who comes in. */
function summaryOf({ history, text }: PersonOptions, reason: string): string {
  const lines = history.slice(-8).map((line) => `${line.speaker}: ${line.text}`);
  return [reason, ...lines, ...(text === '' ? [] : [`caller: ${text}`])].join('\n').slice(0, 2000);
}
