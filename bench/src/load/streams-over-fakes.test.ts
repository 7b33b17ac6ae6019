import { expect, it } from 'vitest';
import { streamsOverFakes } from './streams-over-fakes.ts';

/** `npm run bench -- router` does ten thousand. */
const streams = 1000;

it('a thousand streams through the router, over every vendor’s real sockets, leave no stream, socket or timer', {
  timeout: 180_000,
}, async () => {
  const { engines: left, handles } = await streamsOverFakes(streams);
  expect(left.reduce((sum, engine) => sum + engine.streams, 0)).toBeGreaterThanOrEqual(streams);
  expect(handles).toBe(0);
  const clean = { failed: [], open: 0, atFake: 0 };
  expect(left.map(({ name, failed, open, atFake }) => ({ name, failed, open, atFake }))).toEqual(
    left.map(({ name }) => ({ name, ...clean })),
  );
});
