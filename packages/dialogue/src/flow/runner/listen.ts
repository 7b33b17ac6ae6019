import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import type { AgentRequest, CallerTurn } from '@parley/engine/ports/agent.ts';
import type { IntentClassifier, IntentGuess } from '../../nlu/intent-classifier.ts';
import { beginTimeLimit } from '../../time-limit.ts';
import { fold } from '../../wording/fold.ts';
import { variationsIn } from '../pick-wording.ts';
import type { FlowPlan } from './flow-plan.ts';
import { hearSlots } from './hear-slots.ts';
import type { Heard } from './hearing.ts';
import { isRatherIn } from './language-words.ts';
import { type FlowMemory, topOf } from './memory.ts';
import type { FlowParts } from './parts.ts';

/** The recogniser's own measure: under it the words are a guess. */
const leastRecognized = 0.7;

/** Another language must be this much likelier before the agent changes over to it. */
const languageLead = 0.25;

/** Two minutes of speech: longer than anybody speaks in one turn. Looking for values in it takes about 50 ms. */
const mostHeard = 2000;

/** Of a service that tells intents; the agent's own take microseconds. */
const classifierTimeoutMs = 3000;

const nothing: IntentGuess = { intent: undefined, confidence: 0, ranking: [] };

/** Understand a turn: what was meant, and which values it holds. */
export async function listen(
  plan: FlowPlan,
  parts: FlowParts,
  memory: FlowMemory,
  request: AgentRequest,
  said: CallerTurn,
  report: (error: unknown) => void,
  signal: AbortSignal,
): Promise<Heard> {
  const { definition } = plan;
  const turn = { ...said, text: said.text.slice(0, mostHeard) };
  const unreliable = turn.rejected || turn.confidence < leastRecognized;
  const guess =
    turn.modality === 'digits' || unreliable || isSpelled(turn.text)
      ? nothing
      : await guessOrNothing(plan, parts, memory, turn, report, signal);
  const [first, second] = guess.ranking;
  const lead = (first?.confidence ?? 0) - (second?.confidence ?? 0);
  const { leastConfidence, leastLead } = definition.understanding;
  const clear = guess.intent !== undefined && guess.confidence >= leastConfidence && lead >= leastLead;
  const hear = (text: string): Heard => {
    const values = hearSlots({
      definition,
      text,
      language: memory.language,
      nowEpochMs: request.nowEpochMs,
      timeZone: definition.timeZone ?? request.timeZone,
      filled: memory.slots,
      results: memory.results,
      recent: memory.recent ?? [],
      partial: memory.partial,
    });
    return {
      text,
      modality: turn.modality,
      guess,
      clear,
      yesNo: unreliable ? undefined : values.yesNo(),
      unreliable,
      values: (slots, asked) => (unreliable ? new Map() : values.forSlots(slots, asked)),
      candidates: (slot) => (unreliable ? [] : values.candidatesFor(slot)),
      refuses: (slot) => !unreliable && values.refuses(slot),
      partial: (slot) => (unreliable ? undefined : values.partialFor(slot)),
      named: (slots) => (unreliable ? [] : slots.filter((name) => isNamed(definition, name, text, memory.language))),
      inWords: hear,
    };
  };
  return hear(turn.text);
}

/** "M A R Y, S M I T H" spells something, and wishes nothing. */
function isSpelled(text: string): boolean {
  return /^\s*\p{L}\p{M}*(?:[\s,.-]+\p{L}\p{M}*)+[\s,.-]*$/u.test(text);
}

/** Is the slot itself named: "change the day"? */
function isNamed(definition: AgentDefinition, slot: string, text: string, language: string): boolean {
  const title = definition.slots[slot]?.title;
  if (title === undefined) return false;
  const said = ` ${fold(text)} `;
  return variationsIn(title, language).some((name) => said.includes(` ${fold(name)} `));
}

/** A classifier that is away or slow leaves what was said to the open question. */
async function guessOrNothing(
  plan: FlowPlan,
  parts: FlowParts,
  memory: FlowMemory,
  turn: CallerTurn,
  report: (error: unknown) => void,
  signal: AbortSignal,
): Promise<IntentGuess> {
  const limit = beginTimeLimit(signal, classifierTimeoutMs);
  const either = limit.signal;
  const gaveUp = Promise.withResolvers<never>();
  const onAbort = () => gaveUp.reject(either.reason);
  either.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([guessIntent(plan, parts, memory, turn, either), gaveUp.promise]);
  } catch (error) {
    signal.throwIfAborted();
    report(error);
    return nothing;
  } finally {
    either.removeEventListener('abort', onAbort);
    limit.end();
  }
}

/** In the conversation's language; what is typed may be in another one of the agent's, which it then changes over to. */
async function guessIntent(
  plan: FlowPlan,
  parts: FlowParts,
  memory: FlowMemory,
  turn: CallerTurn,
  signal: AbortSignal,
): Promise<IntentGuess> {
  const context = contextOf(plan, memory);
  const classify = (classifier: IntentClassifier | undefined) =>
    classifier === undefined ? Promise.resolve(nothing) : classifier.classify(turn.text, context, signal);
  let best = await classify(parts.classifiers.get(baseOf(memory.language)));
  // A date or a number is written in no language.
  if (turn.modality !== 'text' || !/\p{L}/u.test(turn.text)) return best;
  for (const language of plan.definition.languages) {
    if (baseOf(language) === baseOf(memory.language)) continue;
    const other = await classify(parts.classifiers.get(baseOf(language)));
    if (other.intent === undefined || other.confidence < best.confidence + languageLead) continue;
    if (other.confidence < plan.definition.understanding.leastConfidence) continue;
    if (!isRatherIn(plan.definition, turn.text, language, memory.language)) continue;
    best = other;
    memory.language = language;
  }
  return best;
}

/** Intents that the open question waits for: the route's own, and with a question to agree to, yes and no. */
function contextOf(plan: FlowPlan, memory: FlowMemory) {
  const frame = topOf(memory);
  const node = frame === undefined ? undefined : plan.node(frame.flow, frame.node);
  switch (node?.type) {
    case 'route':
      return { expectedIntents: node.choices.map(({ intent }) => intent), slotAsked: undefined };
    case 'menu':
      return { expectedIntents: node.options.flatMap(({ intent }) => intent ?? []), slotAsked: undefined };
    case 'confirm':
      return { expectedIntents: ['yes', 'no'], slotAsked: undefined };
    default:
      return { expectedIntents: [], slotAsked: frame?.asked };
  }
}

function baseOf(language: string): string {
  return language.split('-')[0] ?? language;
}
