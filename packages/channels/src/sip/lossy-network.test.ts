import { describe, expect, it } from 'vitest';
import type { PhoneLeg } from '../phone/phone-leg.ts';
import { createStage } from './testing/stage.ts';

/** What may happen to one call between two ends, by a seed. */
async function callInBadWeather(seed: number) {
  const stage = createStage(seed);
  const { clock, network } = stage;
  const chance = stage.random.fork('people');
  network.weather = { loss: 0.3, duplicates: 0.2, delayMs: [5, 400] };
  const answered: PhoneLeg[] = [];
  const alice = await stage.actor('192.0.2.1');
  const bob = await stage.actor('192.0.2.2', {
    onCall(call) {
      call.ring();
      clock.wakeAt(clock.nowMs() + chance.int(0, 8000), () => {
        if (chance.chance(0.15)) return call.reject(486);
        call.answer().then(
          (leg) => answered.push(leg),
          () => undefined,
        );
      });
    },
  });
  const patience = new AbortController();
  if (chance.chance(0.25)) clock.wakeAt(chance.int(0, 12_000), () => patience.abort(new Error('gave up')));
  const dialled = alice.endpoint
    .dial({ uri: bob.uri, from: { uri: alice.uri }, ringTimeoutMs: 50_000 }, patience.signal)
    .catch(() => undefined);
  // Longer than a BYE may take on top of an answer that is never acknowledged.
  const leg = await stage.until(dialled);
  await clock.advance(2000);
  const hangsUp = chance.chance(0.5) ? leg : answered[0];
  hangsUp?.hangUp('completed');
  await clock.advance(200_000);
  return { leg, answered, alice, bob, clock };
}

describe('on a network that loses three packets of ten, doubles others and mixes their order', () => {
  it('each call stands at both ends or at none, ends at both, and leaves nothing behind', async () => {
    const outcomes = { both: 0, none: 0, oneSided: 0 };
    for (let seed = 0; seed < 2000; seed += 1) {
      const { leg, answered, alice, bob } = await callInBadWeather(seed);
      const at = `seed ${seed}`;
      expect(answered.length, at).toBeLessThanOrEqual(1);
      if (leg !== undefined) expect(answered.length, at).toBe(1);
      if (leg !== undefined) outcomes.both += 1;
      else if (answered.length === 0) outcomes.none += 1;
      else outcomes.oneSided += 1;
      const ends = await Promise.race([
        Promise.all([leg?.ended, answered[0]?.ended]),
        new Promise<string>((resolve) => setImmediate(resolve, 'still going on')),
      ]);
      expect(ends, at).not.toBe('still going on');
      for (const { endpoint, media, errors } of [alice, bob]) {
        expect(errors, at).toEqual([]);
        expect(endpoint.figures, at).toMatchObject({ calls: 0, dialogs: 0, transactions: 0, timers: 0 });
        expect(media.inUse, at).toBe(0);
      }
    }
    expect(outcomes.both).toBeGreaterThan(1000);
    expect(outcomes.none).toBeGreaterThan(200);
  }, 120_000);

  it('a call of an hour goes on, with a sign of life each 45 seconds, whoever has to give it', async () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const stage = createStage(`hour ${seed}`);
      stage.network.weather = { loss: 0.15, duplicates: 0.2, delayMs: [5, 400] };
      const sessionTimer = { intervalSeconds: 90 };
      const answered: PhoneLeg[] = [];
      const alice = await stage.actor('192.0.2.1', { sessionTimer });
      const bob = await stage.actor('192.0.2.2', {
        sessionTimer,
        onCall: (call) => void call.answer().then((leg) => answered.push(leg)),
      });
      const request = { uri: bob.uri, from: { uri: alice.uri } };
      const leg = await stage.until(alice.endpoint.dial(request, new AbortController().signal));
      await stage.clock.advance(3_600_000);
      const updates = stage.network.log.filter(
        ({ message }) => message.kind === 'request' && message.method === 'UPDATE',
      );
      expect(updates.length, `seed ${seed}`).toBeGreaterThan(75);
      const ends = await Promise.race([leg.ended, answered[0]?.ended, Promise.resolve('goes on')]);
      expect(ends, `seed ${seed}`).toBe('goes on');
      answered[0]?.hangUp('completed');
      await stage.clock.advance(100_000);
      expect(await leg.ended, `seed ${seed}`).toMatchObject({ by: 'far' });
      for (const { endpoint, errors } of [alice, bob]) {
        expect(errors).toEqual([]);
        expect(endpoint.figures).toMatchObject({ calls: 0, dialogs: 0, transactions: 0, timers: 0 });
      }
    }
  }, 120_000);
});
