import type { SipRegistrationState } from '@parley/channels/sip/sip-endpoint.ts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createRefusalReport, reportRegistrations } from './report-sip.ts';

let lines: { readonly level: string; readonly facts: object; readonly message: string }[] = [];
const log = {
  info: (facts: object, message: string) => lines.push({ level: 'info', facts, message }),
  warn: (facts: object, message: string) => lines.push({ level: 'warn', facts, message }),
};

beforeEach(() => {
  lines = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('says once that the trunk refuses us and why, and that it knows us again', () => {
  const address = 'sip:200@pbx.example';
  const endpoint: { registrations: readonly SipRegistrationState[] } = { registrations: [] };
  const be = (state: SipRegistrationState['state'], problem?: string) => {
    endpoint.registrations = [{ address, state, problem, expiresAtEpochMs: undefined }];
    vi.advanceTimersByTime(5_000);
  };
  const stop = reportRegistrations(endpoint, log);
  be('registering');
  expect(lines).toEqual([]);
  be('failed', '401 Unauthorized');
  be('registering', '401 Unauthorized');
  be('failed', '401 Unauthorized');
  expect(lines).toMatchObject([{ level: 'warn', facts: { trunk: 'pbx.example', problem: '401 Unauthorized' } }]);
  be('failed', 'no answer');
  be('registered');
  be('registering');
  be('registered');
  expect(lines.slice(1)).toMatchObject([
    { level: 'warn', facts: { problem: 'no answer' } },
    { level: 'info', message: expect.stringContaining('registered') },
  ]);
  be('failed', 'no answer');
  expect(lines).toHaveLength(4);
  stop();
  be('registered');
  expect(lines).toHaveLength(4);
});

it('writes down each refused call, and of a thousand guesses twenty a minute and how many they were', () => {
  let nowMs = 0;
  const report = createRefusalReport(log, () => nowMs);
  const call = { from: 'alice', to: '999', source: '10.0.0.7', why: 'unknown_number' };
  report(call);
  expect(lines).toEqual([{ level: 'warn', facts: call, message: 'a call by SIP was refused' }]);
  for (let n = 1; n < 1_000; n += 1) report(call);
  expect(lines).toHaveLength(20);
  nowMs = 60_000;
  report(call);
  expect(lines).toHaveLength(21);
  expect(lines[20]?.facts).toEqual({ ...call, left_out_before: 980 });
});
