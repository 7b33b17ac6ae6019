import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP, type LookupFunction } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createGuardedFetch, type GuardedFetch, type GuardedFetchOptions } from './guarded-fetch.ts';
import { OutgoingError } from './outgoing-error.ts';

let server: Server;
let port: number;
let seen: IncomingMessage[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let open: GuardedFetch[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});

afterEach(async () => {
  await Promise.all(open.map((each) => each.close()));
  open = [];
  seen = [];
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function fetchWith(options: Partial<GuardedFetchOptions>): GuardedFetch {
  const made = createGuardedFetch({ ports: [port], ...options });
  open.push(made);
  return made;
}

const never = new AbortController().signal;
const get = (url: string) => ({ method: 'GET', url, signal: never }) as const;

async function refusal(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof OutgoingError) return error.code;
    throw error;
  }
  return 'answered';
}

/** A resolver that knows the given names, with a new answer each time it is asked. */
function resolver(names: Record<string, string[][]>): LookupFunction {
  return (hostname, options, callback) => {
    const answers = names[hostname] ?? [];
    const addresses = (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
    const found = addresses.map((address) => ({ address, family: isIP(address) }));
    if (found.length === 0) return callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), '', 0);
    if (options.all === true) return callback(null, found);
    callback(null, found[0]?.address ?? '', found[0]?.family ?? 4);
  };
}

describe('a request on behalf of a tenant', () => {
  it.each([
    'http://127.0.0.1',
    'http://localhost',
    'http://127.1',
    'http://0x7f000001',
    'http://0177.0.0.1',
    'http://2130706433',
    'http://017700000001',
    'http://[::1]',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:7f00:1]',
    'http://[64:ff9b::7f00:1]',
    'http://0.0.0.0',
    'http://[::]',
    'http://10.0.0.1',
    'http://192.168.1.1',
    'http://169.254.169.254',
    'http://[fe80::1]',
    'http://[fd00:ec2::254]',
    'http://100.100.100.200',
    'http://①②⑦.0.0.1',
  ])('does not reach %s', async (origin) => {
    answer = (_, response) => response.end('inside');
    expect(await refusal(fetchWith({}).send(get(`${origin}:${port}/latest/meta-data/`)))).toBe('address_refused');
    expect(seen).toHaveLength(0);
  });

  it('is made to the address that was checked, whatever the name stands for a moment later', async () => {
    const outside = createServer((_, response) => response.writeHead(200, { connection: 'close' }).end('outside'));
    await new Promise<void>((resolve) => outside.listen(port, '127.0.0.2', resolve));
    answer = (_, response) => response.end('inside');
    const asked: string[] = [];
    const rebinding = resolver({ 'rebind.test': [['127.0.0.2'], ['127.0.0.1']] });
    const { send } = fetchWith({
      // Stands for the public internet here: traffic of tests stays on the machine.
      allowedHosts: ['127.0.0.2'],
      lookup: (hostname, options, callback) => {
        asked.push(hostname);
        rebinding(hostname, options, callback);
      },
    });
    try {
      expect((await send(get(`http://rebind.test:${port}/`))).body.toString()).toBe('outside');
      expect(asked).toEqual(['rebind.test']);
      // The next connection asks anew, and what it is told is checked anew.
      expect(await refusal(send(get(`http://rebind.test:${port}/`)))).toBe('address_refused');
      expect(seen).toHaveLength(0);
    } finally {
      outside.closeAllConnections();
      outside.close();
    }
  });

  it('refuses a name whole when one of its addresses is private', async () => {
    const lookup = resolver({ 'both.test': [['93.184.216.34', '127.0.0.1']] });
    expect(await refusal(fetchWith({ lookup }).send(get(`http://both.test:${port}/`)))).toBe('address_refused');
  });

  it('checks where redirects lead like the first address', async () => {
    const lookup = resolver({ 'front.test': [['127.0.0.1']], 'inner.test': [['127.0.0.1']] });
    const { send } = fetchWith({ lookup, allowedHosts: ['front.test'], ports: [80, port] });
    for (const target of [
      `http://127.0.0.1:${port}/`,
      `http://inner.test:${port}/`,
      'http://169.254.169.254/',
      'http://[::1]/',
    ]) {
      seen = [];
      answer = (_, response) => response.writeHead(302, { location: target }).end();
      expect([target, await refusal(send(get(`http://front.test:${port}/`)))]).toEqual([target, 'address_refused']);
      expect(seen).toHaveLength(1);
    }
    for (const target of [
      'file:///etc/passwd',
      'gopher://front.test/',
      'ftp://front.test/',
      `http://u:p@front.test:${port}/`,
    ]) {
      answer = (_, response) => response.writeHead(302, { location: target }).end();
      expect([target, await refusal(send(get(`http://front.test:${port}/`)))]).toEqual([target, 'url_refused']);
    }
  });

  it('follows a few redirects, not many, and takes no credentials to another host', async () => {
    const lookup = resolver({ 'a.test': [['127.0.0.1']], 'b.test': [['127.0.0.1']] });
    const { send } = fetchWith({ lookup, allowedHosts: ['a.test', 'b.test'] });
    answer = (request, response) => {
      if (request.headers.host?.startsWith('b.test') === true) return response.end('there');
      return response.writeHead(307, { location: `http://b.test:${port}/` }).end();
    };
    const got = await send({
      ...get(`http://a.test:${port}/`),
      headers: { authorization: 'Bearer secret', accept: 'audio/*' },
    });
    expect([got.body.toString(), got.url]).toEqual(['there', `http://b.test:${port}/`]);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret', undefined]);
    expect(seen[1]?.headers.accept).toBe('audio/*');

    seen = [];
    answer = (_, response) => response.writeHead(302, { location: '/again' }).end();
    expect(await refusal(send(get(`http://a.test:${port}/`)))).toBe('redirect_refused');
    expect(seen).toHaveLength(4);
  });

  it('gives back the redirect of what may change something, and does not follow it', async () => {
    answer = (_, response) => response.writeHead(307, { location: 'http://127.0.0.1/' }).end();
    const { send } = fetchWith({ allowedHosts: ['127.0.0.1'] });
    expect((await send({ ...get(`http://127.0.0.1:${port}/`), method: 'POST', body: '{}' })).status).toBe(307);
    expect(seen).toHaveLength(1);
  });

  it('reaches private hosts that are listed, by name, address or network, but never where credentials are handed out', async () => {
    answer = (_, response) => response.end('inside');
    const lookup = resolver({
      'crm.internal': [['127.0.0.1']],
      'meta.internal': [['169.254.169.254']],
      'other.internal': [['127.0.0.1']],
    });
    const reached = async (allowedHosts: string[], url: string) =>
      refusal(fetchWith({ allowedHosts, lookup, ports: [80] }).send(get(url)));
    expect(await reached(['crm.internal'], `http://CRM.internal.:${port}/`)).toBe('unreachable');
    expect(await reached(['crm.internal'], `http://CRM.internal:${port}/`)).toBe('answered');
    expect(await reached(['127.0.0.0/8'], `http://127.0.0.1:${port}/`)).toBe('answered');
    expect(await reached(['127.0.0.1'], `http://127.0.0.1:${port}/`)).toBe('answered');
    expect(await reached(['crm.internal'], 'http://other.internal/')).toBe('address_refused');
    expect(await reached(['crm.internal', 'meta.internal'], 'http://meta.internal/')).toBe('address_refused');
  });

  it('knocks at no other ports than web servers have', async () => {
    const { send } = fetchWith({ ports: [80, 443] });
    expect(await refusal(send(get('http://93.184.216.34:22/')))).toBe('port_refused');
    expect(await refusal(send(get('https://93.184.216.34:6379/')))).toBe('port_refused');
  });

  it('reads only so much and waits only so long', async () => {
    const { send } = fetchWith({ allowedHosts: ['127.0.0.1'], maxResponseBytes: 1000, timeoutMs: 300 });
    const url = `http://127.0.0.1:${port}/`;
    answer = (_, response) => response.end('x'.repeat(1001));
    expect(await refusal(send(get(url)))).toBe('too_large');
    const cut = await send({ ...get(url), whenLonger: 'cut' });
    expect([cut.body.length, cut.isCut]).toEqual([1000, true]);
    answer = (_, response) => response.end('x'.repeat(1000));
    expect((await send(get(url))).body.length).toBe(1000);

    answer = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('bomb');
    expect(await refusal(send(get(url)))).toBe('unreadable');
    // Says a byte now and then, forever.
    answer = (_, response) => {
      const drip = setInterval(() => response.write('x'), 50);
      response.on('close', () => clearInterval(drip));
    };
    const startedMs = performance.now();
    expect(await refusal(send(get(url)))).toBe('timed_out');
    expect(performance.now() - startedMs).toBeLessThan(3000);
  });

  it('is given up when whoever asked is gone', async () => {
    answer = () => gone.abort();
    const gone = new AbortController();
    const { send } = fetchWith({ allowedHosts: ['127.0.0.1'] });
    expect(await refusal(send({ ...get(`http://127.0.0.1:${port}/`), signal: gone.signal }))).toBe('cancelled');
  });

  it.each(['', 'no url', 'file:///etc/passwd', 'ftp://a.test/', 'http://user:pass@a.test/'])(
    'takes no %j',
    async (url) => {
      expect(await refusal(fetchWith({}).send(get(url)))).toBe('url_refused');
    },
  );
});
