import { Buffer } from 'node:buffer';

const SDP = [
  'v=0',
  'o=- 3904881234 1 IN IP4 192.0.2.10',
  's=call',
  'c=IN IP4 192.0.2.10',
  't=0 0',
  'm=audio 40000 RTP/AVP 0 8 101',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-15',
  'a=sendrecv',
  '',
].join('\r\n');

/** Messages as telephones, trunks and proxies send them every day. */
export const USUAL_MESSAGES: readonly Buffer[] = [
  message(
    [
      'INVITE sip:+35315550100@203.0.113.5:5060;transport=udp SIP/2.0',
      'Record-Route: <sip:203.0.113.9;r2=on;lr=on;ftag=8f1c>, <sip:10.0.0.9;transport=tcp;r2=on;lr=on;ftag=8f1c>',
      'Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bK1d2e.7f3a.0;i=4c1',
      'Via: SIP/2.0/UDP 192.0.2.10:5060;received=198.51.100.7;rport=31022;branch=z9hG4bK-524287-1---8e',
      'Max-Forwards: 69',
      'Contact: <sip:anna@198.51.100.7:31022;ob>;+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"',
      'To: <sip:+35315550100@example.com>',
      'From: "Anna O\'Neill, \\"Annie\\"" <sip:+353861234567@example.com;user=phone>;tag=8f1c0d',
      'Call-ID: 7b1d8c0a-92c4-4c60-8f3b-0a1b2c3d4e5f@192.0.2.10',
      'CSeq: 2 INVITE',
      'Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, INFO, PRACK, UPDATE',
      'Supported: replaces, 100rel, timer, norefersub, outbound',
      'Session-Expires: 1800;refresher=uac',
      'Min-SE: 90',
      'P-Asserted-Identity: "Anna" <sip:+353861234567@example.com>, <tel:+353861234567>',
      'Proxy-Authorization: Digest username="anna", realm="example.com", nonce="6a,b;c", uri="sip:x@example.com", response="0a4f113b", algorithm=MD5, cnonce="0a", qop=auth, nc=00000001',
      'User-Agent: Telephone 2.1 (Linux; x86)',
      'Content-Type: application/sdp',
    ],
    SDP,
  ),
  message(
    [
      'SIP/2.0 200 OK',
      'Via: SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKabc;rport=5061;received=192.0.2.1',
      'From: <sip:agent@example.com>;tag=11',
      'To: <sip:+353861234567@example.com>;tag=as58f4201b',
      'Call-ID: 9a1@example.com',
      'CSeq: 102 INVITE',
      'Contact: <sips:+353861234567@192.0.2.30:5061;transport=tls>',
      'Require: timer',
      'Session-Expires: 1800;refresher=uas',
      'Server: Exchange',
      'Content-Type: application/sdp',
    ],
    SDP,
  ),
  message([
    'SIP/2.0 401 Unauthorized',
    'v: SIP/2.0/UDP [2001:db8::1]:5060;branch=z9hG4bKregister;rport=5060',
    'f: <sip:agent@example.com>;tag=77',
    't: <sip:agent@example.com>;tag=z',
    'i: register-1',
    'CSeq: 1 REGISTER',
    'WWW-Authenticate: Digest realm="example.com", nonce="dcd98b", qop="auth,auth-int", algorithm=SHA-256, stale=FALSE',
    'Date: Sat, 13 Nov 2010 23:29:00 GMT',
  ]),
  message(
    [
      'NOTIFY sip:agent@192.0.2.1:5060 SIP/2.0',
      'Via: SIP/2.0/TCP 192.0.2.30:5060;branch=z9hG4bKnotify',
      'Max-Forwards: 70',
      'From: <sip:+353861234567@example.com>;tag=as58f4201b',
      'To: <sip:agent@example.com>;tag=11',
      'Call-ID: 9a1@example.com',
      'CSeq: 104 NOTIFY',
      'Contact: <sip:+353861234567@192.0.2.30:5060;transport=tcp>',
      'Event: refer;id=3',
      'Subscription-State: active;expires=60',
      'Content-Type: message/sipfrag;version=2.0',
    ],
    'SIP/2.0 180 Ringing\r\n',
  ),
];

function message(lines: readonly string[], body = ''): Buffer {
  return Buffer.from([...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'));
}
