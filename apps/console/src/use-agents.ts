import type { AgentList } from '@parley/contract/conversations.ts';
import { createRest } from '@parley/react/rest.ts';
import { useEffect, useState } from 'react';

export type OfferedAgent = AgentList['agents'][number];

/** Whom one can talk to here; empty until it is known, and where the server does not tell. */
export function useAgents(baseUrl: string): readonly OfferedAgent[] {
  const [agents, setAgents] = useState<readonly OfferedAgent[]>([]);
  useEffect(() => {
    const scope = new AbortController();
    createRest(baseUrl, (url, init) => fetch(url, init))
      .agents(scope.signal)
      .then(
        (list) => setAgents(list.agents),
        // The page works without the list: whoever answers is the default agent.
        () => {},
      );
    return () => scope.abort();
  }, [baseUrl]);
  return agents;
}
