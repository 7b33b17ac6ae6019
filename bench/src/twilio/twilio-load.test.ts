import { expect, test } from 'vitest';
import { runCallers } from './run-callers.ts';
import { startTinyAgent } from './tiny-agent.ts';

const publicUrl = 'https://agent.example';
const options = {
  publicUrl,
  accountSid: 'AC0123456789abcdef0123456789abcdef',
  authToken: 'a-token-of-nobody',
  to: '+35312345678',
  calls: 4,
  callsPerSecond: 50,
  measuredMs: 5000,
  onPhase: () => {},
};

test('callers of the load are greeted, are answered when they have spoken, and leave nothing', async () => {
  const agent = await startTinyAgent({ publicUrl });
  try {
    const result = await runCallers({ ...options, url: agent.url });
    expect(result).toMatchObject({
      greeted: 4,
      placedAgain: 0,
      malformed: 0,
      unanswered: 0,
      failures: {},
    });
    expect(result.turns).toBeGreaterThanOrEqual(4);
    // The agent waits 300 ms of quiet, and the frames of both sides are 20 ms.
    expect(result.answerMs.p50).toBeGreaterThan(280);
    expect(result.answerMs.p50).toBeLessThan(420);
    expect(result.holeShare).toBeLessThan(0.05);
    expect(Math.abs((result.gapMs.p50 ?? 0) - 20)).toBeLessThan(5);
    expect(agent.marksReturned).toBeGreaterThanOrEqual(4);
    await expect.poll(() => agent.liveStreams).toBe(0);
  } finally {
    await agent.close();
  }
}, 30_000);

test('a line that loses a tenth of the frames is found out by the holes in what is heard', async () => {
  const agent = await startTinyAgent({ publicUrl, loses: true });
  try {
    const result = await runCallers({ ...options, url: agent.url, calls: 2, measuredMs: 5000 });
    expect(result.framesIn).toBeGreaterThan(20);
    expect(result.holeShare).toBeGreaterThan(0.08);
  } finally {
    await agent.close();
  }
}, 30_000);
