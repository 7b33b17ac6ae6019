import { describe, expect, it } from 'vitest';
import { header } from '../message/headers.ts';
import type { SipMessage, SipRequest } from '../message/sip-message.ts';
import { createHandMade, type HandMade, inDialogText, inviteText, sdpOf } from '../testing/hand-made.ts';
import { createStage } from '../testing/stage.ts';

const HERE = '192.0.2.2';
const THERE = '192.0.2.9';
const never = new AbortController().signal;

function latest(telephone: HandMade, method: string): SipRequest {
  const request = telephone.requests(method).at(-1);
  if (request === undefined) throw new Error(`no ${method} came`);
  return request;
}

describe('what we say within a call of ours', () => {
  it('goes through the proxies that stay in the way, the nearest first', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE);
    const proxy = await createHandMade(stage, THERE);
    const dialled = end.endpoint.dial(
      { uri: 'sip:bob@192.0.2.20', from: { uri: end.uri }, outboundProxy: `sip:${THERE};lr` },
      never,
    );
    await stage.clock.advance(50);
    const invite = latest(proxy, 'INVITE');
    expect(invite.uri).toBe('sip:bob@192.0.2.20');
    expect(header(invite.headers, 'Route')).toBe(`<sip:${THERE};lr>`);
    proxy.answer(invite, 200, {
      toTag: 'bob',
      headers: [
        { name: 'Record-Route', value: '<sip:198.51.100.7;lr>' },
        { name: 'Record-Route', value: `<sip:${THERE};lr>` },
        { name: 'Contact', value: '<sip:bob@192.0.2.20:5070>' },
      ],
      content: { type: 'application/sdp', body: sdpOf('192.0.2.20') },
    });
    const leg = await stage.until(dialled);
    await stage.clock.advance(50);
    for (const method of ['ACK', 'BYE']) {
      if (method === 'BYE') leg.hangUp('completed');
      await stage.clock.advance(50);
      const { uri, headers } = latest(proxy, method);
      expect(uri).toBe('sip:bob@192.0.2.20:5070');
      const routes = headers.filter(({ name }) => name === 'Route').map(({ value }) => value);
      expect(routes).toEqual([`<sip:${THERE};lr>`, '<sip:198.51.100.7;lr>']);
    }
  });

  it('goes back the way that it came where a telephone names an address of its own network', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE, {
      onCall: (call) => void call.answer().then((leg) => leg.hangUp('completed')),
    });
    const telephone = await createHandMade(stage, THERE);
    telephone.say(HERE, inviteText(THERE, HERE).replace(/^Contact: .*$/m, 'Contact: <sip:hand@192.168.1.7:5060>'));
    await stage.clock.advance(50);
    const [answer] = telephone.responses('INVITE');
    if (answer === undefined) throw new Error('not answered');
    telephone.say(HERE, inDialogText('ACK', answer, THERE, HERE, ['CSeq: 10 ACK']));
    await stage.clock.advance(50);
    expect(latest(telephone, 'BYE').uri).toBe('sip:hand@192.168.1.7:5060');
    expect(end.errors).toEqual([]);
  });

  it('follows a telephone that tells where it is now', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE, { onCall: (call) => void call.answer() });
    const telephone = await createHandMade(stage, THERE);
    const elsewhere = await createHandMade(stage, '192.0.2.30');
    telephone.say(HERE, inviteText(THERE, HERE));
    await stage.clock.advance(50);
    const [answer] = telephone.responses('INVITE');
    if (answer === undefined) throw new Error('not answered');
    telephone.say(HERE, inDialogText('ACK', answer, THERE, HERE, ['CSeq: 10 ACK']));
    const update = inDialogText('UPDATE', answer, THERE, HERE).replace(
      /^Contact: .*$/m,
      'Contact: <sip:hand@192.0.2.30>',
    );
    telephone.say(HERE, update);
    await stage.clock.advance(50);
    expect(telephone.responses('UPDATE')).toMatchObject([{ status: 200 }]);
    const closed = end.endpoint.close();
    await stage.clock.advance(50);
    elsewhere.answer(latest(elsewhere, 'BYE'), 200);
    await stage.until(closed);
  });
});

describe('over a connection', () => {
  it('nothing is said twice, and what is refused is over at once', async () => {
    const stage = createStage();
    const caller = await stage.actor('192.0.2.1', { openTransport: stage.network.open('192.0.2.1', 'tcp') });
    const busy = await stage.actor(HERE, {
      openTransport: stage.network.open(HERE, 'tcp'),
      onCall: (call) => call.reject(486),
    });
    const uri = `${busy.uri};transport=tcp`;
    await expect(stage.until(caller.endpoint.dial({ uri, from: { uri: caller.uri } }, never))).rejects.toMatchObject({
      code: 'busy',
    });
    await stage.clock.advance(100);
    for (const { endpoint } of [caller, busy]) {
      expect(endpoint.figures).toMatchObject({ transactions: 0, timers: 0, retransmitted: 0 });
    }
    expect(
      stage.network.log.map(({ message }) => (message.kind === 'request' ? message.method : message.status)),
    ).toEqual(['INVITE', 486, 'ACK']);
  });

  it('the answer to a call is said again all the same, since the loss may be behind a proxy', async () => {
    const stage = createStage();
    const caller = await stage.actor('192.0.2.1', { openTransport: stage.network.open('192.0.2.1', 'tcp') });
    const bob = await stage.actor(HERE, {
      openTransport: stage.network.open(HERE, 'tcp'),
      onCall: (call) => void call.answer(),
    });
    let lost = 0;
    stage.network.drops = (message) => {
      const isAck = message.kind === 'request' && message.method === 'ACK';
      if (isAck) lost += 1;
      return isAck && lost < 3;
    };
    const uri = `${bob.uri};transport=tcp`;
    const leg = await stage.until(caller.endpoint.dial({ uri, from: { uri: caller.uri } }, never));
    await stage.clock.advance(10_000);
    expect(lost).toBe(3);
    leg.hangUp('completed');
    await stage.clock.advance(40_000);
    for (const { endpoint } of [caller, bob]) {
      expect(endpoint.figures).toMatchObject({ calls: 0, dialogs: 0, transactions: 0, timers: 0 });
    }
  });
});

describe('a call that is to take the place of another', () => {
  it.each([
    ['that nobody knows', 'other', 481],
    ['of ours', 'call-1', 501],
  ])('%s is refused', async (_which, callId, status) => {
    const stage = createStage();
    const end = await stage.actor(HERE, { onCall: (call) => void call.answer() });
    const telephone = await createHandMade(stage, THERE);
    telephone.say(HERE, inviteText(THERE, HERE));
    await stage.clock.advance(50);
    const tag = /tag=(\S+)/.exec(header(telephone.responses('INVITE')[0]?.headers ?? [], 'To') ?? '')?.[1];
    const replaces = `Replaces: ${callId};to-tag=${tag};from-tag=hand`;
    telephone.say(
      HERE,
      inviteText(THERE, HERE, [replaces]).replace('call-1', 'call-2').replace('10 INVITE', '1 INVITE'),
    );
    await stage.clock.advance(50);
    expect(telephone.responses('INVITE').at(-1)?.status).toBe(status);
    expect(end.offered).toHaveLength(1);
  });
});

describe('a transfer of which they will tell nothing', () => {
  it('counts as done when they take it', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE);
    const telephone = await createHandMade(stage, THERE);
    const dialled = end.endpoint.dial({ uri: `sip:bob@${THERE}`, from: { uri: end.uri } }, never);
    await stage.clock.advance(50);
    telephone.answer(latest(telephone, 'INVITE'), 200, {
      toTag: 'bob',
      headers: [{ name: 'Contact', value: `<sip:bob@${THERE}>` }],
      content: { type: 'application/sdp', body: sdpOf(THERE) },
    });
    const leg = await stage.until(dialled);
    const outcome = leg.refer('sip:desk@192.0.2.40', never);
    await stage.clock.advance(50);
    expect(header(latest(telephone, 'REFER').headers, 'Refer-To')).toBe('<sip:desk@192.0.2.40>');
    telephone.answer(latest(telephone, 'REFER'), 202, { headers: [{ name: 'Refer-Sub', value: 'false' }] });
    expect(await stage.until(outcome)).toEqual({ type: 'answered' });
  });
});

describe('a call that asks for TLS all the way', () => {
  const overTls = (stage: ReturnType<typeof createStage>) => ({ openTransport: stage.network.open(HERE, 'tls') });
  const contactOf = (message: SipMessage | undefined) => header(message?.headers ?? [], 'Contact');

  it('is answered with an address that asks for it too, within the call as well', async () => {
    const stage = createStage();
    await stage.actor(HERE, { ...overTls(stage), onCall: (call) => void call.answer() });
    const telephone = await createHandMade(stage, THERE);
    telephone.say(HERE, inviteText(THERE, HERE).replace(`INVITE sip:`, 'INVITE sips:'));
    await stage.clock.advance(50);
    const [answer] = telephone.responses('INVITE');
    expect(contactOf(answer)).toBe(`<sips:${HERE}:5060>`);
    if (answer === undefined) return;
    telephone.say(HERE, inDialogText('ACK', answer, THERE, HERE, ['CSeq: 10 ACK']));
    telephone.say(HERE, inDialogText('UPDATE', answer, THERE, HERE));
    await stage.clock.advance(50);
    expect(contactOf(telephone.responses('UPDATE')[0])).toBe(`<sips:${HERE}:5060>`);
  });

  it('is made with such an address; one that does not ask for it, by the same way, is not', async () => {
    const stage = createStage();
    const end = await stage.actor(HERE, {
      ...overTls(stage),
      locator: { locate: () => [{ protocol: 'tls', address: THERE, port: 5061 }] },
    });
    const telephone = await createHandMade(stage, THERE);
    for (const scheme of ['sips', 'sip']) {
      end.endpoint.dial({ uri: `${scheme}:bob@${THERE}`, from: { uri: end.uri } }, never).catch(() => undefined);
      await stage.clock.advance(50);
    }
    const contacts = telephone.requests('INVITE').map(contactOf);
    expect(contacts).toEqual([`<sips:${HERE}:5060>`, `<sip:${HERE}:5060;transport=tls>`]);
  });
});
