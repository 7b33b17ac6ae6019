import { ack, answer, bye, inDialogHeaders, invite, offer, requestHeaders, scenario, send } from './sipp-scenarios.ts';

// Callers that do what telephones and trunks do besides calling and hanging up.

/** Gives up while it rings. */
export function cancelScenario(): string {
  return scenario('cancel', [
    invite({ headers: [], isTimed: false }),
    '<recv response="100" optional="true"/>',
    '<recv response="180"/>',
    // Of the same transaction: its Via, as the answer gave it back.
    send([
      'CANCEL sip:[service]@[remote_ip]:[remote_port];transport=[transport] SIP/2.0',
      '[last_Via:]',
      ...fromAndTo(''),
      'CSeq: 1 CANCEL',
      'Max-Forwards: 70',
    ]),
    '<recv response="200"/>',
    '<recv response="487"/>',
    send([
      'ACK sip:[service]@[remote_ip]:[remote_port];transport=[transport] SIP/2.0',
      '[last_Via:]',
      ...fromAndTo('[peer_tag_param]'),
      'CSeq: 1 ACK',
      'Max-Forwards: 70',
    ]),
  ]);
}

/** Puts the other on hold, and takes them back with the other law of G.711; the answers must follow. */
export function holdScenario(): string {
  return scenario('hold', [
    ...beginning([]),
    '<pause milliseconds="200"/>',
    reinvite(2, offer('sendonly')),
    answered200({ body: 'a=(recvonly|inactive)' }),
    ack(2),
    '<pause milliseconds="200"/>',
    reinvite(3, offer('sendrecv', 'pcma')),
    answered200({ body: 'm=audio [0-9]+ RTP/AVP 8' }),
    ack(3),
    '<pause milliseconds="200"/>',
    bye(4),
    '<recv response="200"/>',
    ...references,
  ]);
}

/** Insists on provisional answers that are acknowledged (RFC 3262). */
export function prackScenario(): string {
  return scenario('prack', [
    invite({ headers: ['Require: 100rel', 'Supported: 100rel'] }),
    '<recv response="100" optional="true"/>',
    `<recv response="180" rrs="true"><action>
  <ereg regexp="[0-9]+" search_in="hdr" header="RSeq:" check_it="true" assign_to="rseq"/>
</action></recv>`,
    send(['PRACK [next_url] SIP/2.0', ...inDialogHeaders('PRACK', 2), 'RAck: [$rseq] 1 INVITE'], {
      attributes: 'retrans="500"',
    }),
    '<recv response="200"/>',
    '<recv response="200" rtd="answered" rrs="true"/>',
    ack(),
    '<pause milliseconds="200"/>',
    bye(3),
    '<recv response="200"/>',
    '<Reference variables="rseq"/>',
  ]);
}

/** Asks for a session timer that the other refreshes, and refreshes it once itself with UPDATE (RFC 4028, 3311). */
export function sessionTimerScenario(): string {
  return scenario('timer', [
    ...beginning(
      ['Supported: timer', 'Session-Expires: 1800;refresher=uac', 'Min-SE: 90'],
      '<ereg regexp="1800.*refresher=uac" search_in="hdr" header="Session-Expires:" check_it="true" assign_to="found"/>',
    ),
    '<pause milliseconds="100"/>',
    send(
      [
        'UPDATE [next_url] SIP/2.0',
        ...inDialogHeaders('UPDATE', 2),
        'Supported: timer',
        'Session-Expires: 1800;refresher=uac',
      ],
      { attributes: 'retrans="500"' },
    ),
    answered200({ header: 'Session-Expires:', value: '1800' }),
    bye(3),
    '<recv response="200"/>',
    ...references,
  ]);
}

/** Asks for a session timer that is too short, and is told the shortest. */
export function shortTimerScenario(): string {
  return scenario('short timer', [
    invite({ headers: ['Supported: timer', 'Session-Expires: 20'], isTimed: false }),
    '<recv response="100" optional="true"/>',
    `<recv response="422"><action>
  <ereg regexp="[0-9]+" search_in="hdr" header="Min-SE:" check_it="true" assign_to="found"/>
</action></recv>`,
    send([
      'ACK sip:[service]@[remote_ip]:[remote_port];transport=[transport] SIP/2.0',
      '[last_Via:]',
      ...fromAndTo('[peer_tag_param]'),
      'CSeq: 1 ACK',
      'Max-Forwards: 70',
    ]),
    ...references,
  ]);
}

/** Offers nothing and answers what it is offered with the ACK. */
export function lateOfferScenario(): string {
  return scenario('late offer', [
    send(
      ['INVITE sip:[service]@[remote_ip]:[remote_port];transport=[transport] SIP/2.0', ...requestHeaders('INVITE', 1)],
      { attributes: 'retrans="500"' },
    ),
    '<recv response="100" optional="true"/>',
    '<recv response="180" optional="true"/>',
    answered200({ body: 'm=audio [1-9][0-9]+ RTP' }),
    send(['ACK [next_url] SIP/2.0', ...inDialogHeaders('ACK', 1)], { sdp: offer() }),
    '<pause milliseconds="200"/>',
    bye(),
    '<recv response="200"/>',
    ...references,
  ]);
}

/** Speaks no codec that anybody has, and is told so. */
export function strangeCodecScenario(): string {
  return scenario('strange codec', [
    invite({
      headers: [],
      isTimed: false,
      sdp: [
        ...offer().filter((line) => !line.startsWith('m=') && !line.startsWith('a=')),
        'm=audio [rtpstream_audio_port] RTP/AVP 99',
        'a=rtpmap:99 nothing/8000',
      ],
    }),
    '<recv response="100" optional="true"/>',
    '<recv response="180" optional="true"/>',
    '<recv response="488"/>',
    send([
      'ACK sip:[service]@[remote_ip]:[remote_port];transport=[transport] SIP/2.0',
      '[last_Via:]',
      ...fromAndTo('[peer_tag_param]'),
      'CSeq: 1 ACK',
      'Max-Forwards: 70',
    ]),
  ]);
}

/** Presses a key by SIP INFO. */
export function infoKeyScenario(key: string): string {
  return scenario('info', [
    ...beginning([]),
    '<pause milliseconds="300"/>',
    `<send retrans="500"><![CDATA[
INFO [next_url] SIP/2.0
${inDialogHeaders('INFO', 2).join('\n')}
Content-Type: application/dtmf-relay
Content-Length: [len]

Signal=${key}
Duration=160

]]></send>`,
    '<recv response="200"/>',
    '<pause milliseconds="300"/>',
    bye(3),
    '<recv response="200"/>',
  ]);
}

/** Waits until the other hangs up. */
export function patientScenario(): string {
  return scenario('patient', [...beginning([]), '<recv request="BYE"/>', answer(200, 'OK')]);
}

function beginning(headers: readonly string[], action?: string): readonly string[] {
  const received =
    action === undefined
      ? '<recv response="200" rtd="answered" rrs="true"/>'
      : `<recv response="200" rtd="answered" rrs="true"><action>${action}</action></recv>`;
  return [
    invite({ headers }),
    '<recv response="100" optional="true"/>',
    '<recv response="180" optional="true"/>',
    '<recv response="183" optional="true"/>',
    received,
    ack(),
  ];
}

function reinvite(cseq: number, sdp: readonly string[]): string {
  return send(['INVITE [next_url] SIP/2.0', ...inDialogHeaders('INVITE', cseq)], { attributes: 'retrans="500"', sdp });
}

/** 200 in which something stands. Every check is kept in one variable, which SIPp wants to be named once more. */
function answered200(wanted: { readonly body: string } | { readonly header: string; readonly value: string }): string {
  const where =
    'body' in wanted
      ? `regexp="${wanted.body}" search_in="body"`
      : `regexp="${wanted.value}" search_in="hdr" header="${wanted.header}"`;
  return `<recv response="200" rrs="true"><action><ereg ${where} check_it="true" assign_to="found"/></action></recv>`;
}

const references = ['<Reference variables="found"/>'];

function fromAndTo(toTag: string): readonly string[] {
  return [
    'From: "Caller [call_number]" <sip:caller@[local_ip]:[local_port]>;tag=[pid]SIPpTag[call_number]',
    `To: <sip:[service]@[remote_ip]:[remote_port]>${toTag}`,
    'Call-ID: [call_id]',
  ];
}
