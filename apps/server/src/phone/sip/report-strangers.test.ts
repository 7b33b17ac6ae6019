import { afterEach, expect, it } from 'vitest';
import { reportStrangers } from './report-strangers.ts';

const lines: { readonly facts: object; readonly message: string }[] = [];
let nowMs = 0;
const stops: (() => void)[] = [];

function strangers() {
  const report = reportStrangers({ warn: (facts, message) => lines.push({ facts, message }) }, () => nowMs);
  stops.push(report.stop);
  const laterMs = (ms: number) => {
    nowMs += ms;
    report.look();
  };
  return { ...report, laterMs };
}

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  lines.length = 0;
});

it('an address that nobody knows is written down once a minute, with what to set', () => {
  const { note, laterMs } = strangers();
  for (let call = 0; call < 3; call += 1) note({ address: '10.1.2.3' }, 'unknown');
  laterMs(5_000);
  expect(lines).toEqual([
    { facts: { source: '10.1.2.3', requests: 3 }, message: expect.stringContaining('SIP_ALLOW') },
  ]);
  expect(lines[0]?.message).toContain('SIP_ACCOUNTS');
  note({ address: '10.1.2.3' }, 'unknown');
  laterMs(30_000);
  expect(lines).toHaveLength(1);
  laterMs(30_000);
  expect(lines).toHaveLength(2);
});

it('a telephone that tells who it is when it is asked is no stranger', () => {
  const { note, laterMs } = strangers();
  note({ address: '10.1.2.3' }, 'unknown');
  note({ address: '10.1.2.3' }, 'known');
  laterMs(60_000);
  expect(lines).toEqual([]);
});

it('one whose password is wrong is told as that, at once', () => {
  const { note, laterMs } = strangers();
  note({ address: '198.51.100.9' }, 'unknown');
  note({ address: '10.1.2.3' }, 'wrong');
  laterMs(100);
  expect(lines).toMatchObject([{ facts: { source: '10.1.2.3' }, message: expect.stringContaining('password') }]);
});

it('of a thousand and more that knock at once one is named, and the others are counted', () => {
  const { note, laterMs } = strangers();
  for (let n = 0; n < 1_500; n += 1) note({ address: `10.0.${n >> 8}.${n & 255}` }, 'unknown');
  laterMs(5_000);
  expect(lines).toMatchObject([{ facts: { source: '10.0.0.0', requests: 1, other_addresses: 1_499 } }]);
});
