import { endControl, flowControl, handOffControl, personControl, slotsControl } from './controls.ts';
import { composeInstructions } from './instructions.ts';
import { ModelError } from './model-error.ts';
import type { Control, Persona, Rails } from './persona.ts';
import { railsDefaults } from './rails-defaults.ts';
import type { OpenTurn } from './take-turn.ts';

/**
 * Who speaks in this turn.
 *
 * @param cameBecause why the conversation was handed to it just now
 */
export function buildPersona(turn: OpenTurn, roleId: string, cameBecause?: string): Persona {
  const { roles, definition, parts, request } = turn;
  const role = roles.get(roleId) ?? roles.get(definition.id);
  if (role === undefined) throw new ModelError('definition_invalid', `There is no role "${roleId}".`);
  const rails: Rails = { ...railsDefaults, ...definition.rails, ...role.rails };
  const { cue } = request;
  const others = role.handOffTo ?? [...roles.keys()].filter((id) => id !== role.id);
  const controls: Control[] = others.flatMap((id) => {
    const other = roles.get(id);
    return other === undefined ? [] : [handOffControl(other, (reason) => buildPersona(turn, id, reason))];
  });
  if (parts.flows !== undefined && parts.flows.flows.length > 0) controls.push(flowControl(parts.flows));
  if (definition.slots !== undefined) controls.push(slotsControl(definition.slots, false));
  if (turn.person !== undefined) controls.push(personControl(turn.person));
  controls.push(endControl());
  return {
    id: role.id,
    model: role.model ?? parts.model,
    tools: role.tools,
    controls,
    rails,
    instructions: composeInstructions({
      instructions: role.instructions,
      rails,
      language: request.language,
      nowEpochMs: request.nowEpochMs,
      timeZone: request.timeZone,
      modality: cue.type === 'turn' ? cue.turn.modality : 'voice',
      isUnsure: cue.type === 'turn' && cue.turn.confidence < unsureBelow,
      slots: turn.kept.slots,
      remarks:
        cameBecause === undefined
          ? []
          : [
              `The conversation was handed to you just now: ${JSON.stringify(cameBecause)}. Say in half a sentence who you are, and go on.`,
            ],
    }),
  };
}

/** Below it recognisers are wrong more often than right. */
const unsureBelow = 0.4;
