import { expect, it } from 'vitest';
import { createWronglySignedReport } from './report-wrongly-signed.ts';

it('whoever gave Twilio another address reads once a minute which one is right; requests of strangers leave no line', () => {
  let nowMs = 0;
  const lines: { readonly facts: object; readonly message: string }[] = [];
  const report = createWronglySignedReport(
    'https://voice.example.com',
    (facts, message) => lines.push({ facts, message }),
    () => nowMs,
  );
  report({ headers: {}, url: '/voice' });
  expect(lines).toEqual([]);
  const wrong = { headers: { 'x-twilio-signature': 'AAAA', host: 'tunnel.example.com' }, url: '/voice?x=1' };
  for (let n = 0; n < 50; n += 1) report(wrong);
  expect(lines).toMatchObject([
    {
      facts: { expected: 'https://voice.example.com/voice', host: 'tunnel.example.com' },
      message: expect.stringContaining('PUBLIC_URL'),
    },
  ]);
  nowMs = 60_000;
  report(wrong);
  expect(lines).toHaveLength(2);
});
