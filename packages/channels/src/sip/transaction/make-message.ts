import { createResponse } from '../message/create-response.ts';
import { header, headersNamed } from '../message/headers.ts';
import type { SipHeader, SipRequest, SipResponse } from '../message/sip-message.ts';
import { cseqOf } from './read-message.ts';

const NO_BODY = new Uint8Array(0);
const encoder = new TextEncoder();

export interface Content {
  readonly type: string;
  readonly body: string;
}

export interface ResponseOptions {
  readonly reason?: string;
  /** Ours, in To, where theirs has none (everything but 100). */
  readonly toTag?: string;
  /** Besides those that every response takes over from the request. */
  readonly headers?: readonly SipHeader[];
  readonly content?: Content;
}

/** As `createResponse`, with Record-Route taken over where the answer may begin a dialog, and with its body. */
export function makeResponse(request: SipRequest, status: number, options: ResponseOptions = {}): SipResponse {
  const { reason, toTag } = options;
  const routes = status > 100 && status < 300 ? headersNamed(request.headers, 'Record-Route') : [];
  const headers = [...routes.map(named('Record-Route')), ...(options.headers ?? [])];
  const body = addContent(headers, options.content);
  return createResponse(request, status, {
    headers,
    body,
    ...(reason === undefined ? {} : { reason }),
    ...(toTag === undefined ? {} : { toTag }),
  });
}

/** To what end a request of ours is made anew: hop by hop, with the same top Via (§9.1, §17.1.1.3). */
function hopByHop(invite: SipRequest, method: 'ACK' | 'CANCEL', to: string): SipRequest {
  const [via = ''] = headersNamed(invite.headers, 'Via');
  const headers: SipHeader[] = [
    { name: 'Via', value: via },
    ...headersNamed(invite.headers, 'Route').map(named('Route')),
    { name: 'Max-Forwards', value: '70' },
    { name: 'From', value: header(invite.headers, 'From') ?? '' },
    { name: 'To', value: to },
    { name: 'Call-ID', value: header(invite.headers, 'Call-ID') ?? '' },
    { name: 'CSeq', value: `${cseqOf(invite)?.sequence} ${method}` },
  ];
  return { kind: 'request', method, uri: invite.uri, headers, body: NO_BODY };
}

/** The ACK to an answer of 300 and above; that to 2xx is a request of the dialog. */
export function ackForRefusal(invite: SipRequest, response: SipResponse): SipRequest {
  return hopByHop(invite, 'ACK', header(response.headers, 'To') ?? '');
}

export function cancelFor(invite: SipRequest): SipRequest {
  return hopByHop(invite, 'CANCEL', header(invite.headers, 'To') ?? '');
}

/** A request with its body; Via is put on top by whoever sends it. */
export function makeRequest(method: string, uri: string, headers: readonly SipHeader[], content?: Content): SipRequest {
  const all = [...headers];
  const body = addContent(all, content);
  return { kind: 'request', method, uri, headers: all, body };
}

export function bodyText(message: SipRequest | SipResponse): string {
  return new TextDecoder().decode(message.body);
}

function addContent(headers: SipHeader[], content: Content | undefined): Uint8Array {
  const body = content === undefined ? NO_BODY : encoder.encode(content.body);
  if (content !== undefined) headers.push({ name: 'Content-Type', value: content.type });
  return body;
}

function named(name: string): (value: string) => SipHeader {
  return (value) => ({ name, value });
}
