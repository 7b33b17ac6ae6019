import { header, headersNamed } from '../message/headers.ts';
import { parseSipMessage } from '../message/parse-message.ts';
import type { SipMessage, SipPeer, SipRequest, SipResponse } from '../message/sip-message.ts';
import { makeResponse, type ResponseOptions } from '../transaction/make-message.ts';
import { cseqOf } from '../transaction/read-message.ts';
import type { SipTransport } from '../transport/sip-transport.ts';
import { peerAt, type Stage } from './stage.ts';

/** A telephone that says exactly what a test makes it say, and answers nothing by itself. */
export interface HandMade {
  readonly address: string;
  /** Everything that came, in order, repetitions too. */
  readonly received: readonly SipMessage[];
  readonly requests: (method: string) => readonly SipRequest[];
  /** Answers to requests of that method; 100 aside. */
  readonly responses: (method: string) => readonly SipResponse[];
  /** A message by its text: lines without their ends, the body after an empty one. Via, Max-Forwards and Content-Length are added. */
  say(to: string, text: string): void;
  answer(request: SipRequest, status: number, options?: ResponseOptions): void;
}

export async function createHandMade(stage: Stage, address: string): Promise<HandMade> {
  const received: SipMessage[] = [];
  const open = stage.network.open(address);
  const transport: SipTransport = await open({
    onMessage: (message) => received.push(message),
    onError(error) {
      throw error;
    },
  });
  let branches = 0;
  const send = (message: SipMessage, peer: SipPeer) => void transport.send(message, peer);
  return {
    address,
    received,
    requests: (method) =>
      received.filter((message) => message.kind === 'request').filter((message) => message.method === method),
    responses: (method) =>
      received
        .filter((message) => message.kind === 'response')
        .filter((message) => message.status > 100 && cseqOf(message)?.method === method),
    say(to, text) {
      const [head = '', body = ''] = text.trim().split(/\n\s*\n/);
      const [start = '', ...lines] = head.split('\n').map((line) => line.trim());
      branches += 1;
      const via = /^Via:/m.test(head) ? [] : [`Via: SIP/2.0/UDP ${address}:5060;branch=z9hG4bKhand${branches};rport`];
      const bytes = body === '' ? '' : `${body.trim().split(/\n\s*/).join('\r\n')}\r\n`;
      const added = [
        ...via,
        ...(/^Max-Forwards:/m.test(head) ? [] : ['Max-Forwards: 70']),
        `Content-Length: ${bytes.length}`,
      ];
      const parsed = parseSipMessage(Buffer.from([start, ...added, ...lines, '', bytes].join('\r\n')));
      if (parsed.type === 'malformed') throw new Error(`The test's own message is malformed: ${parsed.detail}`);
      send(parsed.message, peerAt(to));
    },
    answer(request, status, options = {}) {
      const via = /^SIP\/2\.0\/\w+ ([^:;]+)/.exec(headersNamed(request.headers, 'Via')[0] ?? '')?.[1] ?? '';
      send(makeResponse(request, status, options), peerAt(via));
    },
  };
}

/** The lines by which a hand-made telephone calls `u2` at that address. */
export function inviteText(from: string, to: string, more: readonly string[] = [], sdp = sdpOf(from)): string {
  const withBody = sdp === '' ? '' : `Content-Type: application/sdp\n\n${sdp}`;
  return [
    `INVITE sip:u2@${to} SIP/2.0`,
    `From: <sip:hand@${from}>;tag=hand`,
    `To: <sip:u2@${to}>`,
    'Call-ID: call-1',
    'CSeq: 10 INVITE',
    `Contact: <sip:hand@${from}:5060>`,
    ...more,
    withBody,
  ].join('\n');
}

/** A request of the hand-made telephone within the dialog that this answer began. */
export function inDialogText(
  method: string,
  answer: SipMessage,
  from: string,
  to: string,
  more: readonly string[] = [],
): string {
  const hasNumber = more.some((line) => line.startsWith('CSeq'));
  return [
    `${method} sip:${to}:5060 SIP/2.0`,
    `From: ${header(answer.headers, 'From')}`,
    `To: ${header(answer.headers, 'To')}`,
    'Call-ID: call-1',
    ...(hasNumber ? [] : [`CSeq: 11 ${method}`]),
    `Contact: <sip:hand@${from}:5060>`,
    ...more,
  ].join('\n');
}

export function sdpOf(address: string, direction = 'sendrecv', port = 4000): string {
  return `v=0
o=- 1 1 IN IP4 ${address}
s=-
c=IN IP4 ${address}
t=0 0
m=audio ${port} RTP/AVP 0
a=${direction}`;
}
