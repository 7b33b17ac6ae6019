import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { fetchBy } from './guarded-fetch.ts';
import { readAll, requestProvider } from './provider-request.ts';
import { openProviderSocket } from './provider-socket.ts';

let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/elsewhere') return response.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end();
    response.end('hello');
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.send('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = listening(server.address()));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function listening(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('It listens on a port.');
  return address;
}

/** Says that the name stands for this machine, or that nobody may go there. */
const allowing: LookupFunction = (_name, options, tell) =>
  options.all ? tell(null, [{ address: '127.0.0.1', family: 4 }]) : tell(null, '127.0.0.1', 4);
const refusing: LookupFunction = (_name, _options, tell) => tell(new Error('refused by the guard'), '', 4);

const signal = () => AbortSignal.timeout(5000);

it('requests go where the look-up says, and nowhere when it refuses', async () => {
  const url = `http://vendor.invalid:${port}/`;
  const answer = await requestProvider({ url, method: 'GET', lookup: allowing }, signal());
  expect((await readAll(answer)).toString()).toBe('hello');
  await expect(requestProvider({ url, method: 'GET', lookup: refusing }, signal())).rejects.toMatchObject({
    failure: { code: 'provider_unreachable' },
  });
});

it('a library that takes a fetch is held to it too, and to the address that it asked for', async () => {
  const guarded = fetchBy(allowing);
  expect(await (await guarded(`http://vendor.invalid:${port}/`)).text()).toBe('hello');
  await expect(guarded(`http://vendor.invalid:${port}/elsewhere`)).rejects.toThrow();
  await expect(fetchBy(refusing)(`http://vendor.invalid:${port}/`)).rejects.toThrow();
});

it('a key of the server’s own is not taken elsewhere by a redirect either', async () => {
  const own = fetchBy(undefined);
  expect(await (await own(`http://127.0.0.1:${port}/`)).text()).toBe('hello');
  await expect(own(`http://127.0.0.1:${port}/elsewhere`)).rejects.toThrow();
});

it('sockets go where the look-up says, and nowhere when it refuses', async () => {
  const clock = createSystemClock();
  const open = (lookup: LookupFunction) =>
    new Promise<string>((resolve) => {
      const scope = new AbortController();
      const over = (what: string) => {
        scope.abort();
        resolve(what);
      };
      openProviderSocket(
        { url: `ws://vendor.invalid:${port}/` },
        { clock, signal: scope.signal, lookup },
        {
          onText: over,
          onBinary: () => {},
          onClosed: (how) => over(how.kind === 'failed' ? how.failure.code : how.kind),
        },
      );
    });
  expect(await open(allowing)).toBe('hello');
  expect(await open(refusing)).toBe('provider_unreachable');
});
