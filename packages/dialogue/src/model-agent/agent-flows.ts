import type { Agent } from '@parley/engine/ports/agent.ts';
import type { JsonObject } from '../tools/tool.ts';
import { jsonObjectSchema } from './controls.ts';
import type { FlowOutput, FlowStarter } from './definition.ts';

/** A dialogue that a model can begin: an agent, such as that of a flow, which is over when it would end the conversation. */
export interface AgentFlow {
  readonly name: string;
  readonly description: string;
  readonly agent: Agent;
}

/**
 * Agents as flows for a language-model agent. The caller's words go to the flow as well, which takes from them what it needs.
 * When the flow ends, the model goes on with its slots, unless a person took over.
 */
export function createAgentFlows(flows: readonly AgentFlow[]): FlowStarter {
  const agents = new Map(flows.map((flow) => [flow.name, flow.agent]));
  return {
    flows: flows.map(({ name, description }) => ({ name, description })),
    async *respond(flow, _start, request, signal): AsyncGenerator<FlowOutput> {
      const agent = agents.get(flow);
      if (agent === undefined) throw new RangeError(`There is no flow ${flow}.`);
      let slots: JsonObject = {};
      let isHandedOff = false;
      for await (const output of agent.respond(request, signal)) {
        if (output.type !== 'finished') {
          if (output.type === 'understood') slots = jsonObjectSchema.catch({}).parse(output.understanding.slots ?? {});
          if (output.type === 'acted' && output.name === 'handed_off') isHandedOff = true;
          yield output;
          continue;
        }
        const { memory, expects, end, expectsSecret = false } = output;
        if (!end) yield { type: 'finished', memory, expects, end, expectsSecret, over: undefined };
        else yield { type: 'finished', memory, expects, end: isHandedOff, over: { result: { finished: true, slots } } };
        return;
      }
      throw new TypeError(`The flow ${flow} stopped without finishing its reply.`);
    },
  };
}
