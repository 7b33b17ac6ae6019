import { describe, expect, test } from 'vitest';
import { MediaError } from '../media-session.ts';
import { createNegotiation, type Local } from './negotiation.ts';
import { parseSdp } from './parse-sdp.ts';

const negotiation = (overrides: Partial<Local> = {}) =>
  createNegotiation({
    address: '192.0.2.1',
    signallingAddress: '198.51.100.7',
    rtpPort: 20_000,
    rtcpPort: 20_001,
    codecs: ['PCMU', 'PCMA', 'opus'],
    srtp: 'accepted',
    sessionId: 42,
    ...overrides,
  });

const sdp = (media: readonly string[], session: readonly string[] = []) =>
  ['v=0', 'o=- 1 1 IN IP4 198.51.100.7', 's=call', 'c=IN IP4 198.51.100.7', 't=0 0', ...session, ...media, ''].join(
    '\r\n',
  );

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof MediaError) return error.code;
    throw error;
  }
  return 'none';
};

const key = 'inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz';

describe('an offer that comes', () => {
  test('is answered in their order of codecs, with their numbers', () => {
    const { sdp: answer, agreed } = negotiation().answerOffer(
      sdp([
        'm=audio 4000 RTP/AVP 18 96 8 0 100 13',
        'a=rtpmap:18 G729/8000',
        'a=rtpmap:96 opus/48000/2',
        'a=rtpmap:100 telephone-event/48000',
      ]),
    );
    expect(answer).toContain('m=audio 20000 RTP/AVP 96 100\r\n');
    expect(answer).toContain('a=rtpmap:96 opus/48000/2\r\n');
    expect(answer).toContain('a=sendrecv\r\n');
    expect(agreed).toMatchObject({ payloadType: 96, events: { payloadType: 100, clockHz: 48_000 }, isHeld: false });
    expect(agreed.remote).toEqual({
      address: '198.51.100.7',
      port: 4000,
      rtcpAddress: '198.51.100.7',
      rtcpPort: 4001,
      isMuxed: false,
    });
  });

  test('has its other media refused, each in its place', () => {
    const { sdp: answer } = negotiation().answerOffer(
      sdp(['m=video 5000 RTP/AVP 99', 'm=audio 4000 RTP/AVP 0', 'm=image 6000 udptl t38', 'm=audio 4002 RTP/AVP 8']),
    );
    expect(parseSdp(answer).media.map(({ type, port }) => `${type} ${port}`)).toEqual([
      'video 0',
      'audio 20000',
      'image 0',
      'audio 0',
    ]);
    expect(answer).toContain('m=image 0 udptl t38\r\n');
  });

  test.each([
    ['a=sendonly', 'a=recvonly', { sends: false, receives: true, isHeld: true }],
    ['a=recvonly', 'a=sendonly', { sends: true, receives: false, isHeld: false }],
    ['a=inactive', 'a=inactive', { sends: false, receives: false, isHeld: true }],
    ['c=IN IP4 0.0.0.0', 'a=sendrecv', { sends: false, receives: false, isHeld: true }],
  ])('with %s is answered with %s', (line, direction, flow) => {
    const { sdp: answer, agreed } = negotiation().answerOffer(sdp(['m=audio 4000 RTP/AVP 0', line]));
    expect(answer).toContain(`${direction}\r\n`);
    expect(agreed).toMatchObject(flow);
  });

  test('may have its direction and its reports elsewhere', () => {
    const { agreed } = negotiation().answerOffer(
      sdp(['m=audio 4000 RTP/AVP 0', 'a=rtcp:53020 IN IP4 198.51.100.9'], ['a=sendonly']),
    );
    expect(agreed).toMatchObject({ isHeld: true, remote: { rtcpAddress: '198.51.100.9', rtcpPort: 53_020 } });
    const muxed = negotiation().answerOffer(sdp(['m=audio 4000 RTP/AVP 0', 'a=rtcp-mux']));
    expect(muxed.sdp).toContain('a=rtcp-mux\r\n');
    expect(muxed.agreed.remote).toMatchObject({ isMuxed: true, rtcpPort: 4000 });
  });

  test('with nothing that we speak is refused, and what was agreed stays', () => {
    const call = negotiation();
    call.answerOffer(sdp(['m=audio 4000 RTP/AVP 0']));
    const refused = [
      sdp(['m=audio 4000 RTP/AVP 18', 'a=rtpmap:18 G729/8000']),
      sdp(['m=audio 0 RTP/AVP 0']),
      sdp(['m=video 4000 RTP/AVP 31']),
      sdp(['m=audio 4000 UDP/TLS/RTP/SAVPF 0', 'a=fingerprint:sha-256 00']),
      // A number of ours that means something else to them.
      sdp(['m=audio 4000 RTP/AVP 0', 'a=rtpmap:0 G726-32/8000']),
    ];
    for (const text of refused) expect(codeOf(() => call.answerOffer(text))).toBe('not_acceptable');
    expect(call.createOffer('sendrecv')).toContain('m=audio 20000 RTP/AVP 0 ');
  });

  test('of nonsense is called malformed', () => {
    const nonsense = [
      '',
      'v=0',
      'hello',
      'v=0\r\nm=audio x RTP/AVP 0',
      'v=0\r\nm=audio 4000 RTP/AVP 0',
      'v=0\r\n'.repeat(9999),
    ];
    for (const text of nonsense)
      expect(['malformed', 'not_acceptable']).toContain(codeOf(() => negotiation().answerOffer(text)));
    expect(codeOf(() => negotiation().answerOffer('v=0\r\nm=audio 4000 RTP/AVP 0'))).toBe('malformed');
    expect(codeOf(() => negotiation().answerOffer('v=0\r\nc=IN IP4 198.51.100.7\r\nm=audio 99999 RTP/AVP 0'))).toBe(
      'malformed',
    );
    expect(codeOf(() => negotiation().takeAnswer(sdp(['m=audio 4000 RTP/AVP 0'])))).toBe('malformed');
  });

  test.each(['224.0.0.5', '255.255.255.255', '127.0.0.1', 'telephone.example', '2001:db8::1'])(
    'cannot make us send to %s',
    (address) => {
      const { agreed } = negotiation().answerOffer(sdp(['m=audio 4000 RTP/AVP 0', `c=IN IP4 ${address}`]));
      expect(agreed.remote.address).toBeUndefined();
    },
  );

  test('by IPv6 is answered by IPv6', () => {
    const call = negotiation({ address: '2001:db8::2', signallingAddress: '2001:db8::1' });
    const { sdp: answer, agreed } = call.answerOffer(
      sdp(['m=audio 4000 RTP/AVP 0', 'c=IN IP6 2001:db8::1', 'a=rtpmap:0 PCMU/8000']),
    );
    expect(answer).toContain('c=IN IP6 2001:db8::2\r\n');
    expect(agreed.remote.address).toBe('2001:db8::1');
  });
});

describe('an offer that we make', () => {
  test('has G.711 first, keys, comfort noise, and is changed in its version only when something changed', () => {
    const call = negotiation();
    const first = call.createOffer('sendrecv');
    expect(first).toContain('m=audio 20000 RTP/AVP 0 8 111 101 110 13\r\n');
    expect(first).toMatch(/^v=0\r\no=- 42 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\n/);
    call.takeAnswer(sdp(['m=audio 4000 RTP/AVP 0 101', 'a=rtpmap:101 telephone-event/8000']));
    expect(call.createOffer('sendrecv')).toContain('o=- 42 1 ');
    expect(call.createOffer('sendonly')).toContain('o=- 42 2 ');
  });

  test('is agreed by their answer; another answer (a fork) replaces the first', () => {
    const call = negotiation();
    call.createOffer('sendrecv');
    expect(call.takeAnswer(sdp(['m=audio 4000 RTP/AVP 8']))).toMatchObject({ payloadType: 8, events: undefined });
    const second = call.takeAnswer(
      sdp(['m=audio 5000 RTP/AVP 0 97', 'a=rtpmap:97 telephone-event/8000', 'a=ptime:30']),
    );
    expect(second).toMatchObject({ payloadType: 0, events: { payloadType: 97 }, remote: { port: 5000 } });
    // They may send by our number or by theirs.
    expect(second.receive.get(101)?.kind).toBe('events');
    expect(second.receive.get(97)?.kind).toBe('events');
  });

  test('that was refused leaves what was agreed', () => {
    const call = negotiation();
    call.answerOffer(sdp(['m=audio 4000 RTP/AVP 0']));
    call.createOffer('sendonly');
    call.forgetOffer();
    const { agreed } = call.answerOffer(sdp(['m=audio 4000 RTP/AVP 0']));
    expect(agreed).toMatchObject({ sends: true, receives: true });
  });

  test('while we hold them stays a hold when they ask anew', () => {
    const call = negotiation();
    call.answerOffer(sdp(['m=audio 4000 RTP/AVP 0']));
    call.createOffer('sendonly');
    call.takeAnswer(sdp(['m=audio 4000 RTP/AVP 0', 'a=recvonly']));
    expect(call.answerOffer(sdp(['m=audio 4000 RTP/AVP 0'])).sdp).toContain('a=sendonly\r\n');
  });

  test('keeps the lines and the numbers that they gave', () => {
    const call = negotiation();
    call.answerOffer(sdp(['m=video 5000 RTP/AVP 99', 'm=audio 4000 RTP/AVP 101', 'a=rtpmap:101 opus/48000/2']));
    const offer = call.createOffer('sendrecv');
    expect(parseSdp(offer).media.map(({ type }) => type)).toEqual(['video', 'audio']);
    // 101 is Opus on this call, so keys have another number.
    expect(offer).toMatch(/m=audio 20000 RTP\/AVP 101 0 8 /);
    expect(offer).not.toMatch(/a=rtpmap:101 telephone-event/);
    expect(offer).toMatch(/telephone-event\/8000/);
  });
});

describe('encryption', () => {
  const secured = (protocol: string) =>
    sdp([
      `m=audio 4000 ${protocol} 0`,
      `a=crypto:1 AES_256_CM_HMAC_SHA1_80 ${key}`,
      `a=crypto:2 AES_CM_128_HMAC_SHA1_32 ${key}|2^20|1:4`,
    ]);

  test('is taken as it is offered, with the first suite that we have', () => {
    const { sdp: answer, agreed } = negotiation().answerOffer(secured('RTP/SAVP'));
    expect(answer).toMatch(/m=audio 20000 RTP\/SAVP 0\r\n/);
    expect(answer).toMatch(/a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:[\w+/]{40}\r\n/);
    expect(agreed.srtp?.receive).toMatchObject({ suite: 'AES_CM_128_HMAC_SHA1_32', mkiBytes: 4 });
    // Opportunistic (RFC 8643).
    expect(negotiation().answerOffer(secured('RTP/AVP')).agreed.srtp).toBeDefined();
  });

  test('is refused where it is off, demanded where it is required', () => {
    expect(codeOf(() => negotiation({ srtp: 'off' }).answerOffer(secured('RTP/SAVP')))).toBe('not_acceptable');
    expect(negotiation({ srtp: 'off' }).answerOffer(secured('RTP/AVP')).agreed.srtp).toBeUndefined();
    const plain = sdp(['m=audio 4000 RTP/AVP 0']);
    expect(codeOf(() => negotiation({ srtp: 'required' }).answerOffer(plain))).toBe('not_acceptable');
    const call = negotiation({ srtp: 'required' });
    expect(call.createOffer('sendrecv')).toContain('RTP/SAVP');
    expect(codeOf(() => call.takeAnswer(plain))).toBe('not_acceptable');
  });

  test('keeps its key when the call is negotiated anew', () => {
    const call = negotiation();
    const first = call.answerOffer(secured('RTP/SAVP'));
    const again = call.answerOffer(secured('RTP/SAVP'));
    expect(again.agreed.srtp?.send).toEqual(first.agreed.srtp?.send);
  });

  test('that is offered is agreed, or left to who has none', () => {
    const ours = negotiation({ srtp: 'offered' });
    const theirs = negotiation({ srtp: 'accepted', address: '198.51.100.7' });
    const { sdp: answer, agreed } = theirs.answerOffer(ours.createOffer('sendrecv'));
    const back = ours.takeAnswer(answer);
    expect(back.srtp?.send).toEqual(agreed.srtp?.receive);
    expect(back.srtp?.receive).toEqual(agreed.srtp?.send);
    const plain = negotiation({ srtp: 'offered' });
    plain.createOffer('sendrecv');
    expect(plain.takeAnswer(sdp(['m=audio 4000 RTP/AVP 0'])).srtp).toBeUndefined();
  });
});
