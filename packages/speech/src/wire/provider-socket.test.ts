import { once } from 'node:events';
import { createServer } from 'node:net';
import { createSteerableClock, type SteerableClock } from '@parley/fakes/conformance/steerable-clock.ts';
import type { RunningFake } from '@parley/fakes/fake-vendor.ts';
import { withFault } from '@parley/fakes/faults.ts';
import { startHttpFake } from '@parley/fakes/http-fake.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProviderSocket, type ProviderSocketOptions, providerSocketDefaults } from './provider-socket.ts';

let fake: RunningFake;
let clock: SteerableClock;
let scope: AbortController;

beforeEach(async () => {
  clock = createSteerableClock();
  scope = new AbortController();
  fake = await startHttpFake({
    name: 'vendor',
    port: 0,
    environment: () => ({}),
    routes: {
      refusal: (status) => ({ reason: `asked for ${status}` }),
      socket: () => ({
        kind: 'accepted',
        open: (socket) => ({
          onText(text) {
            if (text === 'close') socket.close(1000);
            else if (text === 'crash') socket.close(1011, 'out of order');
            else socket.sendText(`heard ${text}`);
          },
          onBinary: (bytes) => socket.sendBinary(bytes),
        }),
      }),
    },
  });
});
afterEach(async () => {
  scope.abort();
  await fake.close();
  expect(clock.pending).toBe(0);
  clock.close();
});

type Happening = string | { readonly closed: string };

/** A socket and what comes of it. */
function open(
  fault = '',
  options: Partial<ProviderSocketOptions> = {},
  url = fake.url,
  headers: Readonly<Record<string, string>> = { authorization: 'Token secret' },
) {
  const happenings: Happening[] = [];
  const socket = openProviderSocket(
    {
      url: withFault(url.replace('http', 'ws'), fault),
      headers,
      explain: (failure, body) => ({ ...failure, message: `${failure.message} / ${body.length} bytes` }),
    },
    { clock, signal: scope.signal },
    {
      onOpen: () => happenings.push('open'),
      onText: (text) => happenings.push(text),
      onBinary: (bytes) => happenings.push(`${bytes.length} bytes`),
      onClosed: (how) =>
        happenings.push({ closed: how.kind === 'clean' ? 'clean' : `${how.failure.code}: ${how.failure.message}` }),
    },
    { ...providerSocketDefaults, ...options },
  );
  const until = (last: unknown) => expect.poll(() => happenings.at(-1), { interval: 1, timeout: 4000 }).toEqual(last);
  return { socket, happenings, until };
}

describe('a socket to a provider', () => {
  it('sends in order what was given before it was open, and hears what comes', async () => {
    const { socket, happenings, until } = open();
    socket.send('one');
    socket.send(Uint8Array.of(1, 2, 3));
    expect(happenings).toEqual([]);
    await until('3 bytes');
    expect(happenings).toEqual(['open', 'heard one', '3 bytes']);
    expect(socket.isOpen).toBe(true);
    expect(fake.journal.requests[0]?.headers).toMatchObject({ authorization: 'Token secret' });
  });

  it('ends in the proper way, and says nothing more', async () => {
    const { socket, until } = open();
    socket.send('one');
    await until('heard one');
    socket.end();
    socket.send('two');
    await until({ closed: 'clean' });
    expect(fake.journal.messages).toEqual(['one']);
    await fake.journal.until((entry) => entry.type === 'closed' && entry.code === 1000);
  });

  it('ends by force where nobody answers', async () => {
    const { socket, until } = open();
    socket.send('one');
    await until('heard one');
    fake.strike('freeze');
    socket.end();
    await clock.pass(3000);
    await until({ closed: 'clean' });
    await expect.poll(() => fake.openSockets, { interval: 1 }).toBe(0);
  });

  it('is gone without a word when it is given up', async () => {
    const { socket, happenings, until } = open();
    socket.send('one');
    await until('heard one');
    scope.abort();
    socket.send('two');
    await expect.poll(() => fake.openSockets, { interval: 1 }).toBe(0);
    expect(happenings).toEqual(['open', 'heard one']);
  });

  it('opens nothing for who is gone already', async () => {
    scope.abort();
    const { happenings } = open();
    await clock.pass(10_000);
    expect(happenings).toEqual([]);
    expect(fake.journal.entries).toEqual([]);
  });

  it('tells a proper close by the other side from a crash', async () => {
    const proper = open();
    proper.socket.send('close');
    await proper.until({ closed: 'clean' });
    const crash = open();
    crash.socket.send('crash');
    await crash.until({ closed: 'provider_failed: The socket was closed with 1011 out of order' });
  });

  it('finds out a connection that is half open', async () => {
    const { socket, until } = open();
    socket.send('one');
    await until('heard one');
    // Answered pings keep it for as long as nothing is said.
    await clock.pass(600_000);
    expect(socket.isOpen).toBe(true);
    fake.strike('freeze');
    await clock.pass(20_000);
    await until({ closed: 'provider_timed_out: No sign of life within 5000 ms of a ping.' });
    expect(fake.openSockets).toBe(0);
  });

  it('says why a handshake is refused, and until when', async () => {
    await open('status:429,retry-after:2').until({
      closed: 'provider_rate_limited: 429 {"reason":"asked for 429"} / 26 bytes',
    });
    await open('status:401').until({ closed: 'provider_unauthorized: 401 {"reason":"asked for 401"} / 26 bytes' });
  });

  it('gives up on a handshake that comes a byte at a time', async () => {
    let timer: NodeJS.Timeout | undefined;
    const dribbling = createServer((socket) => {
      socket.on('error', () => {});
      // Each byte is a sign of life; together they never make an answer.
      socket.write('HTTP/1.1 101 Switching Protocols\r\nx: ');
      timer = setInterval(() => socket.write('x'), 20);
    });
    await once(dribbling.listen(0, '127.0.0.1'), 'listening');
    const address = dribbling.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { until } = open('', { connectTimeoutMs: 200 }, `http://127.0.0.1:${port}`);
    await until({ closed: 'provider_timed_out: Not connected within 200 ms.' });
    clearInterval(timer);
    dribbling.close();
  });

  it('says which header cannot be sent, without what is in it', async () => {
    const { happenings, until } = open('', {}, fake.url, { authorization: 'Token top-secret\nX' });
    expect(happenings).toEqual([]);
    await until({ closed: 'provider_refused: The header "authorization" holds what no header may.' });
    expect(fake.journal.entries).toEqual([]);
  });

  it('says that nobody is there', async () => {
    const { happenings } = open('', {}, 'http://127.0.0.1:1');
    await expect.poll(() => JSON.stringify(happenings), { interval: 1 }).toContain('provider_unreachable');
  });

  it('gives up on one that takes too little of what is sent', async () => {
    const { socket, until } = open('', { maxUnsentBytes: 1000 });
    for (let count = 0; count < 11; count += 1) socket.send(new Uint8Array(100));
    await until({ closed: 'provider_timed_out: More than 1000 bytes wait to be sent.' });
  });

  it('takes no message that is too large', async () => {
    const { socket, happenings } = open('', { maxMessageBytes: 100 });
    socket.send(new Uint8Array(101));
    await expect.poll(() => JSON.stringify(happenings), { interval: 1 }).toContain('provider_protocol');
  });
});
