import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ParleyClient } from '@parley/client/create-client.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminClient, adminEnv } from '../../testing/admin-client.ts';
import { heardEnergy, type OpenPage, openPage, whyNoBrowser } from '../../testing/browser.ts';
import { writeMicrophoneWav } from '../../testing/fake-microphone.ts';
import { type ServerProcess, startServerProcess, typedOnly } from '../../testing/server-process.ts';
import { createTelephone, type Telephone } from '../testing/telephone.ts';
import { publishTransfer } from './testing/publish-transfer.ts';
import { hears, tone } from './testing/sound-on-leg.ts';

const builtPage = fileURLToPath(new URL('../../../../console/dist/index.html', import.meta.url));
const missing =
  whyNoBrowser() ?? (existsSync(builtPage) ? undefined : 'The page is not built: npm run build -w apps/console.');

describe.skipIf(missing !== undefined)(
  `a caller and a person at the console${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    let server: ServerProcess;
    let api: ParleyClient;
    let caller: Telephone;
    let open: OpenPage | undefined;
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'console-inbox-'));
      server = await startServerProcess({
        env: { ...typedOnly, ...adminEnv, SIP_PORT: '0', RTP_PORTS: '20000-31999' },
      });
      api = await adminClient(server.url);
      await publishTransfer(api, 'inbox', { to: { kind: 'inbox' } });
      caller = await createTelephone();
    }, 120_000);

    afterAll(async () => {
      await open?.close();
      await caller?.close();
      await server?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    it('hear one another once the person has taken the call, until the person hangs up', async () => {
      const microphoneWav = join(folder, 'person.wav');
      const said =
        'Hello, this is the office, I have read what you want, and I am going to help you with that right away.';
      await writeMicrophoneWav(
        microphoneWav,
        Array.from({ length: 8 }, () => ({ silenceMs: 300, text: said })),
      );
      // The key that the server prints opens no calls: whoever answers them has one of their own.
      const { key } = await api.createApiKey({ body: { name: 'The office', permissions: ['conversations:answer'] } });
      open = await openPage(`${server.url}/#key=${key}`, { microphoneWav });
      const { page } = open;
      await page.getByTestId('callers-open').click();
      await page.getByTestId('callers-nobody').waitFor();
      const uri = `sip:inbox@127.0.0.1:${server.sipPort}`;
      const leg = await caller.endpoint.dial(
        { uri, from: { uri: 'sip:+353861234567@127.0.0.1' } },
        AbortSignal.timeout(15_000),
      );
      const waiting = page.getByTestId('caller-waiting');
      await waiting.waitFor();
      expect(await waiting.innerText()).toMatch(/\+353861234567[\s\S]*They ask for a refund/);
      await page.getByRole('button', { name: 'Take call' }).click();
      await page.getByTestId('caller-taken').waitFor();
      const call = () => api.listCalls({ limit: 1 }).then(({ calls }) => calls[0]);
      await expect
        .poll(async () => (await call())?.transfers, { timeout: 10_000 })
        .toMatchObject([{ outcome: 'answered' }]);
      const conversation = (await call())?.conversation_id ?? '';
      await expect
        .poll(async () => (await api.getConversation({ conversation_id: conversation })).end_reason, {
          timeout: 15_000,
        })
        .toBe('transferred');
      await expect
        .poll(async () => (await api.listAuditLogs({ action: 'conversations:answer', limit: 5 })).audit_logs, {
          timeout: 10_000,
        })
        .toContainEqual(
          expect.objectContaining({
            action: 'conversations:answer',
            resource_id: conversation,
            after: { hand_off: 'taken' },
          }),
        );
      await hears(leg, { louderThan: 300, frames: 50 });
      const before = await heardEnergy(page);
      const ours = tone(leg, 500);
      await expect.poll(() => heardEnergy(page), { timeout: 10_000 }).toBeGreaterThan(before + 0.001);
      ours.stop();
      await page.getByRole('button', { name: 'Hang up' }).click();
      await expect(leg.ended).resolves.toMatchObject({ by: 'far' });
      await page.getByTestId('callers-nobody').waitFor();
      expect(open.complaints).toEqual([]);
    }, 90_000);
  },
);
