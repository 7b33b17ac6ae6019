import { expect, test } from 'vitest';
import { parseScript } from './script.ts';

test('a script says what the caller does, in order, with what older scripts wrote', () => {
  const script = parseScript(
    `
voice: slt
noise_db: -50
time_zone: Europe/Berlin
steps:
  - say: I would like to book a haircut
  - interrupt: { after_ms: 800, say: Friday at three pm }
  - expect: Friday
  - wav: name.wav
  - pause_ms: 1500
  - type: four one five
  - hang_up
`,
    '/calls/booking.yaml',
  );
  expect(script).toMatchObject({ voice: 'slt', noiseDbfs: -50, timeZone: 'Europe/Berlin' });
  expect(script.steps.map(({ step }) => step)).toMatchObject([
    { type: 'say', text: 'I would like to book a haircut' },
    { type: 'say', text: 'Friday at three pm', interruptAfterMs: 800 },
    { type: 'expect', expectation: { text: { kind: 'contains', text: 'Friday' } } },
    { type: 'wav', path: '/calls/name.wav' },
    { type: 'pause', durationMs: 1500 },
    { type: 'text', text: 'four one five' },
    { type: 'hangUp' },
  ]);
});

test('a file that makes several conversations is no script of one call', () => {
  const source = 'with: [{ a: x }, { a: y }]\nsteps: [hang_up]\n';
  expect(() => parseScript(source, 'call.yaml')).toThrow('npm run conversations');
});
