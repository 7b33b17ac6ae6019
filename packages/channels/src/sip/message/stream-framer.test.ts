import { expect, test } from 'vitest';
import { createSipFramer, type FramedSip } from './stream-framer.ts';
import { USUAL_MESSAGES } from './testing/usual-messages.ts';

const essence = (framed: readonly FramedSip[]) =>
  framed.map((each) =>
    each.type === 'message' ? each.bytes.toString() : each.type === 'broken' ? each.fault.problem : each.type,
  );

const OPTIONS = 'OPTIONS sip:a@b SIP/2.0\r\nContent-Length : 2\r\n\r\nhi';

test('messages come whole, in order, however the stream is cut', () => {
  const stream = Buffer.concat(USUAL_MESSAGES);
  for (const size of [1, 2, 3, 7, 100, 1_000, stream.length]) {
    const framer = createSipFramer();
    const framed: FramedSip[] = [];
    for (let at = 0; at < stream.length; at += size) framed.push(...framer.push(stream.subarray(at, at + size)));
    expect(essence(framed)).toEqual(USUAL_MESSAGES.map(String));
    expect(framer.isInsideMessage).toBe(false);
  }
});

test('what is given is not overwritten by what comes after', () => {
  const framer = createSipFramer();
  const chunk = Buffer.from(OPTIONS);
  const [first] = framer.push(chunk);
  chunk.fill(0x78);
  framer.push(Buffer.from('x'.repeat(5_000)));
  expect(first && essence([first])).toEqual([OPTIONS]);
});

test('two line ends between messages are a question, one the answer to ours', () => {
  const framer = createSipFramer();
  expect(essence(framer.push(Buffer.from('\r\n')))).toEqual([]);
  expect(essence(framer.push(Buffer.from('\r\n')))).toEqual(['ping']);
  framer.expectPong();
  expect(essence(framer.push(Buffer.from(`\r\n${OPTIONS}\r\n${OPTIONS}\r\n\r\n`)))).toEqual([
    'pong',
    OPTIONS,
    OPTIONS,
    'ping',
  ]);
});

test('a flood of line ends is answered once', () => {
  expect(essence(createSipFramer().push(Buffer.from('\r\n'.repeat(30_000))))).toEqual(['ping']);
});

test.each([
  ['no length', 'OPTIONS sip:a@b SIP/2.0\r\n\r\n', 'content_length'],
  ['a length that is no number', 'OPTIONS sip:a@b SIP/2.0\r\nl: two\r\n\r\n', 'content_length'],
  ['two lengths', 'OPTIONS sip:a@b SIP/2.0\r\nl: 2\r\nContent-Length: 3\r\n\r\n', 'repeated_header'],
  ['more than fits', 'OPTIONS sip:a@b SIP/2.0\r\nl: 65536\r\n\r\n', 'too_large'],
  ['headers without end', `OPTIONS sip:a@b SIP/2.0\r\nX: ${'x'.repeat(70_000)}`, 'too_large'],
])('a message with %s breaks the stream off, and nothing after it is believed', (_what, text, problem) => {
  const framer = createSipFramer();
  expect(essence(framer.push(Buffer.from(text)))).toEqual([problem]);
  expect(framer.push(Buffer.from(OPTIONS))).toEqual([]);
});

test('a length in a folded line counts, one within a value does not', () => {
  const text = 'OPTIONS sip:a@b SIP/2.0\r\nSubject: x\r\n l: 9\r\nl:\r\n 2\r\n\r\nhi';
  expect(essence(createSipFramer().push(Buffer.from(text)))).toEqual([text]);
});

test('a message of 64 kB that comes byte by byte takes no longer than it must', () => {
  const text = `OPTIONS sip:a@b SIP/2.0\r\nX: ${'x'.repeat(60_000)}\r\nl: 0\r\n\r\n`;
  const framer = createSipFramer();
  const bytes = Buffer.from(text);
  const start = process.threadCpuUsage();
  let framed: readonly FramedSip[] = [];
  for (let at = 0; at < bytes.length; at += 1) framed = framer.push(bytes.subarray(at, at + 1));
  expect(essence(framed)).toEqual([text]);
  expect(process.threadCpuUsage(start).user).toBeLessThan(1_000_000);
});
