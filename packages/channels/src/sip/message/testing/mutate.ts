/** Damages a message as networks, attackers and bad programs do. The same random numbers give the same damage. */
export function mutate(message: Uint8Array, others: readonly Uint8Array[], random: () => number): Buffer {
  let bytes: Buffer = Buffer.from(message);
  // Most are damaged once, and lightly: these reach further into whoever reads them.
  const times = random() < 0.7 ? 1 : 2 + Math.floor(random() * 3);
  for (let round = 0; round < times; round += 1) bytes = pick(DAMAGES, random)(bytes, others, random);
  return bytes;
}

/** A generator of numbers from 0 to below 1 that a seed determines (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Damage = (bytes: Buffer, others: readonly Uint8Array[], random: () => number) => Buffer;

const DAMAGES: readonly Damage[] = [
  (bytes, _others, random) => {
    for (let flips = random() < 0.6 ? 1 : 2 + Math.floor(random() * 8); flips > 0 && bytes.length > 0; flips -= 1) {
      const at = Math.floor(random() * bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    }
    return bytes;
  },
  // Cut short, or from the middle.
  (bytes, _others, random) => bytes.subarray(0, Math.floor(random() * (bytes.length + 1))),
  (bytes, _others, random) => {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  // One's beginning with another's end.
  (bytes, others, random) => {
    const other = pick(others, random);
    const cut = Math.floor(random() * (bytes.length + 1));
    return Buffer.concat([bytes.subarray(0, cut), other.subarray(Math.floor(random() * (other.length + 1)))]);
  },
  // A line again, a few times or very often.
  (bytes, _others, random) => {
    const lines = bytes.toString('latin1').split('\r\n');
    const at = Math.floor(random() * lines.length);
    const times = random() < 0.1 ? 500 : 1 + Math.floor(random() * 3);
    lines.splice(at, 0, ...new Array<string>(times).fill(lines[at] ?? ''));
    return Buffer.from(lines.join('\r\n').slice(0, MAX_BYTES), 'latin1');
  },
  // Other numbers.
  (bytes, _others, random) => {
    const text = bytes.toString('latin1');
    return Buffer.from(
      text.replace(/\d+/g, (digits) => (random() < 0.2 ? pick(NUMBERS, random) : digits)),
      'latin1',
    );
  },
  // Something that has a meaning somewhere.
  (bytes, _others, random) => {
    const at = Math.floor(random() * (bytes.length + 1));
    const piece = pick(PIECES, random).repeat(random() < 0.05 ? 2_000 : 1);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(piece, 'latin1'), bytes.subarray(at)]).subarray(
      0,
      MAX_BYTES,
    );
  },
  // Bytes of no meaning at all.
  (bytes, _others, random) => {
    const [from, to] = range(bytes, random);
    for (let at = from; at < Math.min(to, from + 64); at += 1) bytes[at] = Math.floor(random() * 256);
    return bytes;
  },
];

const MAX_BYTES = 80_000;

const NUMBERS = [
  '0',
  '-1',
  '00000',
  '4294967296',
  '9999999999999999999999999',
  '1e309',
  '65536',
  '2147483648',
  '9'.repeat(300),
];

const PIECES = [
  ...[
    '\r\n',
    '\n',
    '\r',
    '\r\n\r\n',
    '\r\n ',
    '\t',
    ' ',
    '"',
    '\\',
    '\\"',
    '<',
    '>',
    ';',
    ';;',
    ',',
    ',,',
    ':',
    '=',
    '@',
    '?',
    '&',
  ],
  ...[
    '%',
    '%0',
    '%zz',
    '%00',
    '%ff%fe',
    '[',
    ']',
    '[::',
    '*',
    '\0',
    '\xc3',
    '\xff\xfe',
    '\xed\xa0\x80',
    '\xf0\x9f\x98\x80',
    '(',
    ')',
  ],
  ...[
    'SIP/2.0',
    'sip:',
    'sips:',
    'tel:',
    'Via: ',
    'Contact: *\r\n',
    'Content-Length: 5\r\n',
    'l: 0\r\n',
    ';tag=',
    ';rport',
    'z9hG4bK',
  ],
];

function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('There is nothing to pick from');
  return item;
}

function range(bytes: Buffer, random: () => number): readonly [number, number] {
  const from = Math.floor(random() * (bytes.length + 1));
  return [from, from + Math.floor(random() * (bytes.length - from + 1))];
}
