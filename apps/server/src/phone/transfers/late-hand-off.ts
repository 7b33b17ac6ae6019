import type { HandOff } from '@parley/dialogue/flow/runner/parts.ts';

/** Agents are made before there are calls that they could put through: until it is connected, nobody can take over. */
export interface LateHandOff {
  readonly handOff: HandOff;
  connect(handOff: HandOff): void;
}

export function createLateHandOff(): LateHandOff {
  let connected: HandOff | undefined;
  return {
    handOff: Object.assign(
      async (...[request, signal]: Parameters<HandOff>) => connected?.(request, signal) ?? ('unavailable' as const),
      { takesUpToMs: (request: Parameters<HandOff>[0]) => connected?.takesUpToMs?.(request) },
    ),
    connect(handOff) {
      connected = handOff;
    },
  };
}
