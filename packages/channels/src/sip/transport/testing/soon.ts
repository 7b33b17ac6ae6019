import { vi } from 'vitest';

/** Waits until it neither throws nor rejects: soon as a rule, later where the machine has much else to do. */
export function soon<Found>(find: () => Found | Promise<Found>, timeoutMs = 10_000): Promise<Found> {
  return vi.waitFor(find, { timeout: timeoutMs, interval: 2 });
}
