import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DialedCall, dial } from '@parley/channels/webrtc/dial.ts';
import { getOrganization } from '@parley/contract/api/organization-api.ts';
import { listRecordings } from '@parley/contract/api/recordings-api.ts';
import {
  conversationOpenedSchema,
  conversationViewSchema,
  webrtcAnswerSchema,
} from '@parley/contract/conversations.ts';
import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { decodeWav } from '@parley/engine/audio/wav.ts';
import { FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import { createRandom } from '@parley/engine/simulation/random.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ServerProcess, startServerProcess } from '../testing/server-process.ts';

// A real server with its own database, a real call by WebRTC, and a real end of the process.
const password = 'correct horse battery staple 41';
const env = { HOST: 'localhost', PARLEY_ADMIN_EMAIL: 'admin@example.com', PARLEY_ADMIN_PASSWORD: password };
let server: ServerProcess | undefined;
let dataDir: string | undefined;
const stopped = new AbortController();

afterEach(async () => {
  stopped.abort();
  await server?.stop().catch(() => {});
  if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
});

describe('a call that is recorded', () => {
  it('is announced, kept sealed while it runs, and playable to within two seconds when the server is killed', async () => {
    server = await startServerProcess({ env });
    dataDir = server.dataDir;
    let token = await signIn(server.url);
    const organization = getOrganization.reply.schema.parse(await ask(server.url, token, '/v1/organization'));
    await ask(server.url, token, '/v1/organization', 'PATCH', { settings: { recording: { mode: 'always' } } });
    expect(organization.settings.recording?.mode ?? 'agent').toBe('agent');

    const call = await callServer(server.url);
    await call.sound(9_500);
    const killedAfterMs = call.soundedMs();
    await server.kill();
    call.close();

    const folder = join(dataDir, 'recordings');
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      const bytes = await readFile(join(file.parentPath, file.name));
      expect(bytes.includes('RIFF') || bytes.includes('WAVE')).toBe(false);
    }

    server = await startServerProcess({ env, dataDir });
    token = await signIn(server.url);
    const { recordings } = listRecordings.reply.schema.parse(await ask(server.url, token, '/v1/recordings'));
    expect(recordings).toHaveLength(1);
    const [recording] = recordings;
    expect(recording).toMatchObject({ status: 'interrupted', conversation_id: call.conversationId });
    const durationMs = recording?.duration_ms ?? 0;
    expect(durationMs).toBeGreaterThanOrEqual(killedAfterMs - 2000);
    expect(durationMs).toBeLessThanOrEqual(killedAfterMs + 1500);
    const audio = await fetch(`${server.url}${recording?.audio_url}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { channels } = decodeWav(new Uint8Array(await audio.arrayBuffer()));
    const [caller = new Int16Array(0), agent = new Int16Array(0)] = channels;
    expect(caller.length).toBe((durationMs * SAMPLE_RATE_HZ) / 1000);
    // The room is heard in each second, and the agent's greeting with its first sentence.
    const levels = Array.from({ length: Math.floor(durationMs / 1000) }, (_, n) =>
      rmsDbfs(caller.subarray(n * SAMPLE_RATE_HZ, (n + 1) * SAMPLE_RATE_HZ)),
    );
    expect(levels.filter((level) => level > -60).length).toBeGreaterThanOrEqual(levels.length - 2);
    expect(rmsDbfs(agent.subarray(0, 3 * SAMPLE_RATE_HZ))).toBeGreaterThan(-40);
    const conversation = conversationViewSchema.parse(
      await ask(server.url, token, `/v1/conversations/${call.conversationId}`),
    );
    expect(conversation.recordings).toEqual(recordings);
    expect(conversation.turns[0]?.reply?.text).toMatch(/^This call is recorded\. /);
  }, 180_000);
});

async function signIn(url: string): Promise<string> {
  const body = { email: env.PARLEY_ADMIN_EMAIL, password };
  return z.object({ access_token: z.string() }).parse(await ask(url, undefined, '/v1/auth/sign-in', 'POST', body))
    .access_token;
}

async function ask(url: string, token: string | undefined, path: string, method = 'GET', body?: unknown) {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      'if-match': '*',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${text}`);
  return JSON.parse(text);
}

/** A caller who says nothing, in a room that is not quite silent. */
async function callServer(url: string) {
  const opened = conversationOpenedSchema.parse(
    await ask(url, undefined, '/v1/conversations', 'POST', { channel_type: 'voice' }),
  );
  const path = `/v1/conversations/${opened.conversation_id}/webrtc`;
  const line: DialedCall = await dial({
    exchange: async (sdp) => webrtcAnswerSchema.parse(await ask(url, opened.token, path, 'POST', { sdp })).sdp,
    iceServers: opened.ice_servers,
    onAudio() {},
    onMessage() {},
    onClosed() {},
    signal: stopped.signal,
  });
  const startedAtMs = performance.now();
  const random = createRandom('a room');
  let frames = 0;
  const timer = setInterval(() => {
    while (frames * FRAME_MS < performance.now() - startedAtMs) {
      line.send(Int16Array.from({ length: FRAME_SAMPLES }, () => random.int(-300, 300)));
      frames += 1;
    }
  }, FRAME_MS);
  return {
    conversationId: opened.conversation_id,
    soundedMs: () => performance.now() - startedAtMs,
    sound: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)),
    close() {
      clearInterval(timer);
      line.close();
    },
  };
}
