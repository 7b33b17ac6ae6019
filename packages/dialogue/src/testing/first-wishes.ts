import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { readAgentFolder } from '../flow/agent-files.ts';
import { trainClassifiers } from '../flow/build-agent.ts';
import { examplesIn } from '../nlu/agent-intents.ts';

/** A wish as a caller begins with it, and the intent that it means. */
export type FirstWish = readonly [text: string, meant: string];

/** How wishes that nobody wrote down are understood, without asking back. */
export interface FirstWishes {
  /** Share, 0–1, that is acted on rightly. */
  readonly right: number;
  /** Share that is acted on as something else. */
  readonly misled: number;
  /** Those that are among the examples: they prove nothing. */
  readonly known: readonly string[];
  /** What was not acted on, or as what else, a line each. */
  readonly faults: readonly string[];
}

/**
 * The English of an agent's folder, ready to be asked first wishes.
 *
 * @throws FlowError when the folder cannot be read; Error when it has no English examples
 */
export async function openFirstWishes(folder: URL) {
  const definition = agentDefinitionSchema.parse(await readAgentFolder(folder.pathname));
  const classifier = trainClassifiers(definition).get('en');
  if (classifier === undefined) throw new Error(`${folder.pathname} has no English examples.`);
  const examples = new Set(Object.keys(definition.intents).flatMap((name) => examplesIn(definition, name, 'en')));

  /** The intent that would be acted on. */
  const actedOn = async (text: string): Promise<string | undefined> => {
    const context = { expectedIntents: [], slotAsked: undefined };
    const { intent, confidence, ranking } = await classifier.classify(text, context, new AbortController().signal);
    const lead = (ranking[0]?.confidence ?? 0) - (ranking[1]?.confidence ?? 0);
    const { leastConfidence, leastLead } = definition.understanding;
    return confidence >= leastConfidence && lead >= leastLead ? intent : undefined;
  };

  return {
    actedOn,
    async ask(wishes: readonly FirstWish[]): Promise<FirstWishes> {
      const faults: string[] = [];
      let right = 0;
      let misled = 0;
      for (const [text, meant] of wishes) {
        const acted = await actedOn(text);
        if (acted === meant) right += 1;
        else faults.push(`${text}: ${acted ?? 'not clear'}`);
        if (acted !== undefined && acted !== meant) misled += 1;
      }
      const known = wishes.flatMap(([text]) => (examples.has(text) ? [text] : []));
      return { right: right / wishes.length, misled: misled / wishes.length, known, faults };
    },
  };
}
