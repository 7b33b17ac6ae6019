import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it, type TestContext } from 'vitest';
import { freePort, freePortRange } from './free-ports.ts';
import { hasKamailio, startKamailio } from './kamailio.ts';
import { until } from './peer-process.ts';
import { hasSipp, runSipp, type Sipp, startSipp } from './sipp.ts';
import { calleeScenario, callerScenario, floodScenario, refusedScenario } from './sipp-scenarios.ts';

// The configuration of deploy/kamailio in a real Kamailio, each program at an address of its own, as in a network.
// At the same time: they wait for the proxy's own times (a question each second, two seconds of silence), and share nothing.
const itWithPeers = hasKamailio && hasSipp ? it.concurrent : it.skip;

/** What a test started ends with it. */
type Owner = <T extends { stop(): Promise<void> }>(one: T) => T;
const ownerOf =
  ({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Owner =>
  (one) => {
    onTestFinished(() => one.stop());
    return one;
  };

const proxyAddress = '127.0.0.40';
const callerAddress = '127.0.0.43';
const floodAddress = '127.0.0.44';

itWithPeers('new calls go to the replicas in turn', async (context) => {
  const { target, replicas } = await proxyWithReplicas(ownerOf(context));
  const result = await runSipp({
    ...(await caller(target)),
    calls: 6,
    callsPerSecond: 20,
    durationMs: 200,
  });
  expect(result).toMatchObject({ exitCode: 0, succeeded: 6, failed: 0 });
  await until('each had three', async () => (await callsOf(replicas)).join() === '3,3');
});

itWithPeers(
  'a replica that is killed gets no new call, those that it was just offered go to the other, and its calls go on',
  async (context) => {
    const own = ownerOf(context);
    const { proxy, target, replicas, uris } = await proxyWithReplicas(own);
    const [killed, other] = replicas;
    // One call each, long enough to outlive all of this.
    const long = own(await startSipp({ ...(await caller(target)), calls: 2, callsPerSecond: 20, durationMs: 6_000 }));
    await until('both replicas have a call', async () => (await callsOf(replicas)).join() === '1,1');
    await killed?.stop();
    const killedAtMs = performance.now();
    // At once, while the proxy still believes in it.
    const meanwhile = await runSipp({ ...(await caller(target)), calls: 4, callsPerSecond: 20, durationMs: 100 });
    expect(meanwhile).toMatchObject({ succeeded: 4, failed: 0 });
    await until('it is out', async () => ((await proxy.replicaStates()).get(uris[0] ?? '') ?? '').startsWith('I'));
    expect(performance.now() - killedAtMs).toBeLessThan(5_000);
    const after = await runSipp({ ...(await caller(target)), calls: 4, callsPerSecond: 20, durationMs: 100 });
    expect(after).toMatchObject({ succeeded: 4, failed: 0 });
    // Nobody waited for the one that is gone.
    expect(Math.max(...after.responseTimesMs)).toBeLessThan(1_000);
    // Of the two long calls, the one on the other replica ended as its caller wished.
    expect((await long.finished).succeeded).toBe(1);
    expect((await other?.figures())?.failed).toBe(0);
  },
);

itWithPeers(
  'a replica that answers 503 to the question whether it takes calls gets none, and keeps those that it has',
  async (context) => {
    const own = ownerOf(context);
    const { proxy, target, replicas, uris } = await proxyWithReplicas(own, { timesOpen: [6, undefined] });
    const long = own(await startSipp({ ...(await caller(target)), calls: 2, callsPerSecond: 20, durationMs: 9_000 }));
    await until('both replicas have a call', async () => (await callsOf(replicas)).join() === '1,1');
    await until('it is out', async () => ((await proxy.replicaStates()).get(uris[0] ?? '') ?? '').startsWith('I'));
    const after = await runSipp({ ...(await caller(target)), calls: 4, callsPerSecond: 20, durationMs: 100 });
    expect(after).toMatchObject({ succeeded: 4, failed: 0 });
    expect(await long.finished).toMatchObject({ succeeded: 2, failed: 0 });
    expect(await callsOf(replicas)).toEqual([1, 5]);
  },
);

itWithPeers('with no replica left a caller is told 503 at once, and so is who asks', async (context) => {
  const { proxy, target, replicas, uris } = await proxyWithReplicas(ownerOf(context));
  await Promise.all(replicas.map((replica) => replica.stop()));
  await until('both are out', async () => {
    const states = await proxy.replicaStates();
    return uris.every((uri) => (states.get(uri) ?? '').startsWith('I'));
  });
  const refused = await runSipp({ ...(await caller(target)), scenario: refusedScenario(503), calls: 2 });
  expect(refused).toMatchObject({ exitCode: 0, succeeded: 2 });
  expect(Math.max(...refused.responseTimesMs)).toBeLessThan(500);
});

itWithPeers('nobody reaches another place by the proxy in the name of a call that there is not', async (context) => {
  const own = ownerOf(context);
  const { target } = await proxyWithReplicas(own);
  const stranger = await packetSocket(own, floodAddress);
  const inside = await packetSocket(own, '127.0.0.46');
  const [address = '', port = ''] = target.split(':');
  const lines = (method: string) => [
    `${method} sip:+900123@127.0.0.46:${inside.port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${floodAddress}:${stranger.port};branch=z9hG4bK${method};rport`,
    `Route: <sip:${target};lr>`,
    'Max-Forwards: 10',
    'From: <sip:a@example.com>;tag=1',
    'To: <sip:b@example.com>;tag=2',
    'Call-ID: none',
    `CSeq: 1 ${method}`,
    `Contact: <sip:a@${floodAddress}:${stranger.port}>`,
    'Content-Length: 0',
    '\r\n',
  ];
  for (const method of ['ACK', 'INVITE']) stranger.send(lines(method).join('\r\n'), Number(port), address);
  await until('it is answered', async () => stranger.heard.some((text) => /^SIP\/2\.0 403/.test(text)));
  expect(inside.heard).toEqual([]);
});

itWithPeers('within a call too, a telephone behind NAT is known by the address that it is seen at', async (context) => {
  const own = ownerOf(context);
  const { replica, telephone } = await proxyWithBareReplica(own);
  telephone.say({ uri: `sip:${replica.name}` });
  await until('the replica hears it', async () => replica.heard.some((text) => text.startsWith('INVITE')));
  const invite = replica.heard.find((text) => text.startsWith('INVITE')) ?? '';
  expect(invite).toContain(`c=IN IP4 ${callerAddress}\r\n`);
  expect(invite).toContain('m=audio 40000 ');
  const contact = /^Contact: <([^>]+)>/m.exec(invite)?.[1] ?? '';
  expect(contact).toMatch(/^sip:telephone@192\.168\.7\.7:5060;alias=/);
  // What the replica sends to that Contact comes to where the telephone was seen.
  replica.say({ uri: contact, method: 'BYE' });
  await until('the telephone hears it', async () => telephone.heard.some((text) => text.startsWith('BYE')));
});

itWithPeers('nobody but a replica says where else a request goes', async (context) => {
  const own = ownerOf(context);
  const { replica, telephone } = await proxyWithBareReplica(own);
  const inside = await packetSocket(own, '127.0.0.46');
  telephone.say({ uri: `sip:${replica.name};alias=127.0.0.46~${inside.port}~1` });
  await until('the replica hears it', async () => replica.heard.some((text) => text.startsWith('INVITE')));
  expect(inside.heard).toEqual([]);
});

itWithPeers('an address that floods is ignored, and others call as before', async (context) => {
  const own = ownerOf(context);
  const { target } = await proxyWithReplicas(own, { settings: { FLOOD_REQUESTS: 30 } });
  // Two hundred questions a second.
  const flood = own(
    await startSipp({
      ...(await caller(target, floodAddress)),
      scenario: floodScenario(),
      calls: 800,
      callsPerSecond: 200,
    }),
  );
  await until('the flood is under way', async () => (await flood.figures()).created > 200);
  const calls = await runSipp({ ...(await caller(target)), calls: 8, callsPerSecond: 4, durationMs: 100 });
  expect(calls).toMatchObject({ succeeded: 8, failed: 0 });
  expect(Math.max(...calls.responseTimesMs)).toBeLessThan(1_000);
  // The one that floods gets no call through any more.
  const floods = own(
    await startSipp({
      ...(await caller(target, floodAddress)),
      scenario: callerScenario(),
      calls: 1,
      timeoutMs: 2_000,
    }),
  );
  expect((await floods.finished).succeeded).toBe(0);
});

async function proxyWithReplicas(
  own: Owner,
  options: {
    readonly timesOpen?: readonly (number | undefined)[];
    readonly settings?: Readonly<Record<string, number>>;
  } = {},
) {
  const addresses = ['127.0.0.41', '127.0.0.42'];
  const replicas: Sipp[] = [];
  const uris: string[] = [];
  for (const [index, address] of addresses.entries()) {
    const port = await freePort(address);
    replicas.push(own(await startSipp({ scenario: calleeScenario(options.timesOpen?.[index]), address, port })));
    uris.push(`sip:${address}:${port};transport=udp`);
  }
  const port = await freePort(proxyAddress);
  const listen = [`udp:${proxyAddress}:${port}`];
  const { settings = {} } = options;
  const proxy = own(await startKamailio({ listen, replicas: uris, settings }));
  await until('both replicas were asked', async () => {
    const states = await proxy.replicaStates();
    return uris.every((uri) => states.get(uri) === 'AP');
  });
  return { proxy, target: `${proxyAddress}:${port}`, replicas, uris };
}

async function caller(target: string, address = callerAddress) {
  return {
    scenario: callerScenario(),
    target,
    address,
    port: await freePort(address),
    mediaPort: await freePortRange(4, address),
  };
}

async function callsOf(replicas: readonly Sipp[]): Promise<readonly number[]> {
  return await Promise.all(replicas.map(async (replica) => (await replica.figures()).invited));
}

/** A replica and a telephone behind NAT of which this test writes each packet, within a call that there was before. */
async function proxyWithBareReplica(own: Owner) {
  const port = await freePort(proxyAddress);
  const target = `${proxyAddress}:${port}`;
  const end = async (address: string) => {
    const socket = await packetSocket(own, address);
    const name = `${address}:${socket.port}`;
    const say = ({ uri, method = 'INVITE' }: { readonly uri: string; readonly method?: string }) =>
      socket.send(inDialog({ uri, method, from: name, route: target }), port, proxyAddress);
    return { ...socket, name, say };
  };
  const replica = await end('127.0.0.41');
  const uri = `sip:${replica.name};transport=udp`;
  own(await startKamailio({ listen: [`udp:${target}`], replicas: [uri] }));
  return { replica, telephone: await end(callerAddress) };
}

function inDialog(request: {
  readonly uri: string;
  readonly method: string;
  readonly from: string;
  readonly route: string;
}): string {
  const { uri, method, from, route } = request;
  const sdp = [
    'v=0',
    'o=- 1 1 IN IP4 192.168.7.7',
    's=-',
    'c=IN IP4 192.168.7.7',
    't=0 0',
    'm=audio 40000 RTP/AVP 0',
    '',
  ];
  const body = method === 'INVITE' ? sdp.join('\r\n') : '';
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${from};branch=z9hG4bK${method};rport`,
    `Route: <sip:${route};lr>`,
    'Max-Forwards: 10',
    'From: <sip:a@example.com>;tag=1',
    'To: <sip:b@example.com>;tag=2',
    'Call-ID: of-a-call',
    `CSeq: 2 ${method}`,
    ...(body === '' ? [] : ['Contact: <sip:telephone@192.168.7.7:5060>', 'Content-Type: application/sdp']),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

/** Bare packets at an address. */
async function packetSocket(own: Owner, address: string) {
  const socket = createSocket('udp4');
  const heard: string[] = [];
  socket.on('message', (bytes) => heard.push(bytes.toString()));
  socket.bind(0, address);
  await once(socket, 'listening');
  own({ stop: async () => void socket.close() });
  return {
    heard,
    port: socket.address().port,
    send: (text: string, port: number, to: string) => socket.send(text, port, to),
  };
}
