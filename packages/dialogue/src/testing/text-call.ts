import type { Agent, AgentCue, AgentMemory, AgentOutput, HistoryLine } from '@parley/engine/ports/agent.ts';

export interface TextCallOptions {
  readonly conversationId?: string;
  readonly callerId?: string;
  readonly nowEpochMs?: number;
  readonly timeZone?: string;
}

/** What came of one cue. */
export interface TextReply {
  readonly said: string;
  readonly outputs: readonly AgentOutput[];
  readonly ended: boolean;
}

/** A conversation with an agent in text, without an engine: for tests of what it says. Memory goes through JSON each turn. */
export interface TextCall {
  greet(): Promise<TextReply>;
  say(
    text: string,
    more?: { readonly confidence?: number; readonly modality?: 'voice' | 'text' | 'digits' },
  ): Promise<TextReply>;
  remind(count: number): Promise<TextReply>;
  readonly memory: AgentMemory | undefined;
  /** Named actions so far, in order. */
  readonly actions: readonly string[];
  readonly history: readonly HistoryLine[];
}

export function createTextCall(agent: Agent, options: TextCallOptions = {}): TextCall {
  let memory: AgentMemory | undefined;
  let turnNumber = 0;
  const actions: string[] = [];
  const history: HistoryLine[] = [];
  const cue = async (next: AgentCue): Promise<TextReply> => {
    const outputs: AgentOutput[] = [];
    let said = '';
    let ended = false;
    const request = {
      conversationId: options.conversationId ?? 'text-call',
      ...(options.callerId !== undefined && { callerId: options.callerId }),
      cue: next,
      memory,
      history: [...history],
      language: agent.language,
      nowEpochMs: options.nowEpochMs ?? mondayMorning,
      timeZone: options.timeZone ?? 'UTC',
      commit: async () => {},
    };
    for await (const output of agent.respond(request, AbortSignal.timeout(replyTimeoutMs))) {
      outputs.push(output);
      if (output.type === 'say') said += output.text;
      if (output.type === 'acted') actions.push(output.name);
      if (output.type === 'finished') {
        ended = output.end;
        memory = JSON.parse(JSON.stringify(output.memory));
      }
    }
    if (next.type === 'turn') history.push({ speaker: 'caller', text: next.turn.text });
    history.push({ speaker: 'agent', text: said.trim() });
    return { said: said.trim(), outputs, ended };
  };
  return {
    greet: () => cue({ type: 'greet' }),
    say(text, more = {}) {
      turnNumber += 1;
      const turn = {
        turnNumber,
        text,
        confidence: more.confidence ?? 1,
        rejected: false,
        modality: more.modality ?? 'voice',
      };
      return cue({ type: 'turn', turn });
    },
    remind: (count) => cue({ type: 'reprompt', count }),
    get memory() {
      return memory;
    },
    actions,
    history,
  };
}

/** 23 November 2026, 9:00 UTC. */
const mondayMorning = Date.UTC(2026, 10, 23, 9);
/** An agent that never finishes its reply is a failed test, not a hanging one. */
const replyTimeoutMs = 20_000;
