/**
 * Scenarios for SIPp: what a caller and one who is called say to each other. `[...]` are SIPp's own words, which it fills in. In a dialog
 * the route set is kept, so that every one works behind a proxy.
 */

/** A caller who waits for the answer, stays for `-d` milliseconds (or until they hang up) and hangs up. */
export function callerScenario(options: CallerScenario = {}): string {
  const { media = 'none', headers = [], ends = 'caller', sdp = offer(), mayBeRefused = false } = options;
  return scenario('caller', [
    invite({ headers, sdp }),
    '<recv response="100" optional="true"/>',
    '<recv response="180" optional="true"/>',
    '<recv response="183" optional="true"/>',
    ...(mayBeRefused ? ['<recv response="503" optional="true" next="1" counter="refused"/>'] : []),
    '<recv response="200" rtd="answered" rrs="true"/>',
    ack(),
    ...(media === 'none' ? [] : [`<nop><action><exec rtp_stream="${media},-1,0,PCMU/8000"/></action></nop>`]),
    ...(ends === 'caller'
      ? ['<pause/>', bye(), '<recv response="200"/>']
      : ['<recv request="BYE"/>', answer(200, 'OK')]),
    ...(mayBeRefused ? ['<nop next="2"/>', '<label id="1"/>', ackOfRefusal(), '<label id="2"/>'] : []),
  ]);
}

export interface CallerScenario {
  /** Raw G.711 µ-law that is sent over and over, by its path. */
  readonly media?: string;
  /** More header lines of the INVITE. */
  readonly headers?: readonly string[];
  /** Another offer than that of SIPp's own sound. */
  readonly sdp?: readonly string[];
  /** Who hangs up. */
  readonly ends?: 'caller' | 'callee';
  /** A caller who is told 503 has not failed, but is counted as refused. */
  readonly mayBeRefused?: boolean;
}

/**
 * One who is called: rings, answers, and waits to be hung up on. Asked with OPTIONS whether it takes calls it says yes, after so many
 * times no: a replica that drains does so.
 */
export function calleeScenario(timesOpen = 1_000_000): string {
  return scenario('callee', [
    '<Global variables="asked"/>',
    '<recv request="OPTIONS" optional="true" next="1"/>',
    '<recv request="INVITE" rrs="true" counter="invited"/>',
    answer(180, 'Ringing'),
    answer(200, 'OK', { sdp: true }),
    '<recv request="ACK" timeout="10000"/>',
    '<recv request="BYE"/>',
    answer(200, 'OK', { attributes: 'next="2"' }),
    '<label id="1"/>',
    `<nop><action>
  <add assign_to="asked" value="1"/>
  <test assign_to="open" variable="asked" compare="less_than_equal" value="${timesOpen}"/>
</action></nop>`,
    answer(200, 'OK', { attributes: 'condexec="open"' }),
    answer(503, 'Service Unavailable', { attributes: 'condexec="open" condexec_inverse="true"' }),
    '<label id="2"/>',
    '<Reference variables="asked"/>',
  ]);
}

/** A caller who is refused with this status. */
export function refusedScenario(status: number): string {
  return scenario('refused', [
    invite({ headers: [] }),
    '<recv response="100" optional="true"/>',
    '<recv response="180" optional="true"/>',
    `<recv response="${status}" rtd="answered"/>`,
    ackOfRefusal(),
  ]);
}

/** Of the same transaction as the INVITE. */
function ackOfRefusal(): string {
  return send(['ACK [last_Request_URI] SIP/2.0', '[last_Via:]', ...dialogHeaders(), 'CSeq: 1 ACK', 'Max-Forwards: 70']);
}

/** A caller who sends an INVITE and then nothing more whatever comes back: a flood of them is an attack. */
export function floodScenario(): string {
  return scenario('flood', [
    send(['OPTIONS sip:[service]@[remote_ip]:[remote_port] SIP/2.0', ...requestHeaders('OPTIONS', 1)]),
  ]);
}

export function scenario(name: string, steps: readonly string[]): string {
  return `<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="${name}">
${steps.join('\n')}
</scenario>
`;
}

export function invite(options: {
  readonly headers: readonly string[];
  readonly cseq?: number;
  readonly sdp?: readonly string[];
  /** SIPp minds that a time which was begun is ended: with `rtd="answered"`. */
  readonly isTimed?: boolean;
}): string {
  return send(
    [
      'INVITE sip:[service]@[remote_ip]:[remote_port];transport=[transport] SIP/2.0',
      ...requestHeaders('INVITE', options.cseq ?? 1),
      ...options.headers,
    ],
    {
      attributes: options.isTimed === false ? 'retrans="500"' : 'retrans="500" start_rtd="answered"',
      sdp: options.sdp ?? offer(),
    },
  );
}

/** An offer of G.711 µ-law with keys. */
export function offer(direction = 'sendrecv', codecs: 'pcmu' | 'pcma' = 'pcmu'): readonly string[] {
  const codec = codecs === 'pcmu' ? ['0', 'PCMU'] : ['8', 'PCMA'];
  return [
    'v=0',
    'o=caller 53655765 2353687637 IN IP[local_ip_type] [local_ip]',
    's=-',
    'c=IN IP[media_ip_type] [media_ip]',
    't=0 0',
    `m=audio [rtpstream_audio_port] RTP/AVP ${codec[0]} 101`,
    `a=rtpmap:${codec[0]} ${codec[1]}/8000`,
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-16',
    'a=ptime:20',
    `a=${direction}`,
  ];
}

export function ack(cseq = 1): string {
  return send(['ACK [next_url] SIP/2.0', ...inDialogHeaders('ACK', cseq)]);
}

export function bye(cseq = 2): string {
  return send(['BYE [next_url] SIP/2.0', ...inDialogHeaders('BYE', cseq)], { attributes: 'retrans="500"' });
}

/** An answer to the request that came last. */
export function answer(
  status: number,
  reason: string,
  options: { readonly sdp?: boolean; readonly headers?: readonly string[]; readonly attributes?: string } = {},
): string {
  return send(
    [
      `SIP/2.0 ${status} ${reason}`,
      '[last_Via:]',
      '[last_From:]',
      '[last_To:];tag=[pid]SIPpTag[call_number]',
      '[last_Call-ID:]',
      '[last_CSeq:]',
      '[last_Record-Route:]',
      'Contact: <sip:callee@[local_ip]:[local_port];transport=[transport]>',
      ...(options.headers ?? []),
    ],
    {
      attributes: options.attributes ?? (options.sdp === true ? 'retrans="500"' : ''),
      ...(options.sdp === true ? { sdp: calleeSdp } : {}),
    },
  );
}

export function send(
  lines: readonly string[],
  options: { readonly attributes?: string; readonly sdp?: readonly string[] } = {},
): string {
  const { attributes = '', sdp } = options;
  const body =
    sdp === undefined ? ['Content-Length: 0'] : ['Content-Type: application/sdp', 'Content-Length: [len]', '', ...sdp];
  return `<send ${attributes}><![CDATA[\n${[...lines, ...body].join('\n')}\n\n]]></send>`;
}

export function requestHeaders(method: string, cseq: number): readonly string[] {
  return [
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];rport;branch=[branch]',
    'From: "Caller [call_number]" <sip:caller@[local_ip]:[local_port]>;tag=[pid]SIPpTag[call_number]',
    'To: <sip:[service]@[remote_ip]:[remote_port]>',
    'Call-ID: [call_id]',
    `CSeq: ${cseq} ${method}`,
    'Contact: <sip:caller@[local_ip]:[local_port];transport=[transport]>',
    'Max-Forwards: 70',
  ];
}

export function inDialogHeaders(method: string, cseq: number): readonly string[] {
  return [
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];rport;branch=[branch]',
    ...dialogHeaders(),
    `CSeq: ${cseq} ${method}`,
    'Contact: <sip:caller@[local_ip]:[local_port];transport=[transport]>',
    '[routes]',
    'Max-Forwards: 70',
  ];
}

function dialogHeaders(): readonly string[] {
  return [
    'From: "Caller [call_number]" <sip:caller@[local_ip]:[local_port]>;tag=[pid]SIPpTag[call_number]',
    'To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]',
    'Call-ID: [call_id]',
  ];
}

const calleeSdp = [
  'v=0',
  'o=callee 53655765 2353687637 IN IP[local_ip_type] [local_ip]',
  's=-',
  'c=IN IP[media_ip_type] [media_ip]',
  't=0 0',
  'm=audio [media_port] RTP/AVP 0',
  'a=rtpmap:0 PCMU/8000',
];
