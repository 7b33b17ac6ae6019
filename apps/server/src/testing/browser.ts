import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { z } from 'zod';

/** `CHROMIUM`, or where Debian installs it. */
export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Why there is no browser to test in; undefined when there is one. */
export function whyNoBrowser(): string | undefined {
  return existsSync(chromiumPath)
    ? undefined
    : `There is no ${chromiumPath}. Install it (Debian: apt-get install chromium) or set CHROMIUM to one.`;
}

export interface OpenPage {
  readonly page: Page;
  /** What a person would find in the browser's console: errors, violations of the content security policy. */
  readonly complaints: readonly string[];
  /** Requests to any other host than the server. */
  readonly foreignRequests: readonly string[];
  close(): Promise<void>;
}

/** The page in a headless Chromium that knows no other microphone than the given WAV, which plays from its opening on. */
export async function openPage(
  url: string,
  options: { readonly microphoneWav?: string | undefined; readonly context?: BrowserContextOptions } = {},
): Promise<OpenPage> {
  const browser = await launch(options.microphoneWav);
  try {
    const context = await browser.newContext({ permissions: ['microphone'], ...options.context });
    const page = await context.newPage();
    const complaints: string[] = [];
    const foreignRequests: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      // By origin: sound that the page holds itself (`blob:`) has its page's and no host.
      if (new URL(request.url()).origin !== new URL(url).origin) foreignRequests.push(request.url());
    });
    page.on('websocket', (socket) => {
      if (new URL(socket.url()).host !== new URL(url).host) foreignRequests.push(socket.url());
    });
    await page.addInitScript({ content: KEEP_CALLS });
    await page.goto(url);
    return { page, complaints, foreignRequests, close: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/**
 * How much of the agent has sounded in the page: the energy (squared level, full scale being 1, times seconds) of all
 * that its calls received and decoded. Silence is 0, a second of speech some thousandths.
 */
export async function heardEnergy(page: Page): Promise<number> {
  return z.number().parse(await page.evaluate(SUM_RECEIVED_ENERGY));
}

// Text, as they run in the page: this project of the server's knows no browser.

/** Before the page's own scripts: keeps the calls that it makes, so that their statistics can be read. */
const KEEP_CALLS = `
  window.callsUnderTest = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration) {
      super(configuration);
      window.callsUnderTest.push(this);
    }
  };`;

const SUM_RECEIVED_ENERGY = `(async () => {
  let energy = 0;
  for (const call of window.callsUnderTest) {
    for (const report of (await call.getStats()).values()) {
      if (report.type === 'inbound-rtp') energy += report.totalAudioEnergy ?? 0;
    }
  }
  return energy;
})()`;

function launch(microphoneWav: string | undefined): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--allow-loopback-in-peer-connection',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      ...(microphoneWav === undefined ? [] : [`--use-file-for-fake-audio-capture=${microphoneWav}%noloop`]),
    ],
  });
}
