import type { ProviderFailureCode } from '@parley/speech/provider/provider-failure.ts';
import { expect } from 'vitest';
import { until, untilInTime } from './bench.ts';
import type { Ear } from './ear.ts';
import { type Check, expectHeard, untilCarried } from './recognizer-call.ts';
import { plainWords, type RecognizerCase, type RecognizerSubject } from './subject.ts';

const minuteMs = 60_000;

/** What can go wrong between an engine and its vendor. */
export function checkRecognizerFailures(check: Check, { fake: vendor, transport = 'socket' }: RecognizerSubject): void {
  const unless = vendor === undefined ? 'it uses no network' : undefined;
  const isSocket = transport === 'socket';

  const fails = (key: RecognizerCase, fault: string, code: ProviderFailureCode, retryAfterMs?: number) =>
    check(
      key,
      async ({ ear: open, sound, clock }) => {
        const ear = open();
        ear.say(await sound(0));
        const isOver = () => ear.failure !== undefined || ear.finals.length > 0;
        await untilInTime(clock, isOver, 'the failure', realMsOf(code));
        expectFailure(ear, code);
        expect(ear.failure?.retryAfterMs).toBe(retryAfterMs);
        await clock.pass(minuteMs);
        expect(ear.events.at(-1)?.type).toBe('failed');
        expect(ear.events.filter(({ type }) => type === 'failed')).toHaveLength(1);
      },
      { fault, unless, isDead: key === 'unreachable' },
    );
  fails('unauthorized', 'status:401', 'provider_unauthorized');
  fails('rateLimited', 'status:429,retry-after:2', 'provider_rate_limited', 2000);
  fails('broken', 'status:500', 'provider_failed');
  fails('unreachable', '', 'provider_unreachable');
  fails('silent', 'silent', 'provider_timed_out');

  check(
    'slowStart',
    async ({ ear: open, sentence, sound }) => {
      const ear = open();
      ear.say(await sound(0));
      expectHeard(await ear.final(1), sentence(0));
    },
    { fault: 'slow-start:60', unless },
  );

  check(
    'freeze',
    async ({ ear: open, sound, fake, clock }) => {
      const ear = open();
      const utterance = ear.begin(await sound(0));
      utterance.writeTo(0.6);
      if (fake !== undefined && isSocket) {
        await untilCarried(fake, transport);
        fake.strike('freeze');
      }
      utterance.end();
      await untilInTime(clock, () => ear.failure !== undefined || ear.finals.length > 0, 'the failure', 0);
      expectFailure(ear, 'provider_timed_out');
    },
    { fault: isSocket ? '' : 'freeze-after:0', unless },
  );

  check(
    'break',
    async ({ ear: open, sound, fake }) => {
      const ear = open();
      const utterance = ear.begin(await sound(0));
      utterance.writeTo(0.6);
      if (fake !== undefined && isSocket) {
        await untilCarried(fake, transport);
        fake.strike('break');
      } else utterance.end();
      // By itself: neither the rest of the utterance nor a time-out brings it about.
      await until(() => ear.failure !== undefined, 'the failure');
      expectFailure(ear, 'provider_failed');
    },
    { fault: isSocket ? '' : 'break-after:0', unless },
  );

  check(
    'garble',
    async ({ ear: open, sentence, sound, fake, clock }) => {
      const ear = open();
      const utterance = ear.begin(await sound(0));
      utterance.writeTo(0.6);
      if (fake !== undefined && isSocket) {
        await untilCarried(fake, transport);
        fake.strike('garble');
      }
      utterance.end();
      await untilInTime(clock, () => ear.failure !== undefined || ear.finals.length > 0, 'the end');
      const final = ear.finals[0];
      if (final !== undefined) expect(plainWords(final.text)).toBe(plainWords(sentence(0)));
      else expect(ear.failure?.code).toMatch(/^provider_(protocol|failed)$/);
    },
    { fault: isSocket ? '' : 'garble-after:0', unless },
  );

  for (const [key, how] of [
    ['idleBreak', 'break'],
    ['idleFreeze', 'freeze'],
  ] as const) {
    check(
      key,
      async ({ ear: open, sentence, sound, fake, clock }) => {
        const ear = open();
        ear.say(await sound(0));
        expectHeard(await ear.final(1), sentence(0));
        fake?.strike(how);
        await clock.pass(minuteMs);
        ear.say(await sound(1));
        expectHeard(await ear.final(2), sentence(1));
        expect(ear.failure).toBeUndefined();
      },
      { unless },
    );
  }

  check(
    'recovery',
    async ({ ear: open, sentence, sound, clock }) => {
      const failing = open();
      failing.say(await sound(0));
      await untilInTime(clock, () => failing.failure !== undefined, 'the failure');
      const ear = open();
      ear.say(await sound(1));
      expectHeard(await ear.final(1), sentence(1));
    },
    { fault: 'status:500,times:1', unless },
  );
}

/** Time is hurried at once where it is what brings the failure about. */
function realMsOf(code: ProviderFailureCode): number | undefined {
  return code === 'provider_timed_out' ? 0 : undefined;
}

function expectFailure(ear: Ear, code: ProviderFailureCode) {
  expect(ear.failure?.code, JSON.stringify(ear.events)).toBe(code);
  expect(ear.failure?.message).not.toBe('');
}
