import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandboxInformation } from '@parley/agent-hotel/sandbox/sandbox-hotel.ts';
import { createTextCall } from '@parley/dialogue/testing/text-call.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfig } from '../config.ts';
import { createHostedHotel } from './hotel.ts';

let folder: string;
const owned: (() => Promise<void> | void)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hotel-'));
});
afterEach(async () => {
  await Promise.all(owned.splice(0).map((close) => close()));
  await rm(folder, { recursive: true });
});

async function hotel(env: Readonly<Record<string, string>>) {
  const { hotel: hosted } = await createHostedHotel({
    config: readConfig(env),
    understanding: {},
    languageModel: undefined,
    clock: createSystemClock(),
    onError: (error) => {
      throw error;
    },
    own: (close) => owned.push(close),
  });
  return hosted;
}

/** What the greeting and the answer to one question say. */
async function told(hosted: Awaited<ReturnType<typeof hotel>>, question: string): Promise<string> {
  const call = createTextCall(hosted.agent);
  return `${(await call.greet()).said} ${(await call.say(question)).said}`;
}

const apaleo = {
  HOTEL_PROPERTY: 'apaleo',
  APALEO_CLIENT_ID: 'i',
  APALEO_CLIENT_SECRET: 's',
  APALEO_PROPERTY_ID: 'MUC',
};

test('without settings the hotel is there to be tried, and ends with the server', async () => {
  const hosted = await hotel({});
  expect(await told(hosted, 'when is breakfast')).toMatch(/Harbour House\..* 7 AM/);
  for (const close of owned.splice(0)) await close();
  expect(await told(hosted, 'when is breakfast')).toMatch(/can't look that up/);
});

test('a hotel of one\u2019s own is greeted with, and knows its rooms', async () => {
  const path = join(folder, 'house.json');
  const house = {
    information: { ...sandboxInformation, name: 'The Anchor' },
    rooms: [{ value: 'MUC-DBL', names: ['double room', 'double'] }],
    roomsInWords: 'forty doubles by the sea',
  };
  await writeFile(path, JSON.stringify(house));
  const hosted = await hotel({ ...apaleo, HOTEL_HOUSE: path });
  expect(hosted.name).toBe('The Anchor');
  expect(await told(hosted, 'what rooms do you have')).toMatch(/The Anchor\..*forty doubles by the sea/);
});

test('a file that is missing or wrong is named, with what is wrong in it', async () => {
  const path = join(folder, 'house.json');
  const start = () => hotel({ ...apaleo, HOTEL_HOUSE: path });
  await expect(start()).rejects.toThrow(/^HOTEL_HOUSE .*house\.json cannot be read \(.*ENOENT/);
  await writeFile(path, JSON.stringify({ information: sandboxInformation, rooms: [], roomsInWords: 'none' }));
  await expect(start()).rejects.toThrow(/cannot be read \(rooms: .*Correct it and start again\.$/);
});
