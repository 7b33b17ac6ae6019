// Takes the pictures of the README: docs/images/page.png and page-phone.png, in the middle of a real call.
//
//   node apps/console/scripts/screenshot.ts [URL] [page.png | page-phone.png]
//
// The page must have been built. Without the URL of a running server it starts one on a free port with a temporary
// folder. Needs Chromium (Debian: apt-get install chromium; or CHROMIUM). Takes about two minutes: a call lasts as long
// as its words.
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPage, whyNoBrowser } from '@parley/server/testing/browser.ts';
import { type MicrophoneLine, writeMicrophoneWav } from '@parley/server/testing/fake-microphone.ts';
import { startServerProcess } from '@parley/server/testing/server-process.ts';

/** Larger files make a README slow to open. */
const MAX_BYTES = 400_000;
const CALL_TIMEOUT_MS = 65_000;
const imagesFolder = fileURLToPath(new URL('../../../docs/images', import.meta.url));

/** Says yes while the agent still reads the details back, so that a struck sentence stands close to the booking. */
const callersLines: readonly MicrophoneLine[] = [
  { silenceMs: 6_500, text: "I'd like to book a haircut for Friday at three" },
  { silenceMs: 9_000, text: 'my name is Alice' },
  { silenceMs: 6_500, text: 'four one five five five five one two three four' },
  { silenceMs: 8_500, text: 'yes please' },
];

const pictures = [
  { name: 'page.png', width: 1280, height: 800, scale: 2, colorScheme: 'light' },
  { name: 'page-phone.png', width: 390, height: 844, scale: 2, colorScheme: 'dark' },
] as const;

const noBrowser = whyNoBrowser();
if (noBrowser !== undefined) throw new Error(noBrowser);
const folder = await mkdtemp(join(tmpdir(), 'parley-screenshot-'));
const args = process.argv.slice(2);
const givenUrl = args.find((arg) => arg.startsWith('http'));
const wanted = pictures.filter(({ name }) => args.includes(name));
const server = givenUrl === undefined ? await startServerProcess() : undefined;
const url = givenUrl ?? server?.url ?? '';
try {
  await mkdir(imagesFolder, { recursive: true });
  const microphoneWav = join(folder, 'caller.wav');
  await writeMicrophoneWav(microphoneWav, callersLines);
  for (const picture of wanted.length > 0 ? wanted : pictures) await take(picture, microphoneWav);
} finally {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
}

async function take(picture: (typeof pictures)[number], microphoneWav: string): Promise<void> {
  const { width, height, scale, colorScheme, name } = picture;
  const context = { viewport: { width, height }, deviceScaleFactor: scale, colorScheme, hasTouch: width < 600 };
  const { page, close } = await openPage(url, { microphoneWav, context });
  try {
    await page.getByTestId('talk-button').click();
    await page.getByTestId('booking-card').waitFor({ timeout: CALL_TIMEOUT_MS });
    if ((await page.locator('[data-testid="caption"] s').count()) === 0) throw new Error('Nothing was interrupted.');
    // While the agent is still telling of it, with the figures of the turn.
    await page.locator('[data-testid="caption"]').last().getByText('booked for').waitFor({ timeout: 10_000 });
    await page.locator('[data-testid="state"][data-state="responding"]').waitFor({ timeout: 10_000 });
    const path = join(imagesFolder, name);
    await page.screenshot({ path });
    const { size } = await stat(path);
    process.stdout.write(`${path}: ${Math.round(size / 1000)} kB\n`);
    if (size > MAX_BYTES) throw new Error(`${name} is larger than ${MAX_BYTES / 1000} kB.`);
  } catch (error) {
    const captions = await page.getByTestId('caption').allTextContents();
    throw new Error(`No picture came of this conversation:\n${captions.join('\n')}`, { cause: error });
  } finally {
    await close();
  }
}
