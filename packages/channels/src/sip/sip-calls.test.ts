import { describe, expect, it } from 'vitest';
import { createStage } from './testing/stage.ts';

const never = new AbortController().signal;

describe('a call between two ends', () => {
  it('rings, is answered, and ends at both when one hangs up', async () => {
    const stage = createStage();
    const alice = await stage.actor('192.0.2.1');
    const bob = await stage.actor('192.0.2.2', {
      onCall(call) {
        call.ring();
        stage.clock.wakeAt(stage.clock.nowMs() + 3000, () => void call.answer());
      },
    });
    let rang = 0;
    const request = {
      uri: bob.uri,
      from: { uri: alice.uri, displayName: 'Alice' },
      onRinging: () => {
        rang += 1;
      },
    };
    const leg = await stage.until(alice.endpoint.dial(request, never));
    expect(rang).toBe(1);
    expect(bob.offered[0]).toMatchObject({ from: 'u1', fromDisplayName: 'Alice', to: 'u2' });
    expect(leg).toMatchObject({ kind: 'sip', direction: 'outbound', from: 'u1', to: 'u2', line: 'mulaw' });
    expect(alice.media.sessions[0]?.far).toBe('192.0.2.2:20002');
    expect(bob.media.sessions[0]?.far).toBe('192.0.2.1:20002');
    leg.hangUp('completed');
    expect(await leg.ended).toEqual({ by: 'here', reason: 'completed' });
    await stage.clock.advance(1000);
    expect(alice.endpoint.figures).toMatchObject({ calls: 0, dialogs: 0 });
    expect(bob.endpoint.figures).toMatchObject({ calls: 0, dialogs: 0 });
    await stage.clock.advance(40_000);
    expect(alice.endpoint.figures).toMatchObject({ transactions: 0, timers: 0, retransmitted: 0 });
    expect(bob.endpoint.figures).toMatchObject({ transactions: 0, timers: 0, retransmitted: 0 });
    expect([alice.media.inUse, bob.media.inUse]).toEqual([0, 0]);
  });
});
