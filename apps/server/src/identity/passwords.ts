import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { WireError } from '@parley/contract/errors.ts';
import { z } from 'zod';

export interface PasswordOptions {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
  /** Hashes at once; each holds a thread of Node's pool of four and `memoryKib`. */
  readonly maxAtOnce: number;
  /** Hashes that may wait; beyond, whoever asks is told to try again. */
  readonly maxWaiting: number;
}

export const passwordDefaults: PasswordOptions = {
  // OWASP's recommendation for argon2id: 19 MiB, two passes, one lane. 26 ms on the machine it was written on.
  memoryKib: 19_456,
  passes: 2,
  parallelism: 1,
  // Two of four threads: files and name look-ups share that pool.
  maxAtOnce: 2,
  // About half a second of work: longer than that, nobody waits.
  maxWaiting: 32,
};

export interface Passwords {
  /** Argon2id in PHC form. @throws WireError `too_many_attempts` when too many wait */
  hash(password: string): Promise<string>;
  /**
   * Whether it is the password. Without a hash (an address that nobody has) it takes as long and says no.
   * @throws WireError `too_many_attempts` when too many wait
   */
  verify(hash: string | undefined, password: string): Promise<boolean>;
  /** Whether the hash was made with weaker or other settings than today's. */
  needsRehash(hash: string): boolean;
}

const tagBytes = 32;
const saltBytes = 16;

/** Hashes off the event loop, few at once. */
export function createPasswords(options: PasswordOptions = passwordDefaults): Passwords {
  const line = createLine(options.maxAtOnce, options.maxWaiting);
  const today = { memoryKib: options.memoryKib, passes: options.passes, parallelism: options.parallelism };
  const derive = (password: string, { salt, memoryKib, passes, parallelism }: Omit<Phc, 'tag'>, tagLength: number) =>
    line(
      () =>
        new Promise<Buffer>((resolve, reject) => {
          const message = password.normalize('NFKC');
          const cost = { parallelism, tagLength, memory: memoryKib, passes };
          argon2('argon2id', { message, nonce: salt, ...cost }, (error, tag) =>
            error === null ? resolve(tag) : reject(error),
          );
        }),
    );
  const nobody: Phc = { ...today, salt: randomBytes(saltBytes), tag: randomBytes(tagBytes) };
  return {
    hash: async (password) => {
      const salt = randomBytes(saltBytes);
      return write({ ...today, salt, tag: await derive(password, { ...today, salt }, tagBytes) });
    },
    verify: async (hash, password) => {
      const phc = hash === undefined ? nobody : read(hash);
      const tag = await derive(password, phc, phc.tag.length);
      return timingSafeEqual(tag, phc.tag) && hash !== undefined;
    },
    needsRehash: (hash) => {
      const { memoryKib, passes, parallelism } = read(hash);
      return memoryKib !== today.memoryKib || passes !== today.passes || parallelism !== today.parallelism;
    },
  };
}

/** What a PHC string of argon2id says. */
interface Phc {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

function write({ memoryKib, passes, parallelism, salt, tag }: Phc): string {
  const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${parallelism}$${text(salt)}$${text(tag)}`;
}

// Bounds: what somebody else wrote into the column must not take the machine.
const costSchema = z.coerce.number().int().min(1).max(1_048_576);

function read(hash: string): Phc {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]{11,86})\$([\w+/]{16,86})$/.exec(hash);
  if (match === null) throw new Error('A stored password hash is not argon2id in PHC form.');
  const [, memoryKib, passes, parallelism, salt = '', tag = ''] = match;
  return {
    memoryKib: costSchema.parse(memoryKib),
    passes: costSchema.parse(passes),
    parallelism: costSchema.parse(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

/** At most so many at once; the others wait in line, and not too many of them. */
function createLine(maxAtOnce: number, maxWaiting: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= maxAtOnce) {
      if (waiting.length >= maxWaiting) throw new WireError('too_many_attempts');
      // Whoever is done hands its place on: the count stays.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
