import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { speak } from '../testing/voice-loop.ts';
import { createEspeakSynthesizer } from './espeak-synthesizer.ts';

const installed = spawnSync('espeak-ng', ['--version']).status === 0;

it('a missing espeak-ng is told in one sentence that says what to install', () => {
  expect(() => createEspeakSynthesizer({ command: 'espeak-ng-that-is-not-there' })).toThrow(
    'espeak-ng is not installed. Install the system package "espeak-ng", or choose another synthesizer.',
  );
});

it.skipIf(!installed)('speaks Vietnamese at 16 kHz', async () => {
  const synthesizer = createEspeakSynthesizer();
  const { samples } = await speak(synthesizer, 'Xin chào, tôi có thể giúp gì cho bạn?', { language: 'vi' });
  expect(samples.length / 16).toBeGreaterThan(800);
  expect(samples.length / 16).toBeLessThan(6_000);
  await synthesizer.close();
});
