import type { Agent, AgentOutput, AgentRequest } from '@parley/engine/ports/agent.ts';
import { checkDefinition, limitsOf, type ModelAgentDefinition, type ModelAgentParts } from './definition.ts';
import { freshMemory, type ModelMemory, readMemory } from './memory.ts';
import { takeTurn } from './take-turn.ts';
import { wordingOf } from './wording.ts';

/**
 * An agent that is a language model with tools, within rails. Stateless: its memory travels with the conversation. It may be
 * asked ahead: whatever changes something outside waits for the turn to be certain.
 *
 * `respond` throws a `ModelError` when the model fails before anything was done: the engine apologises, or asks another agent.
 *
 * @throws ModelError `definition_invalid`
 */
export function createModelAgent(definition: ModelAgentDefinition, parts: ModelAgentParts): Agent {
  const roles = new Map(checkDefinition(definition).map((role) => [role.id, role]));
  const limits = limitsOf(definition);
  return {
    id: definition.id,
    language: definition.language,
    voice: definition.voice,
    thinksAhead: true,
    async *respond(request, signal): AsyncGenerator<AgentOutput> {
      signal.throwIfAborted();
      const memory = readMemory(request.memory) ?? freshMemory(definition.id);
      const wording = wordingOf(request.language, definition.wording);
      if (memory.floor.kind === 'role' || request.cue.type === 'farewell') {
        const words = wordsFor(request, wording);
        if (words !== undefined) {
          yield { type: 'say', text: words, tone: 'warm' };
          yield finished(memory, request.cue.type === 'farewell');
          return;
        }
      }
      yield* takeTurn({ definition, parts, roles, limits, wording, request, memory, signal });
    },
  };
}

/** The agent's own words for cues that are no turns. */
function wordsFor({ cue, history }: AgentRequest, wording: ReturnType<typeof wordingOf>): string | undefined {
  switch (cue.type) {
    case 'greet':
      return history.length === 0 ? wording.greeting : wording.resumed;
    case 'reprompt':
      return wording.stillThere;
    case 'farewell':
      return cue.reason === 'silence' ? wording.goodbyeSilence : wording.goodbyeTime;
    case 'turn':
      return undefined;
  }
}

export function finished(memory: ModelMemory, end: boolean): AgentOutput {
  return { type: 'finished', memory: { ...memory }, expects: undefined, end };
}
