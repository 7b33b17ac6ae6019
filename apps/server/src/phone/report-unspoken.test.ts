import { expect, it } from 'vitest';
import { createUnspokenReport } from './report-unspoken.ts';

it('an agent that cannot be spoken is written down with its language and what to do, once a minute', () => {
  const lines: { readonly facts: object; readonly message: string }[] = [];
  let nowMs = 0;
  const report = createUnspokenReport({ warn: (facts, message) => lines.push({ facts, message }) }, () => nowMs);
  const numerology = { agent: 'numerology', language: 'vi-VN' };
  for (let call = 0; call < 50; call += 1) report(numerology);
  expect(lines).toEqual([{ facts: numerology, message: expect.stringContaining('SYNTHESIZER=') }]);
  report({ agent: 'front-desk', language: 'ga-IE' });
  expect(lines).toHaveLength(2);
  nowMs = 60_000;
  report(numerology);
  expect(lines).toHaveLength(3);
});
