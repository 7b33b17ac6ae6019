/** The value below which the given share of the numbers lies (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Slope of the least-squares line through values taken at equal steps. */
export function slope(values: readonly number[]): number {
  const n = values.length;
  const meanX = (n - 1) / 2;
  const meanY = values.reduce((sum, value) => sum + value, 0) / n;
  let covariance = 0;
  let variance = 0;
  values.forEach((value, x) => {
    covariance += (x - meanX) * (value - meanY);
    variance += (x - meanX) ** 2;
  });
  return covariance / variance;
}

/**
 * Slope through values taken at steps of the given width, and how far it may be off (95 %, for a line with independent
 * errors).
 */
export function slopeWithConfidence(values: readonly number[], width: number) {
  const n = values.length;
  const perStep = slope(values);
  const meanX = (n - 1) / 2;
  const meanY = values.reduce((sum, value) => sum + value, 0) / n;
  const residual = values.reduce((sum, value, x) => sum + (value - meanY - perStep * (x - meanX)) ** 2, 0);
  const variance = (n * (n * n - 1)) / 12;
  return { slope: perStep / width, error: (1.96 * Math.sqrt(residual / (n - 2) / variance)) / width };
}

export function print(json: boolean, result: Readonly<Record<string, unknown>>): void {
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else for (const [key, value] of Object.entries(result)) process.stdout.write(`${key.padEnd(34)} ${format(value)}\n`);
}

function format(value: unknown): string {
  return typeof value === 'number' ? String(Math.round(value * 10) / 10) : String(value);
}
