import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createPasswords, passwordDefaults } from './passwords.ts';

const light = { ...passwordDefaults, memoryKib: 64, passes: 1 };

it('knows a password again and no other, and never writes the same hash twice', async () => {
  const passwords = createPasswords();
  const [a, b] = await Promise.all([passwords.hash('violet teapot'), passwords.hash('violet teapot')]);
  expect(a).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(a).not.toBe(b);
  expect(await passwords.verify(a, 'violet teapot')).toBe(true);
  expect(await passwords.verify(a, 'violet teapoT')).toBe(false);
  expect(await passwords.verify(undefined, 'violet teapot')).toBe(false);
});

it('takes what other programs hashed with argon2id', async () => {
  // Made by the reference implementation: `argon2 somesalt -id -t 2 -m 16 -p 1 -l 32`, password `password`.
  const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  const passwords = createPasswords();
  expect(await passwords.verify(hash, 'password')).toBe(true);
  expect(passwords.needsRehash(hash)).toBe(true);
  expect(passwords.needsRehash(await passwords.hash('x'))).toBe(false);
});

it('does not hold up the event loop while it hashes', async () => {
  const passwords = createPasswords();
  let turns = 0;
  let done = false;
  const hashing = passwords.hash('violet teapot').then(() => {
    done = true;
  });
  while (!done) {
    turns += 1;
    await setImmediate();
  }
  await hashing;
  expect(turns).toBeGreaterThan(20);
});

it('lets two hash and some wait, and sends the rest away', async () => {
  const passwords = createPasswords({ ...light, maxAtOnce: 2, maxWaiting: 3 });
  const asked = await Promise.allSettled(Array.from({ length: 8 }, () => passwords.hash('violet teapot')));
  expect(asked.map(({ status }) => status)).toEqual([...Array(5).fill('fulfilled'), ...Array(3).fill('rejected')]);
  expect(asked[7]).toMatchObject({ reason: { code: 'too_many_attempts' } });
  // The line is empty again.
  expect(await passwords.hash('violet teapot')).toMatch(/^\$argon2id/);
});
