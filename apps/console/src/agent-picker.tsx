import type { ReactNode } from 'react';
import type { OfferedAgent } from './use-agents.ts';

/** Whom to talk to, where there is a choice. */
export function AgentPicker(props: {
  readonly agents: readonly OfferedAgent[];
  readonly chosen: OfferedAgent | undefined;
  readonly onChoose: (id: string) => void;
}): ReactNode {
  if (props.agents.length < 2) return null;
  return (
    <fieldset className="agent-picker" data-testid="agent-picker">
      <legend>Talk to</legend>
      {props.agents.map((agent) => (
        <label key={agent.id} className="agent-choice" title={agent.description}>
          <input
            type="radio"
            name="agent"
            value={agent.id}
            checked={agent.id === props.chosen?.id}
            onChange={() => props.onChoose(agent.id)}
          />
          <span lang={agent.language}>{agent.name}</span>
        </label>
      ))}
    </fieldset>
  );
}
