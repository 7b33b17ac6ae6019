/** The agent that the address names: `?agent=hotel`. */
export function agentInAddress(search: string): string | undefined {
  const id = new URLSearchParams(search).get('agent')?.trim();
  return id === undefined || id === '' || id.length > 64 ? undefined : id;
}

/** The address with another agent, so that it can be shared and survives a reload. */
export function addressWithAgent(href: string, id: string): string {
  const url = new URL(href);
  url.searchParams.set('agent', id);
  return url.href;
}
