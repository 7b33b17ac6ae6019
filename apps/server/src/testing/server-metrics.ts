/** For `env` of a server whose metrics a test reads. */
export const metricsEnv = { METRICS_TOKEN: 'metrics-token-of-a-test' } as const;

/** The sum of a metric over its labels, of a server started with `metricsEnv`. @throws when the server counts no such thing */
export async function metricOf(serverUrl: string, name: string): Promise<number> {
  const response = await fetch(`${serverUrl}/metrics`, {
    headers: { authorization: `Bearer ${metricsEnv.METRICS_TOKEN}` },
    signal: AbortSignal.timeout(10_000),
  });
  const lines = (await response.text()).split('\n').filter((line) => /^(\w+)/.exec(line)?.[1] === name);
  if (lines.length === 0) throw new Error(`The server has no metric ${name} (status ${response.status}).`);
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
