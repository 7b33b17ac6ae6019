import { expect, test } from 'vitest';
import { createResponse, tagOf } from './create-response.ts';
import { parseTokens } from './fields.ts';
import { header, headersNamed } from './headers.ts';
import type { SipProblem } from './malformed.ts';
import { parseNameAddr } from './name-addr.ts';
import { param } from './params.ts';
import { parseSipMessage } from './parse-message.ts';
import { parseCSeq } from './sequence.ts';
import type { SipMessage, SipRequest } from './sip-message.ts';
import { readTorture, tortureNames } from './torture/read-torture.ts';
import { parseUri } from './uri.ts';
import { parseVia, viaBranch } from './via.ts';
import { writeSipMessage } from './write-message.ts';

/** RFC 4475 §3.1.1, §3.2–3.4: what a parser must take; what is wrong with some is for the layers above to say. */
const READABLE: readonly string[] = [
  ...['wsinv', 'intmeth', 'esc01', 'escnull', 'esc02', 'lwsdisp', 'longreq', 'dblreq', 'semiuri', 'transports'],
  ...['mpart01', 'unreason', 'noreason'],
  // §3.1.2.12, 13 and 15: to be refused, or taken by whoever sees what is meant.
  ...['baddate', 'badaspec', 'baddn'],
  ...['badbranch', 'unkscm', 'novelsc', 'unksm2', 'bext01', 'invut', 'regaut01', 'bcast', 'zeromf'],
  ...['cparam01', 'cparam02', 'regescrt', 'sdp01', 'inv2543'],
];

/** What must be refused: with which problem, with which status, and whether an answer can be built. */
const REFUSED: readonly (readonly [string, SipProblem, number, 'answered' | 'dropped'])[] = [
  ['badinv01', 'bad_header', 400, 'answered'],
  ['clerr', 'content_length', 400, 'answered'],
  ['ncl', 'content_length', 400, 'answered'],
  ['scalar02', 'bad_header', 400, 'answered'],
  ['scalarlg', 'bad_header', 400, 'dropped'],
  ['quotbal', 'bad_header', 400, 'answered'],
  ['ltgtruri', 'request_uri', 400, 'answered'],
  ['lwsruri', 'request_uri', 400, 'answered'],
  ['lwsstart', 'start_line', 400, 'answered'],
  ['trws', 'start_line', 400, 'answered'],
  ['escruri', 'request_uri', 400, 'answered'],
  ['regbadct', 'bad_header', 400, 'answered'],
  ['badvers', 'version', 505, 'answered'],
  ['mismatch01', 'method_mismatch', 400, 'answered'],
  ['mismatch02', 'method_mismatch', 400, 'answered'],
  ['bigcode', 'status', 400, 'dropped'],
  ['insuf', 'missing_header', 400, 'answered'],
  ['multi01', 'repeated_header', 400, 'answered'],
  ['mcl01', 'repeated_header', 400, 'answered'],
];

test('every torture message of RFC 4475 has its verdict', () => {
  const judged = [...READABLE, ...REFUSED.map(([name]) => name)].sort();
  expect(judged).toEqual([...tortureNames()].sort());
  expect(judged).toHaveLength(49);
});

test.each(READABLE)('%s is read', (name) => {
  const message = read(name);
  for (const needed of ['Via', 'From', 'To', 'Call-ID', 'CSeq']) expect(header(message.headers, needed)).toBeDefined();
});

test.each(READABLE)('%s means the same after it was written and read again', (name) => {
  const message = read(name);
  const again = parseSipMessage(writeSipMessage(message));
  if (again.type !== 'message') throw new Error(again.detail);
  const withoutLength = ({ headers, ...rest }: SipMessage) => ({
    ...rest,
    body: Buffer.from(rest.body),
    headers: headers.filter((each) => each.name !== 'Content-Length'),
  });
  expect(withoutLength(again.message)).toEqual(withoutLength(message));
});

test.each(REFUSED)('%s is refused for %s with %i and %s', (name, problem, status, what) => {
  const parsed = parseSipMessage(readTorture(name));
  expect(parsed).toMatchObject({ type: 'malformed', problem, status });
  if (parsed.type !== 'malformed') return;
  expect(parsed.request === undefined ? 'dropped' : 'answered').toBe(what);
  if (parsed.request === undefined) return;
  const answer = createResponse(parsed.request, parsed.status, { reason: parsed.detail, toTag: 'x' });
  expect(header(answer.headers, 'Via')).toBeDefined();
  expect(writeSipMessage(answer).toString()).toMatch(new RegExp(`^SIP/2\\.0 ${status} [A-Za-z0-9/. -]+\r\n`));
});

test('a short tortuous INVITE: folds, spaces, compact names, escapes in quotes', () => {
  const message = read('wsinv');
  expect(message).toMatchObject({ method: 'INVITE', uri: 'sip:vivekg@chair-dnrc.example.com;unknownparam' });
  expect(header(message.headers, 'Max-Forwards')).toBe('0068');
  expect(parseCSeq(header(message.headers, 'CSeq') ?? '')).toEqual({ sequence: 9, method: 'INVITE' });
  expect(tagOf(message.headers, 'To')).toBe('1918181833n');
  expect(tagOf(message.headers, 'From')).toBe('98asjd8');
  expect(parseNameAddr(header(message.headers, 'From') ?? '')?.displayName).toBe('J Rosenberg \\"');
  expect(header(message.headers, 'Subject')).toBe('');
  expect(header(message.headers, 'NewFangledHeader')).toBe('newfangled value continued newfangled value');
  expect(header(message.headers, 'UnknownHeaderWithUnusualValue')).toBe(';;,,;;,;');
  const vias = headersNamed(message.headers, 'Via').map((value) => parseVia(value));
  expect(vias.map((via) => [via?.transport, via?.host, via && param(via.params, 'branch')])).toEqual([
    ['UDP', '192.0.2.2', '390skdjuw'],
    ['TCP', 'spindle.example.com', 'z9hG4bK9ikj8'],
    ['UDP', '192.168.255.111', 'z9hG4bK30239'],
  ]);
  const contact = parseNameAddr(header(message.headers, 'Contact') ?? '');
  expect(contact).toMatchObject({ displayName: 'Quoted string ""', uri: 'sip:jdrosen@example.com' });
  expect(contact?.params).toEqual([
    { name: 'newparam', value: 'newvalue' },
    { name: 'secondparam', value: undefined },
    { name: 'q', value: '0.33' },
  ]);
  const route = parseUri(parseNameAddr(header(message.headers, 'Route') ?? '')?.uri ?? '');
  expect(route).toMatchObject({ host: 'services.example.com', params: [{ name: 'lr' }, {}, {}] });
  expect(message.body).toHaveLength(150);
});

test('a wide range of valid characters', () => {
  const message = request('intmeth');
  expect(message.method).toBe("!interesting-Method0123456789_*+`.%indeed'~");
  expect(parseUri(message.uri)).toMatchObject({
    user: "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
    password: "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)",
    host: 'example.com',
  });
  expect(parseNameAddr(header(message.headers, 'To') ?? '')?.displayName).toBe('BEL:\u0007 NUL:\u0000 DEL:\u007f');
  const from = parseNameAddr(header(message.headers, 'From') ?? '');
  expect(from?.displayName).toBe("token1~` token2'+_ token3*%!.-");
  expect(from && param(from.params, "fromparam''~+*_!.-%")).toBe('работающий');
  expect(tagOf(message.headers, 'From')).toBe("_token~1'+`*%!-.");
});

test('escapes: undone once in URIs, never elsewhere', () => {
  expect(parseUri(request('esc01').uri)).toMatchObject({ user: 'sips:user@example.com', host: 'example.net' });
  const contact = parseNameAddr(header(request('esc01').headers, 'Contact') ?? '');
  expect(contact && parseUri(contact.uri)).toMatchObject({
    user: 'caller',
    params: [
      { name: 'lr', value: undefined },
      { name: 'name', value: 'value%41' },
    ],
  });
  expect(request('esc02').method).toBe('RE%47IST%45R');
  expect(headersNamed(request('esc02').headers, 'Contact')).toHaveLength(2);
  expect(header(request('esc02').headers, 'C%6Fntact')).toBe('<sip:alias2@host2.example.com>');
  const nulls = headersNamed(request('escnull').headers, 'Contact').map((value) => parseNameAddr(value));
  expect(nulls.map((each) => each && parseUri(each.uri))).toMatchObject([{ user: '\0' }, { user: '\0\0' }]);
  expect(parseUri(request('semiuri').uri)).toMatchObject({ user: 'user;par=u@example.net', params: [] });
});

test('parameters belong to the URI within brackets, to the header without', () => {
  const [bare, bracketed] = ['cparam01', 'cparam02'].map((name) =>
    parseNameAddr(header(request(name).headers, 'Contact') ?? ''),
  );
  expect(bare).toMatchObject({ uri: 'sip:+19725552222@gw1.example.net', params: [{ name: 'unknownparam' }] });
  expect(bracketed).toMatchObject({ uri: 'sip:+19725552222@gw1.example.net;unknownparam', params: [] });
});

test('what follows the message in its datagram is cut off', () => {
  const message = request('dblreq');
  expect(message).toMatchObject({ method: 'REGISTER' });
  expect(message.body).toHaveLength(0);
});

test('reason phrases may be strange or empty, bodies binary', () => {
  expect(read('unreason')).toMatchObject({ status: 200, reason: expect.stringMatching(/^= 2\*\*3 \* 5\*\*2 но сто/) });
  expect(read('noreason')).toMatchObject({ status: 100, reason: '' });
  expect(read('mpart01').body).toHaveLength(553);
  expect(Buffer.from(read('mpart01').body).includes(0x82)).toBe(true);
});

test('34 Vias in every writing of the name, of any transport', () => {
  expect(headersNamed(read('longreq').headers, 'Via')).toHaveLength(34);
  const transports = headersNamed(read('transports').headers, 'Via').map((value) => parseVia(value)?.transport);
  expect(transports).toEqual(['UDP', 'SCTP', 'TLS', 'UNKNOWN', 'TCP']);
});

test('what the layers above refuse is there for them to see', () => {
  const via = parseVia(header(read('badbranch').headers, 'Via') ?? '');
  expect(via && viaBranch(via)).toBeUndefined();
  expect(parseUri(request('unkscm').uri)).toMatchObject({ kind: 'other', scheme: 'nobodyknowsthisscheme' });
  expect(parseUri(request('novelsc').uri)).toMatchObject({ kind: 'other', scheme: 'soap.beep' });
  expect(parseTokens(read('bext01').headers, 'Require')).toEqual(['nothingSupportsThis', 'nothingSupportsThisEither']);
  expect(header(read('zeromf').headers, 'Max-Forwards')).toBe('0');
  expect(header(read('regaut01').headers, 'Authorization')).toBe('NoOneKnowsThisScheme opaque-data=here');
  expect(headersNamed(read('bcast').headers, 'Via')).toHaveLength(2);
});

function read(name: string): SipMessage {
  const parsed = parseSipMessage(readTorture(name));
  if (parsed.type !== 'message') throw new Error(`${name} was refused: ${parsed.detail}`);
  return parsed.message;
}

function request(name: string): SipRequest {
  const message = read(name);
  if (message.kind !== 'request') throw new Error(`${name} is no request`);
  return message;
}
