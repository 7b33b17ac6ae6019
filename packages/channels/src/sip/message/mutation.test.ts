import { expect, test } from 'vitest';
import { parseDeltaSeconds, parseReplaces, parseRetryAfter, parseSessionExpires, parseTokens } from './fields.ts';
import { parseNameAddr } from './name-addr.ts';
import { parseSipMessage } from './parse-message.ts';
import { parseRAck } from './sequence.ts';
import { createSipFramer } from './stream-framer.ts';
import { mutate, seededRandom } from './testing/mutate.ts';
import { USUAL_MESSAGES } from './testing/usual-messages.ts';
import { readTorture, tortureNames } from './torture/read-torture.ts';
import { parseUri, writeUri } from './uri.ts';
import { parseVia } from './via.ts';
import { writeSipMessage } from './write-message.ts';

const SOURCES: readonly Buffer[] = [...tortureNames().map(readTorture), ...USUAL_MESSAGES];
const MESSAGES = 100_000;
/** What one may take at worst of the processor: many times what any needs. */
const MAX_MESSAGE_MS = 200;
const SEED = 4475;

test(`${MESSAGES} damaged messages are read or refused, each at once, and nothing of them stays`, () => {
  const random = seededRandom(SEED);
  let read = 0;
  let slowestMs = 0;
  const heapBefore = process.memoryUsage().heapUsed;
  for (let at = 0; at < MESSAGES; at += 1) {
    const bytes = mutate(SOURCES[at % SOURCES.length] ?? Buffer.alloc(0), SOURCES, random);
    const startMs = cpuMs();
    const parsed = parseSipMessage(bytes);
    slowestMs = Math.max(slowestMs, cpuMs() - startMs);
    if (parsed.type === 'malformed') {
      expect(parsed.detail).toMatch(/^[A-Z][A-Za-z0-9 /.<>-]+$/);
      continue;
    }
    read += 1;
    const again = parseSipMessage(writeSipMessage(parsed.message));
    if (again.type !== 'message')
      throw new Error(`Message ${at} of seed ${SEED} is not read after it was written: ${again.detail}`);
  }
  // Most damage spoils a message, not all does: a parser that takes or refuses everything is none.
  expect(read).toBeGreaterThan(MESSAGES * 0.05);
  expect(read).toBeLessThan(MESSAGES * 0.7);
  expect(slowestMs).toBeLessThan(MAX_MESSAGE_MS);
  expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(200 * 1_048_576);
}, 60_000);

test('damaged values of headers are read or refused, each at once', () => {
  const random = seededRandom(SEED + 1);
  const values = [
    '"A. G. Bell" <sip:agb@bell-telephone.com;transport=tcp?Replaces=x%40y>;tag=a48s;q=0.5',
    'SIP / 2.0 / UDP first.example.com: 4000;ttl=16;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1',
    'sips:alice:secret@[2001:db8::1]:5061;lr;x=%20?Subject=a&Route=%3Csip:b%3E',
    'tel:+1-201-555-0123;phone-context=example.com',
    '98732@example.com;from-tag=r33th4x0r;to-tag=ff87ff;early-only',
    '18000 (I am in a meeting);duration=3600',
    '776656 1 INVITE',
    '1800;refresher=uas',
  ].map((text) => Buffer.from(text));
  let slowestMs = 0;
  for (let at = 0; at < 20_000; at += 1) {
    const text = mutate(values[at % values.length] ?? Buffer.alloc(0), values, random).toString('utf8');
    const startMs = cpuMs();
    for (const readValue of [parseNameAddr, parseVia, parseReplaces, parseRetryAfter, parseRAck]) readValue(text);
    for (const readValue of [parseSessionExpires, parseDeltaSeconds]) readValue(text);
    parseTokens([{ name: 'Supported', value: text }], 'Supported');
    const uri = parseUri(text);
    if (uri !== undefined) expect(parseUri(writeUri(uri))).toEqual(uri);
    slowestMs = Math.max(slowestMs, cpuMs() - startMs);
  }
  expect(slowestMs).toBeLessThan(MAX_MESSAGE_MS);
}, 30_000);

test('a damaged stream is cut into messages or broken off, in the same way however it is cut into chunks', () => {
  const random = seededRandom(SEED + 2);
  for (let round = 0; round < 1_000; round += 1) {
    const some = [0, 1, 2].map((at) => SOURCES[(round + at * 17) % SOURCES.length] ?? Buffer.alloc(0));
    const stream = mutate(Buffer.concat(some), SOURCES, random);
    const whole = createSipFramer().push(stream);
    const framer = createSipFramer();
    const pieces: ReturnType<typeof framer.push>[number][] = [];
    for (let at = 0; at < stream.length; ) {
      const size = 1 + Math.floor(random() * 200);
      pieces.push(...framer.push(stream.subarray(at, at + size)));
      at += size;
    }
    const essence = (framed: readonly (typeof pieces)[number][]) =>
      framed
        .filter(({ type }) => type === 'message')
        .map((each) => ('bytes' in each ? each.bytes.toString('latin1') : ''));
    expect(essence(pieces)).toEqual(essence(whole));
    expect(pieces.some(({ type }) => type === 'broken')).toBe(whole.some(({ type }) => type === 'broken'));
  }
}, 30_000);

/** Time of this thread alone, so that a machine that does other things too changes nothing. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
