import { createClient } from '@parley/client/create-client.ts';
import type { ListAgentsOutput } from '@parley/client/generated/api.ts';
import { useEffect, useState } from 'react';

export type OfferedAgent = ListAgentsOutput['agents'][number];

/** Whom one can talk to here; empty until it is known, and where the server does not tell. */
export function useAgents(baseUrl: string): readonly OfferedAgent[] {
  const [agents, setAgents] = useState<readonly OfferedAgent[]>([]);
  useEffect(() => {
    const scope = new AbortController();
    createClient({ baseUrl })
      .listAgents({ signal: scope.signal })
      .then(
        (list) => setAgents(list.agents),
        // The page works without the list: whoever answers is the default agent.
        () => {},
      );
    return () => scope.abort();
  }, [baseUrl]);
  return agents;
}
