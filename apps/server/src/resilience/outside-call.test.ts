import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetrics } from '../telemetry/metrics.ts';
import { createOutsideCalls, OutsideCallError, type OutsideCallOptions, outsideCallDefaults } from './outside-call.ts';

/** A real server whose behaviour a test sets. */
let server: Server;
let url: string;
let answer: 'well' | 'badly' | 'never';
let asked: number;

beforeEach(async () => {
  answer = 'well';
  asked = 0;
  server = createServer((_request, response) => {
    asked += 1;
    if (answer === 'never') return;
    response.statusCode = answer === 'well' ? 200 : 503;
    response.end('done');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${isAddress(address) ? address.port : 0}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const quick: OutsideCallOptions = {
  ...outsideCallDefaults,
  timeoutMs: 200,
  openMs: 50,
  retries: { maxAttempts: 3, initialDelayMs: 1, maxDelayMs: 4 },
};

function open(options: Partial<OutsideCallOptions> = {}) {
  const metrics = createMetrics();
  const call = createOutsideCalls(metrics).of('twin', { ...quick, ...options });
  const ask = async (signal: AbortSignal) => {
    const response = await fetch(url, { signal });
    const text = await response.text();
    if (!response.ok) throw new Error(`answered ${response.status}`);
    return text;
  };
  return { call, ask, metrics };
}

describe('an outside call', () => {
  it('is asked again when it may be and the first time failed', async () => {
    const { call, ask } = open();
    answer = 'badly';
    const work = (signal: AbortSignal) => {
      if (asked === 2) answer = 'well';
      return ask(signal);
    };
    await expect(call.run(work, { mayRepeat: true })).resolves.toBe('done');
    expect(asked).toBe(3);
  });

  it('is asked once when it must not be done twice', async () => {
    const { call, ask } = open();
    answer = 'badly';
    await expect(call.run(ask)).rejects.toThrow('answered 503');
    expect(asked).toBe(1);
  });

  it('is left alone after it failed three times, says so, and is tried again later', async () => {
    const { call, ask, metrics } = open();
    answer = 'badly';
    for (let n = 0; n < 3; n += 1) await expect(call.run(ask)).rejects.toThrow('answered 503');
    await expect(call.run(ask)).rejects.toMatchObject({ code: 'circuit_open' });
    expect(asked).toBe(3);
    expect(call.state).toBe('open');
    expect(await metrics.scrape()).toContain('parley_breaker_state{dependency="twin"} 2');
    answer = 'well';
    await expect
      .poll(() => call.run(ask).catch((error: unknown) => (error instanceof OutsideCallError ? error.code : 'failed')))
      .toBe('done');
    expect(call.state).toBe('closed');
    expect(await metrics.scrape()).toContain('parley_breaker_state{dependency="twin"} 0');
  });

  it('is given up when it does not answer', async () => {
    const { call, ask } = open();
    answer = 'never';
    await expect(call.run(ask)).rejects.toMatchObject({ code: 'timed_out' });
  });

  it('is not blamed for what it refuses', async () => {
    const { call, ask } = open({ isTrouble: () => false });
    answer = 'badly';
    for (let n = 0; n < 5; n += 1) await expect(call.run(ask, { mayRepeat: true })).rejects.toThrow('answered 503');
    expect(asked).toBe(5);
    expect(call.state).toBe('closed');
  });

  it('is not blamed when whoever asked went away', async () => {
    const { call, ask } = open({ timeoutMs: 5000 });
    answer = 'never';
    for (let n = 0; n < 4; n += 1) {
      const gone = new AbortController();
      const answered = call.run(ask, { signal: gone.signal });
      gone.abort(new Error('went away'));
      await expect(answered).rejects.toThrow('went away');
    }
    expect(call.state).toBe('closed');
  });

  it('has so many places, and so many wait; more are refused at once', async () => {
    const { call, metrics } = open({ maxConcurrent: 2, maxWaiting: 1, timeoutMs: undefined });
    const gate = Promise.withResolvers<string>();
    const three = [1, 2, 3].map(() => call.run(() => gate.promise));
    await expect(call.run(async () => 'fourth')).rejects.toMatchObject({ code: 'busy' });
    gate.resolve('through');
    await expect(Promise.all(three)).resolves.toEqual(['through', 'through', 'through']);
    await pause(0);
    const scrape = await metrics.scrape();
    expect(scrape).toContain('parley_outside_calls_total{dependency="twin",outcome="ok"} 3');
    expect(scrape).toContain('parley_outside_calls_total{dependency="twin",outcome="refused_busy"} 1');
  });
});

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
