import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PhoneLeg } from '@parley/channels/phone/phone-leg.ts';
import type { ParleyClient } from '@parley/client/create-client.ts';
import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { decodeWav } from '@parley/engine/audio/wav.ts';
import type { Digit } from '@parley/engine/ports/audio.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminClient, adminEnv } from '../../testing/admin-client.ts';
import { type OtlpCollector, startOtlpCollector } from '../../testing/otlp-collector.ts';
import { metricsEnv } from '../../testing/server-metrics.ts';
import { type ServerProcess, startServerProcess, typedOnly } from '../../testing/server-process.ts';
import { createTelephone, type Telephone } from '../testing/telephone.ts';
import { tone } from '../transfers/testing/sound-on-leg.ts';

/** Nothing else in a database or a log looks like it. */
const pin: readonly Digit[] = ['7', '3', '9', '1', '4', '6', '2', '8'];
const secret = pin.join('');
/** On a busy machine what takes milliseconds takes seconds. */
const soon = { timeout: 10_000 };
const never = new AbortController().signal;

let server: ServerProcess;
let api: ParleyClient;
let telephone: Telephone;
let collector: OtlpCollector;
let log = '';

beforeAll(async () => {
  collector = await startOtlpCollector();
  server = await startServerProcess({
    env: {
      ...{ ...typedOnly, ...adminEnv, ...metricsEnv, SIP_PORT: '0', RTP_PORTS: '20000-31999', LOG_LEVEL: 'trace' },
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    },
    onOutput: (text) => {
      log += text;
    },
  });
  api = await adminClient(server.url);
  await api.updateOrganization({ body: { settings: { recording: { mode: 'always' } } }, ifMatch: '*' });
  await publishPinLine('pin-line');
  telephone = await createTelephone();
}, 180_000);

afterAll(async () => {
  await telephone?.close();
  await server?.stop();
  await collector?.close();
});

describe('a call by SIP that is recorded', () => {
  it('says so first, and neither keeps a PIN that is pressed nor what is said with it', async () => {
    const leg = await telephone.endpoint.dial(
      { uri: `sip:pin-line@127.0.0.1:${server.sipPort}`, from: { uri: 'sip:+353861234567@127.0.0.1' } },
      AbortSignal.timeout(15_000),
    );
    // The sentence that says so, and the question for what may be recorded.
    await spokenAndQuiet(leg);
    await leg.sendDigits(['4', '2'], never);
    await spokenAndQuiet(leg);
    // Somebody says the digits while they press them.
    const voice = tone(leg, 700);
    await leg.sendDigits(pin, never);
    voice.stop();
    await expect(leg.ended).resolves.toMatchObject({ by: 'far' });
    const [call] = (await api.listCalls({ limit: 1 })).calls;
    const conversationId = call?.conversation_id ?? '';
    await expect
      .poll(async () => (await api.getConversation({ conversation_id: conversationId })).end_reason, soon)
      .toBe('completed');
    const view = await api.getConversation({ conversation_id: conversationId });
    const [greeting, question, thanks] = view.turns.map((turn) => JSON.stringify(turn));
    expect(greeting).toContain('This call is recorded. Key in your branch.');
    expect(question).toContain('Key in your PIN.');
    expect(thanks).toContain('Thank you.');

    // Where the PIN was asked for both sides are silent; before and after, the agent is heard.
    const [recording] = (await api.listRecordings({ conversation_id: conversationId })).recordings;
    const [pause] = recording?.pauses ?? [];
    if (recording === undefined || pause?.to_ms == null) throw new Error('The recording has no pause.');
    const loud = await loudMs(recording.recording_id);
    const isDuring = (ms: number) => ms > pause.from_ms + marginMs && ms < (pause.to_ms ?? 0) - marginMs;
    expect(pause.to_ms - pause.from_ms).toBeGreaterThan(500);
    expect(loud.caller.filter(isDuring)).toEqual([]);
    expect(loud.agent.filter(isDuring)).toEqual([]);
    expect(loud.agent.filter((ms) => ms < pause.from_ms).length).toBeGreaterThan(500 / frameMs);

    const metrics = await fetch(`${server.url}/metrics`, {
      headers: { authorization: `Bearer ${metricsEnv.METRICS_TOKEN}` },
    });
    await expect.poll(() => collector.spans.length, soon).toBeGreaterThan(0);
    for (const [where, text] of [
      ['the conversation', JSON.stringify(view)],
      ['the call', JSON.stringify(call)],
      ['the log', log],
      ['traces', JSON.stringify(collector.spans.map((span) => [span.name, ...span.attributes]))],
      ['metrics', await metrics.text()],
      ...(await filesOf(server.dataDir)),
    ] as const) {
      expect(text.includes(secret), where).toBe(false);
    }
    // It was looked for where it would stand: the number that called is there.
    expect((await filesOf(server.dataDir)).some(([, text]) => text.includes('+353861234567'))).toBe(true);
  }, 60_000);
});

const frameMs = 20;
/** The pause is reckoned where it begins, the sound frame by frame. */
const marginMs = 2 * frameMs;
const audibleDbfs = -50;

/** Resolves when something was said, and nothing more follows for a while. */
function spokenAndQuiet(leg: PhoneLeg): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('It was not said within 20 s.')), 20_000);
    let loud = 0;
    let quiet = 0;
    leg.listen({
      frame(frame) {
        if (rmsDbfs(frame) > audibleDbfs) {
          loud += 1;
          quiet = 0;
        } else quiet += 1;
        if (loud < 25 || quiet < 1000 / frameMs) return;
        clearTimeout(timer);
        leg.listen(undefined);
        resolve();
      },
      digit() {},
    });
  });
}

async function publishPinLine(number: string): Promise<void> {
  const definition = {
    ...{ format: 1, id: 'pin', name: 'Pin', languages: ['en-US'] },
    slots: {
      branch: { type: 'digits', length: { min: 2, max: 2 } },
      pin: { type: 'digits', length: { min: 8, max: 8 }, privacy: 'secret' },
    },
    flows: {
      main: {
        nodes: {
          start: { type: 'start', next: 'ask' },
          ask: {
            type: 'form',
            slots: [
              { slot: 'branch', ask: 'Key in your branch.' },
              { slot: 'pin', ask: 'Key in your PIN.' },
            ],
            next: 'bye',
          },
          bye: { type: 'end', text: 'Thank you.' },
        },
      },
    },
  };
  const { flow_id } = await api.createFlow({ body: { flow_name: 'Pin', flow_definition: definition } });
  await api.publishFlow({ flow_id, ifMatch: '*' });
  await api.createPhoneNumber({ body: { number, flow_id } });
}

/** Where something is heard, in milliseconds from the beginning of the recording. */
async function loudMs(recordingId: string) {
  const sideOf = async (channel: 'caller' | 'agent') => {
    const sound = await api.getRecordingAudio({ recording_id: recordingId, channel });
    const { channels, sampleRateHz } = decodeWav(new Uint8Array(await sound.arrayBuffer()));
    const [samples = new Int16Array()] = channels;
    const length = (sampleRateHz * frameMs) / 1000;
    const frames = Array.from({ length: Math.floor(samples.length / length) }, (_, index) => index);
    return frames
      .filter((index) => rmsDbfs(samples.subarray(index * length, (index + 1) * length)) > audibleDbfs)
      .map((index) => index * frameMs);
  };
  return { caller: await sideOf('caller'), agent: await sideOf('agent') };
}

/** All that the server keeps, its database and what that has not put in order yet among it. */
async function filesOf(folder: string): Promise<[string, string][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (file) => [file, (await readFile(file)).toString('latin1')] as [string, string]));
}
