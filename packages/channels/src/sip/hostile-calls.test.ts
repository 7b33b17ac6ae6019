import { expect, it } from 'vitest';
import type { PhoneLeg } from '../phone/phone-leg.ts';
import { mutate, seededRandom } from './message/testing/mutate.ts';
import { writeSipMessage } from './message/write-message.ts';
import type { IncomingSipCall } from './sip-endpoint.ts';
import { createStage, type Stage } from './testing/stage.ts';

const ALICE = '192.0.2.1';
const BOB = '192.0.2.2';
const ROUNDS = 100;
const PER_ROUND = 500;

/** A call in which most that calls know happens: ringing that is confirmed, a transfer, keys, signs of life. */
async function busyCall(stage: Stage, legs: PhoneLeg[]) {
  const sessionTimer = { intervalSeconds: 90 };
  const answer = {
    onCall: (call: IncomingSipCall) => {
      call.ring();
      call.answer().then(
        (leg) => legs.push(leg),
        () => undefined,
      );
    },
  };
  const alice = await stage.actor(ALICE, { sessionTimer, ...answer });
  const bob = await stage.actor(BOB, { sessionTimer, ...answer });
  const leg = await stage.until(
    alice.endpoint.dial({ uri: bob.uri, from: { uri: alice.uri } }, new AbortController().signal),
  );
  legs.push(leg);
  leg.refer('+353861234567', new AbortController().signal).catch(() => undefined);
  leg.sendDigits(['1'], new AbortController().signal).catch(() => undefined);
  await stage.clock.advance(50_000);
  return { alice, bob };
}

it('fifty thousand damaged messages in the midst of calls break nothing, and leave nothing behind', async () => {
  let taken = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const random = seededRandom(round);
    const stage = createStage(`hostile ${round}`);
    const legs: PhoneLeg[] = [];
    const { alice, bob } = await busyCall(stage, legs);
    const seen = stage.network.log.map(({ message, from, to }) => ({ bytes: writeSipMessage(message), from, to }));
    const all = seen.map(({ bytes }) => bytes);
    for (let each = 0; each < PER_ROUND; each += 1) {
      const message = seen[Math.floor(random() * seen.length)];
      if (message === undefined) throw new Error('nothing was said');
      // A third of them as they were, late and again.
      const bytes = random() < 0.33 ? message.bytes : mutate(message.bytes, all, random);
      const [from, to] = random() < 0.8 ? [message.from, message.to] : [message.to, message.from];
      stage.network.inject(bytes, from, to);
      if (each % 10 === 0) await stage.clock.advance(random() * 2000);
    }
    await stage.clock.advance(1000);
    for (const leg of legs) leg.hangUp('completed');
    await stage.clock.advance(250_000);
    for (const { endpoint, media, errors } of [alice, bob]) {
      taken += endpoint.figures.received;
      expect(errors, `round ${round}`).toEqual([]);
      expect(endpoint.figures, `round ${round}`).toMatchObject({ calls: 0, dialogs: 0, transactions: 0, timers: 0 });
      expect(media.inUse, `round ${round}`).toBe(0);
    }
  }
  // Enough of them were whole messages, so that they reached further than the parser.
  expect(taken).toBeGreaterThan(25_000);
}, 120_000);
