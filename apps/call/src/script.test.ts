import { expect, test } from 'vitest';
import { parseScript } from './script.ts';

test('a script says what the caller does, in order', () => {
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
  expect(script).toEqual({
    voice: 'slt',
    noiseDbfs: -50,
    timeZone: 'Europe/Berlin',
    steps: [
      { type: 'say', text: 'I would like to book a haircut' },
      { type: 'say', text: 'Friday at three pm', interruptAfterMs: 800 },
      { type: 'expect', text: 'Friday' },
      { type: 'wav', path: '/calls/name.wav' },
      { type: 'pause', durationMs: 1500 },
      { type: 'text', text: 'four one five' },
      { type: 'hangUp' },
    ],
  });
});

test.each([
  ['steps:\n  - say: hello\n  - shout: hello\n', 'step 2 is none of'],
  ['steps:\n  - say: ""\n', 'step 1 is none of'],
  ['steps:\n  - pause_ms: forever\n', 'step 1 is none of'],
  ['steps: []\n', 'the script has no steps|steps has no steps'],
  ['steps:\n  - expect: hi\n  - interrupt: { after_ms: 9, say: hello }\n', 'step 2 cannot interrupt'],
  ['steps:\n  - pause_ms: 9\n  - interrupt: { after_ms: 9, say: hello }\n', 'step 2 cannot interrupt'],
  ['voice: [\n', 'is not YAML'],
])('a mistake in a script is named: %j', (source, message) => {
  expect(() => parseScript(source, 'call.yaml')).toThrow(new RegExp(`^call\\.yaml.*(${message})`, 's'));
});
