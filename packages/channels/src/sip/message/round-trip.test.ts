import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalHeaderName, isListHeader, isSingleHeader } from './header-names.ts';
import { type NameAddr, parseNameAddr, writeNameAddr } from './name-addr.ts';
import { parseParams, writeParams } from './params.ts';
import { parseSipMessage } from './parse-message.ts';
import type { SipHeader, SipMessage } from './sip-message.ts';
import { parseUri, type SipUri, writeUri } from './uri.ts';
import { parseVia, type Via, writeVia } from './via.ts';
import { writeSipMessage } from './write-message.ts';

const token = fc.stringMatching(/^[A-Za-z0-9\-.!%*_+`'~]{1,12}$/);
const lowerToken = token.map((text) => text.toLowerCase());
/** Whatever may be said within quotes; line ends cannot. */
const words = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replace(/[\r\n]/g, ''));
const someText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => text.isWellFormed());
const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.constantFrom('2001:db8::1', '::1', '::ffff:192.0.2.1', 'localhost', 'a_b.example'),
);
const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });

const headerParams = fc.uniqueArray(fc.record({ name: lowerToken, value: fc.option(words, { nil: undefined }) }), {
  selector: ({ name }) => name,
  maxLength: 4,
});
const uriParams = fc.uniqueArray(
  fc.record({ name: someText.map((text) => text.toLowerCase()), value: fc.option(someText, { nil: undefined }) }),
  { selector: ({ name }) => name, maxLength: 4 },
);

const sipUri: fc.Arbitrary<SipUri> = fc
  .record({
    kind: fc.constant('sip' as const),
    secure: fc.boolean(),
    user: fc.option(someText, { nil: undefined }),
    password: fc.option(someText, { nil: undefined }),
    host: host.map((text) => text.toLowerCase()),
    port,
    params: uriParams,
    headers: fc.array(fc.record({ name: someText, value: someText }), { maxLength: 3 }),
  })
  .map((uri) => (uri.user === undefined ? { ...uri, password: undefined } : uri));

test('a URI that was written is read as it was', () => {
  fc.assert(fc.property(sipUri, (uri) => void expect(parseUri(writeUri(uri))).toEqual(uri)));
});

test('parameters that were written are read as they were, whatever they say', () => {
  fc.assert(fc.property(headerParams, (params) => void expect(parseParams(writeParams(params))).toEqual(params)));
});

test('a name with an address that was written is read as it was, whatever the name', () => {
  const nameAddr: fc.Arbitrary<NameAddr> = fc.record({
    displayName: fc.option(words, { nil: undefined }),
    uri: sipUri.map(writeUri),
    params: headerParams,
  });
  fc.assert(fc.property(nameAddr, (value) => void expect(parseNameAddr(writeNameAddr(value))).toEqual(value)));
});

test('a Via that was written is read as it was', () => {
  const via: fc.Arbitrary<Via> = fc.record({
    transport: fc.constantFrom('UDP', 'TCP', 'TLS', 'WSS'),
    host: host.map((text) => text.toLowerCase()),
    port,
    params: headerParams,
  });
  fc.assert(fc.property(via, (value) => void expect(parseVia(writeVia(value))).toEqual(value)));
});

test('a message that was written is read as it was', () => {
  const unknownHeader: fc.Arbitrary<SipHeader> = fc
    .record({ name: token, value: words.map((text) => text.trim()) })
    .filter(({ name }) => canonicalHeaderName(name) === name && !isListHeader(name) && !isSingleHeader(name));
  const message: fc.Arbitrary<SipMessage> = fc
    .record({
      isRequest: fc.boolean(),
      method: token,
      uri: sipUri.map((uri) => writeUri({ ...uri, headers: [] })),
      status: fc.integer({ min: 100, max: 699 }),
      reason: words,
      from: fc.record({ displayName: words, uri: sipUri.map(writeUri), params: headerParams }).map(writeNameAddr),
      branch: token,
      others: fc.array(unknownHeader, { maxLength: 6 }),
      body: fc.uint8Array({ maxLength: 200 }),
    })
    .map(({ isRequest, method, uri, status, reason, from, branch, others, body }) => {
      const headers: SipHeader[] = [
        { name: 'Via', value: `SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK${branch}` },
        { name: 'From', value: from },
        { name: 'To', value: '<sip:b@example.com>' },
        { name: 'Call-ID', value: 'x@y' },
        { name: 'CSeq', value: `7 ${method}` },
        ...others,
        { name: 'Content-Length', value: String(body.length) },
      ];
      return isRequest
        ? { kind: 'request', method, uri, headers, body }
        : { kind: 'response', status, reason, headers, body };
    });
  fc.assert(
    fc.property(message, (value) => {
      const parsed = parseSipMessage(writeSipMessage(value));
      if (parsed.type !== 'message') throw new Error(parsed.detail);
      expect({ ...parsed.message, body: [...parsed.message.body] }).toEqual({ ...value, body: [...value.body] });
    }),
  );
});

test('no value can end its header, whatever it holds', () => {
  const nasty = fc
    .array(fc.constantFrom('\r', '\n', '\r\n', 'X: y', ' ', 'a'), { maxLength: 8 })
    .map((some) => some.join(''));
  fc.assert(
    fc.property(nasty, nasty, (value, reason) => {
      const headers = [{ name: 'Subject', value }];
      const text = writeSipMessage({
        kind: 'response',
        status: 200,
        reason,
        headers,
        body: new Uint8Array(0),
      }).toString();
      expect(text.split('\r\n')).toHaveLength(5);
      expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    }),
  );
});
