import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import { elevenLabsFake } from '@parley/fakes/elevenlabs/elevenlabs-fake.ts';
import { fakeKey } from '@parley/fakes/fake-vendor.ts';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { heardEnergy, type OpenPage, openPage, whyNoBrowser } from './testing/browser.ts';
import { writeMicrophoneWav } from './testing/fake-microphone.ts';
import { type ServerProcess, startServerProcess } from './testing/server-process.ts';

const consoleFolder = fileURLToPath(new URL('../../console', import.meta.url));
const noBrowser = whyNoBrowser();
/** One answer of the agent, recognition and synthesis included, on a machine that is busy with other tests. */
const ANSWER_TIMEOUT_MS = 20_000;
/** The whole of a call; the caller's own script takes 45 s. */
const CALL_TIMEOUT_MS = 65_000;

describe.skipIf(noBrowser !== undefined)(
  `the page in a real browser${noBrowser === undefined ? '' : `: ${noBrowser}`}`,
  () => {
    let folder: string;
    let server: ServerProcess;
    let open: OpenPage | undefined;

    beforeAll(async () => {
      await buildPage();
      folder = await mkdtemp(join(tmpdir(), 'parley-page-test-'));
      // A stand-in of a vendor runs on this machine, which tenants' accounts do not reach otherwise.
      server = await startServerProcess({ env: { OUTGOING_ALLOWED_HOSTS: '127.0.0.1' } });
    }, 120_000);

    afterEach(async () => {
      await open?.close();
      open = undefined;
    });

    afterAll(async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    });

    it('hears the caller and is heard, to a booking', { timeout: CALL_TIMEOUT_MS + 30_000 }, async () => {
      const microphoneWav = join(folder, 'caller.wav');
      // The agent speaks in the silences: its greeting lasts 4 s, reading the booking back 10 s; after another 10 s of
      // silence it would ask again, so the caller has some seconds of room on either side.
      await writeMicrophoneWav(microphoneWav, [
        { silenceMs: 6_500, text: "I'd like to book a haircut for Friday at three" },
        { silenceMs: 9_000, text: 'my name is Alice' },
        { silenceMs: 6_500, text: 'four one five five five five one two three four' },
        { silenceMs: 14_500, text: 'yes' },
      ]);
      // Nothing that moves: drawing takes time from the sound where there is no graphics card.
      const context = { reducedMotion: 'reduce', viewport: { width: 800, height: 600 } } as const;
      open = await openPage(server.url, { microphoneWav, context });
      const { page } = open;
      await page.getByTestId('talk-button').click();

      await captions(page, 'agent').first().waitFor({ timeout: ANSWER_TIMEOUT_MS });
      await expect.poll(() => heardEnergy(page), { timeout: ANSWER_TIMEOUT_MS }).toBeGreaterThan(0.001);
      const afterGreeting = await heardEnergy(page);

      await booked(page);
      expect(await page.getByTestId('booking-card').innerText()).toMatch(/haircut.*friday.*3:00 pm.*alice.*415/is);
      expect(await heardEnergy(page)).toBeGreaterThan(afterGreeting * 2);
      expect(await texts(captions(page, 'user'))).toEqual([
        "i'd like to book a haircut for friday at three",
        'my name is alice',
        'four one five five five five one two three four',
        'yes',
      ]);
      const spokenTurns = page.getByTestId('waterfall');
      await expect.poll(() => spokenTurns.count()).toBe(4);
      for (const waterfall of await spokenTurns.all()) {
        expect(Number(await waterfall.getAttribute('data-total-ms'))).toBeGreaterThan(0);
      }

      await page.getByTestId('hang-up').click();
      await page.getByTestId('summary').waitFor();
      expectClean(open);
    });

    it('shows one card of a booking as it is moved and cancelled, also to who cannot see it, and over a reload', async () => {
      open = await openPage(server.url);
      const { page } = open;
      const card = page.getByTestId('booking-card');
      const shows = (status: string) =>
        expect.poll(() => card.getAttribute('data-status'), { timeout: ANSWER_TIMEOUT_MS }).toBe(status);
      await type(page, "I'd like to book a haircut for Friday at ten in the morning");
      await answered(page, /name/i);
      await type(page, 'my name is Bella');
      await answered(page, /number/i);
      await type(page, '415 555 7777');
      await answered(page, /book it/i);
      await type(page, 'yes');
      await shows('booked');
      await type(page, 'can you move it to Friday at five');
      await answered(page, /is that right/i);
      await type(page, 'yes');
      await shows('moved');
      await page.reload();
      await shows('moved');
      expect(await card.count()).toBe(1);
      await page.getByRole('region', { name: 'Appointment moved' }).waitFor();
      expect(await card.innerText()).toMatch(/moved.*haircut.*10:00 am.*5:00 pm.*bella.*\+1 415 555 7777/is);
      expect(await card.locator('s').innerText()).toMatch(/10:00/);

      await type(page, 'please cancel my appointment');
      await answered(page, /cancel it/i);
      await type(page, 'yes');
      await shows('cancelled');
      await page.getByRole('region', { name: 'Appointment cancelled' }).waitFor();
      expect(await card.count()).toBe(1);
      expect(await card.locator('s').innerText()).toMatch(/5:00/);
      expectClean(open);
    }, 90_000);

    it('shows the API under the same policy of what may run, without a complaint', async () => {
      open = await openPage(`${server.url}/docs/`);
      await open.page.getByText('Open a conversation').first().waitFor({ timeout: ANSWER_TIMEOUT_MS });
      expectClean(open);
    });

    it('takes an account with a provider, lets its voices be tried and chosen, and forgets it', async () => {
      const fake = await elevenLabsFake.start({ port: 0, brain: createToneBrain() });
      try {
        open = await openPage(`${server.url}/#key=${server.operatorKey}`);
        const { page } = open;
        await page.getByTestId('speech-open').click();
        const row = page.locator(`[data-testid="provider"][data-provider="${fake.name}"]`);
        const has = (source: string) =>
          expect.poll(() => row.getAttribute('data-source'), { timeout: ANSWER_TIMEOUT_MS }).toBe(source);
        await has('none');
        // By keyboard alone.
        await row.locator('summary').focus();
        await page.keyboard.press('Enter');
        expect(await row.getByLabel('API key').getAttribute('type')).toBe('password');
        await row.getByLabel('Address').fill('http://127.0.0.2:1');
        await page.keyboard.press('Enter');
        await row.getByText('API key is needed.').waitFor();
        await row.locator('[type="password"]:focus').waitFor();
        await page.keyboard.type('not-the-key-of-anybody');
        await page.keyboard.press('Enter');
        await row.getByText(/The key would go there in the clear/).waitFor();
        await has('none');
        await row.getByLabel('Address').fill(fake.url);
        await page.keyboard.press('Enter');
        await has('organization');

        const trial = page.getByTestId('voice-trial');
        await trial.getByLabel('Engine').selectOption(fake.name);
        await trial.getByLabel('Voice').selectOption({ index: 1 });
        await trial.getByLabel('Sentence').fill('It is Friday at three.');
        await trial.getByRole('button', { name: 'Try it' }).click();
        await trial.getByText('The provider does not accept the key.').waitFor({ timeout: ANSWER_TIMEOUT_MS });
        await row.getByLabel('API key').fill(fakeKey);
        await page.keyboard.press('Enter');
        await row.getByText(`ends in …${fakeKey.slice(-4)}`).waitFor();
        expect(await page.content()).not.toContain(fakeKey);
        await trial.getByRole('button', { name: 'Try it' }).click();
        await page.getByTestId('voice-sound').waitFor({ timeout: ANSWER_TIMEOUT_MS });
        const playedSeconds = () => page.evaluate('document.querySelector("audio[controls]").currentTime');
        await expect.poll(playedSeconds, { timeout: ANSWER_TIMEOUT_MS }).toBeGreaterThan(0.3);
        expect(JSON.stringify(fake.journal.entries)).toContain('It is Friday at three.');

        const order = page.getByTestId('engine-order');
        const english = order.getByLabel('Engine that speaks in all languages');
        await english.selectOption('embedded');
        await order.locator('[data-kind="voices"]').getByRole('button', { name: 'Add', exact: true }).click();
        await order.getByLabel('An order of its own for a language').fill('vi-VN');
        await page.keyboard.press('Enter');
        await order.getByLabel('Engine that listens in Vietnamese (Vietnam)').selectOption('embedded');
        const listens = order.locator('[data-language="vi-VN"] [data-kind="recognizers"]');
        await listens.getByRole('button', { name: 'Add', exact: true }).click();
        await order.getByRole('button', { name: 'Save order' }).click();
        expect(await page.getByTestId('order-refused').innerText()).toMatch(/does not know vi-VN. These do: .*azure/);
        await order.getByRole('button', { name: 'Remove the order for Vietnamese (Vietnam)' }).click();
        await order.getByRole('button', { name: 'Save order' }).click();
        await order.getByText('Saved', { exact: true }).waitFor();
        const settings = await fetch(`${server.url}/v1/organization`, {
          headers: { authorization: `Bearer ${server.operatorKey}` },
        });
        expect(await settings.json()).toMatchObject({ settings: { speech: { voices: ['embedded'] } } });
        await order.getByRole('button', { name: /^Remove On this machine/ }).click();
        await order.getByRole('button', { name: 'Save order' }).click();
        await order.getByText('Saved', { exact: true }).waitFor();

        await row.getByRole('button', { name: /^Remove your account/ }).click();
        await has('none');
        await page.keyboard.press('Escape');
        await expect.poll(() => page.getByTestId('speech-panel').isVisible()).toBe(false);
        // The browser's own words for what was refused, and for nothing else.
        expect(open.complaints.map((text) => /status of (\d+)/.exec(text)?.[1])).toEqual(['422', '503', '400']);
        expect(open.foreignRequests).toEqual([]);
      } finally {
        await fake.close();
      }
    }, 60_000);

    it('books by typing, also over a reload in the middle', async () => {
      open = await openPage(server.url);
      const { page } = open;
      await type(page, "I'd like to book a haircut for Friday at three");
      await answered(page, /name/i);
      await type(page, 'my name is Alice');
      await answered(page, /number/i);

      await page.reload();
      await answered(page, /number/i);
      expect(await texts(captions(page, 'user'))).toEqual([
        "I'd like to book a haircut for Friday at three",
        'my name is Alice',
      ]);
      await type(page, '415 555 1234');
      await answered(page, /right|correct|book it/i);
      await type(page, 'yes');
      await page.getByTestId('booking-card').waitFor({ timeout: ANSWER_TIMEOUT_MS });
      expect(await page.getByTestId('booking-card').getAttribute('data-status')).toBe('booked');
      expectClean(open);
    }, 60_000);
  },
);

/** `npm test` has built it already; a test run by itself finds it here. */
async function buildPage(): Promise<void> {
  if (existsSync(join(consoleFolder, 'dist/index.html'))) return;
  const vite = fileURLToPath(new URL('../../../node_modules/vite/bin/vite.js', import.meta.url));
  const [code] = await once(spawn(process.execPath, [vite, 'build'], { cwd: consoleFolder, stdio: 'inherit' }), 'exit');
  if (code !== 0) throw new Error('The page could not be built; see the messages above.');
}

function captions(page: Page, speaker: 'user' | 'agent'): Locator {
  return page.locator(`[data-testid="caption"][data-speaker="${speaker}"][data-final="true"]`);
}

async function answered(page: Page, words: RegExp): Promise<void> {
  const newest = page.getByTestId('caption').last();
  await expect.poll(() => newest.innerText(), { timeout: ANSWER_TIMEOUT_MS }).toMatch(words);
}

/** Fails with the conversation up to there, for whoever has to find out why. */
async function booked(page: Page): Promise<void> {
  try {
    await page.getByTestId('booking-card').waitFor({ timeout: CALL_TIMEOUT_MS });
  } catch {
    const shown = [
      ...(await texts(page.getByTestId('caption'))),
      await page.locator('.stage-words, .notices').allInnerTexts(),
    ];
    throw new Error(`No booking came of this conversation:\n${shown.join('\n')}`);
  }
}

async function type(page: Page, text: string): Promise<void> {
  await page.getByTestId('text-input').fill(text);
  await page.keyboard.press('Enter');
}

async function texts(captions: Locator): Promise<readonly string[]> {
  return (await captions.allTextContents()).map((text) => text.trim());
}

function expectClean({ complaints, foreignRequests }: OpenPage): void {
  expect(complaints).toEqual([]);
  expect(foreignRequests).toEqual([]);
}
