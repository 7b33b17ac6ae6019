import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { heardEnergy, openPage } from '@parley/server/testing/browser.ts';
import { writeMicrophoneWav } from '@parley/server/testing/fake-microphone.ts';

/**
 * `node browser-call.ts HOST PORT`: opens the server's page in Chromium and talks. Exits with 0 when the agent was heard
 * and the caller understood; prints the path that the audio took. The page is reached through a tunnel from localhost,
 * because a browser gives no microphone to http elsewhere; only the page and its API go through it.
 */
const [host = '', port = ''] = process.argv.slice(2);
const ANSWER_TIMEOUT_MS = 30_000;

const SELECTED_PATH = `(async () => {
  const reports = [];
  for (const call of window.callsUnderTest) reports.push(...(await call.getStats()).values());
  const pair = reports.find((report) => report.type === 'candidate-pair' && report.nominated && report.state === 'succeeded');
  const local = reports.find((report) => report.id === pair?.localCandidateId);
  return [local?.candidateType, local?.relayProtocol].filter(Boolean).join(' by ');
})()`;

const tunnel = createServer((near) => {
  const far = connect(Number(port), host);
  near.pipe(far).pipe(near);
  near.on('error', () => far.destroy());
  far.on('error', () => near.destroy());
});
tunnel.listen(0, 'localhost');
await once(tunnel, 'listening');
const address = tunnel.address();
if (address === null || typeof address === 'string') throw new Error('The tunnel has no port.');

const folder = await mkdtemp(join(tmpdir(), 'parley-browser-call-'));
try {
  const microphoneWav = join(folder, 'caller.wav');
  // After the greeting, which lasts 4 s; a handshake through a TURN server takes another 3.
  await writeMicrophoneWav(microphoneWav, [{ silenceMs: 10_000, text: "I'd like to book a haircut" }]);
  const { page, close } = await openPage(`http://localhost:${address.port}`, { microphoneWav });
  try {
    await page.getByTestId('talk-button').click();
    const understood = page.locator('[data-testid="caption"][data-speaker="user"][data-final="true"]').first();
    await understood.waitFor({ timeout: ANSWER_TIMEOUT_MS });
    const path = String(await page.evaluate(SELECTED_PATH));
    const energy = await heardEnergy(page);
    process.stdout.write(`path: ${path}; heard: ${energy.toFixed(4)}; understood: ${await understood.innerText()}\n`);
    process.exitCode = energy > 0.001 ? 0 : 1;
  } finally {
    await close();
  }
} finally {
  tunnel.close();
  await rm(folder, { recursive: true, force: true });
}
