import type { Agent, AgentOutput, AgentRequest } from '@parley/engine/ports/agent.ts';
import type { Metrics } from './metrics.ts';
import type { TurnSpans } from './turn-spans.ts';

/** The agent, timed: from the question to its first words and to its end. */
export function watchAgent(
  agent: Agent,
  agentId: string,
  metrics: Metrics,
  spans: TurnSpans,
  onActive: (by: 1 | -1) => void,
): Agent {
  return {
    id: agent.id,
    language: agent.language,
    voice: agent.voice,
    thinksAhead: agent.thinksAhead,
    respond: (request, signal) => timed(agent, agentId, metrics, spans, onActive, request, signal),
  };
}

async function* timed(
  agent: Agent,
  agentId: string,
  metrics: Metrics,
  spans: TurnSpans,
  onActive: (by: 1 | -1) => void,
  request: AgentRequest,
  signal: AbortSignal,
): AsyncIterable<AgentOutput> {
  const { cue } = request;
  const turn = spans.turn(cue.type === 'turn' ? cue.turn.turnNumber : undefined, cue.type);
  const span = turn.child('agent', { 'agent.id': agentId });
  const askedAtMs = performance.now();
  const sinceAsked = () => (performance.now() - askedAtMs) / 1000;
  let hasSpoken = false;
  let error: string | undefined;
  onActive(1);
  try {
    for await (const output of agent.respond(request, signal)) {
      if (output.type === 'say' && !hasSpoken) {
        hasSpoken = true;
        metrics.observe('parley_agent_first_output_seconds', { agent: agentId }, sinceAsked());
      }
      // Whoever asked stops listening here.
      if (output.type === 'finished') {
        metrics.observe('parley_agent_reply_seconds', { agent: agentId }, sinceAsked());
      }
      if (output.type === 'understood') span.set({ 'nlu.intent': output.understanding.intent });
      yield output;
    }
  } catch (failed) {
    // A thought that was dropped is no failure.
    if (!signal.aborted) {
      error = failed instanceof Error ? failed.name : 'unknown';
      metrics.count('parley_agent_errors_total', { agent: agentId });
    }
    throw failed;
  } finally {
    onActive(-1);
    if (signal.aborted) span.set({ 'agent.dropped': true });
    span.end({ error });
  }
}
