import type { Agent, AgentMemory, AgentOutput, AgentRequest, HistoryLine } from '@parley/engine/ports/agent.ts';

export interface AskOptions {
  readonly memory?: AgentMemory | undefined;
  readonly history?: readonly HistoryLine[];
  readonly turnNumber?: number;
  readonly language?: string;
  readonly signal?: AbortSignal;
  readonly commit?: () => Promise<void>;
  readonly turn?: Partial<Extract<AgentRequest['cue'], { type: 'turn' }>['turn']>;
  readonly cue?: AgentRequest['cue'];
}

export interface Answer {
  readonly said: string;
  readonly outputs: readonly AgentOutput[];
  readonly acted: readonly Extract<AgentOutput, { type: 'acted' }>[];
  readonly memory: AgentMemory;
  readonly end: boolean;
}

/** What the agent makes of a caller's words. Rejects as the agent does, and when it stops without finishing. */
export async function askAgent(agent: Agent, text: string, options: AskOptions = {}): Promise<Answer> {
  const outputs: AgentOutput[] = [];
  for await (const output of agent.respond(requestOf(text, options), options.signal ?? new AbortController().signal)) {
    outputs.push(output);
  }
  const last = outputs.at(-1);
  if (last?.type !== 'finished') throw new Error('The agent stopped without finishing.');
  return {
    outputs,
    said: outputs
      .map((output) => (output.type === 'say' ? output.text : ''))
      .join('')
      .trim(),
    acted: outputs.filter((output) => output.type === 'acted'),
    memory: last.memory,
    end: last.end,
  };
}

export function requestOf(text: string, options: AskOptions = {}): AgentRequest {
  const { turnNumber = 1, language = 'en-GB', history = [], memory, commit = async () => {}, turn } = options;
  return {
    conversationId: 'conv_1',
    cue: options.cue ?? {
      type: 'turn',
      turn: { turnNumber, text, confidence: 1, rejected: false, modality: 'voice', ...turn },
    },
    memory,
    history,
    language,
    nowEpochMs: Date.UTC(2026, 10, 21, 9, 30),
    timeZone: 'Europe/London',
    commit,
  };
}
