import type { CallerTurn, Understanding } from '@parley/engine/ports/agent.ts';
import { MAX_UTTERANCE_CHARACTERS } from '../entities/entity.ts';
import { findYesNo } from '../entities/yes-no.ts';
import type { FormContext, FormDefinition, Hearing } from './form-definition.ts';
import type { FormMemory } from './form-memory.ts';
import { slotAsked } from './form-turn.ts';

/** Below this, acting on the words is a gamble: recognisers are calibrated so that 0.7 means "act on it". */
const MIN_CONFIDENCE = 0.7;

/** What to make of a turn. */
export interface Understood<Values> {
  readonly text: string;
  /** False when the words cannot be trusted; nothing of them is then acted on. */
  readonly heard: boolean;
  readonly intent: string | undefined;
  readonly intentConfidence: number;
  readonly yesNo: 'yes' | 'no' | undefined;
  readonly hearing: Hearing<Values>;
  readonly understanding: Understanding;
}

/** Find intent and values in a turn. */
export function understand<Values extends object>(
  form: FormDefinition<Values>,
  memory: FormMemory<Values>,
  turn: CallerTurn,
  context: FormContext,
): Understood<Values> {
  const text = clean(turn.text);
  const asked = slotAsked(form, memory)?.name;
  const hearing = form.hear({ text, asked, values: memory.values, context });
  const [said, masked] = [form.classify(text), form.classify(hearing.masked)];
  const { intent, confidence } = masked.confidence > said.confidence ? masked : said;
  const hasValues = Object.keys(hearing.values).length > 0;
  // Values found say as much as a phrase known: the answer "Friday at three" needs no intent of its own.
  const certainty = Math.min(turn.confidence, hasValues ? Math.max(confidence, 0.9) : confidence);
  return {
    text,
    heard: !turn.rejected && turn.confidence >= MIN_CONFIDENCE && text !== '',
    intent,
    intentConfidence: confidence,
    yesNo: findYesNo(text),
    hearing,
    understanding: {
      intent: intent ?? (hasValues ? 'inform' : undefined),
      confidence: certainty,
      entities: hearing.entities,
    },
  };
}

/** Control characters out, white space single, length bounded. */
function clean(text: string): string {
  return text
    .slice(0, MAX_UTTERANCE_CHARACTERS)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
}
