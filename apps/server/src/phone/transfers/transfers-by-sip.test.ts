import type { PhoneLeg } from '@parley/channels/phone/phone-leg.ts';
import type { IncomingSipCall } from '@parley/channels/sip/sip-endpoint.ts';
import type { ParleyClient } from '@parley/client/create-client.ts';
import { decodeWav } from '@parley/engine/audio/wav.ts';
import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminClient, adminEnv } from '../../testing/admin-client.ts';
import { type ServerProcess, startServerProcess, typedOnly } from '../../testing/server-process.ts';
import { createTelephone, type Telephone } from '../testing/telephone.ts';
import { publishTransfer } from './testing/publish-transfer.ts';
import { hears, tone, toneLevel } from './testing/sound-on-leg.ts';

/** On a busy machine what takes milliseconds takes seconds. */
const soon = { timeout: 10_000 };
const never = new AbortController().signal;
const person = '+442079460000';
const to = { to: { kind: 'number', number: person } };

let server: ServerProcess;
let api: ParleyClient;
let caller: Telephone;
/** The person's telephone rings at the trunk. */
let trunk: Telephone;

beforeAll(async () => {
  trunk = await createTelephone();
  server = await startServerProcess({
    env: {
      // Voices that talk three times as fast.
      ...{ ...typedOnly, SPEECH: 'scripted?wordMs=100', ...adminEnv, SIP_PORT: '0', RTP_PORTS: '20000-31999' },
      ...{ SIP_TRUNK: `sip:127.0.0.1:${trunk.port}`, HANDOFF_RING_SECONDS: '10' },
    },
  });
  api = await adminClient(server.url);
  await api.updateOrganization({ ifMatch: '*', body: { settings: { recording: { mode: 'always' } } } });
  caller = await createTelephone();
  await publishTransfer(api, 'warm', { ...to, mode: 'warm' });
  await publishTransfer(api, 'cold', { ...to, mode: 'cold' });
}, 180_000);

afterAll(async () => {
  await caller?.close();
  await server?.stop();
  await trunk?.close();
});

describe('a call by SIP that is put through', () => {
  it('warm: the caller hears music, the person presses 1, the two hear one another, and it ends as transferred', async () => {
    const leg = await call('warm');
    const rung = await ringing();
    expect(rung.requestUri).toContain(person);
    expect(rung.from).toBe('warm');
    rung.ring();
    // A second of it, after the agent's first words.
    await hears(leg, { louderThan: 300, frames: 80 });
    const answered = await rung.answer();
    await hears(answered, { louderThan: 300, frames: 50 });
    await answered.sendDigits(['1'], never);
    const ours = tone(leg, 1000);
    await hears(answered, { toneHz: 1000 });
    ours.stop();
    // Now they are joined.
    const theirs = tone(answered, 700);
    await hears(leg, { toneHz: 700 });
    theirs.stop();
    const later = tone(leg, 1300);
    await hears(answered, { toneHz: 1300 });
    later.stop();
    answered.hangUp('completed');
    await expect(leg.ended).resolves.toMatchObject({ by: 'far' });
    const record = await lastCall();
    expect(record?.transfers).toMatchObject([{ kind: 'warm', target: person, outcome: 'answered' }]);
    const view = await api.getConversation({ conversation_id: record?.conversation_id ?? '' });
    expect(view.end_reason).toBe('transferred');
    expect(JSON.stringify(view.turns)).toContain('handed_off');
    expect(JSON.stringify(view.turns[0])).toContain('This call is recorded.');
    // Nobody told the two that they are recorded.
    await expect.poll(() => recordedTones(view.conversation_id), { timeout: 10_000 }).toEqual([]);
  }, 60_000);

  it('warm: a person who refuses brings the caller back to the agent', async () => {
    const leg = await call('warm');
    const answered = await (await ringing()).answer();
    // The call is over before the key is let go.
    await answered.sendDigits(['2'], never).catch(() => undefined);
    await expect(answered.ended).resolves.toMatchObject({ by: 'far' });
    await expect(leg.ended).resolves.toMatchObject({ by: 'far' });
    const record = await lastCall();
    expect(record?.transfers).toMatchObject([{ outcome: 'refused' }]);
    const view = await api.getConversation({ conversation_id: record?.conversation_id ?? '' });
    expect(JSON.stringify(view.turns)).toContain('Nobody came.');
  }, 60_000);

  it('warm: a line that is busy too', async () => {
    const leg = await call('warm');
    (await ringing()).reject(486);
    await expect(leg.ended).resolves.toMatchObject({ by: 'far' });
    expect((await lastCall())?.transfers).toMatchObject([{ outcome: 'busy' }]);
  }, 60_000);

  it('a caller who hangs up while it rings stops the ringing', async () => {
    const leg = await call('warm');
    const rung = await ringing();
    rung.ring();
    leg.hangUp('completed');
    await expect.poll(() => rung.cancelled.aborted, { timeout: 5000 }).toBe(true);
    await expect.poll(async () => (await lastCall())?.transfers[0]?.outcome, soon).toBe('canceled');
  }, 60_000);

  it('cold, by a telephone that cannot transfer: is joined with whoever answers, without a word to them', async () => {
    const leg = await call('cold');
    const answered = await (await ringing()).answer();
    const theirs = tone(answered, 700);
    await hears(leg, { toneHz: 700 });
    theirs.stop();
    leg.hangUp('completed');
    await expect(answered.ended).resolves.toMatchObject({ by: 'far' });
    expect((await lastCall())?.transfers).toMatchObject([{ kind: 'cold', outcome: 'answered' }]);
  }, 60_000);

  it('leaves nothing behind', async () => {
    await expect.poll(() => trunk.endpoint.figures, { timeout: 40_000 }).toMatchObject({ calls: 0 });
    expect([...caller.errors, ...trunk.errors]).toEqual([]);
  }, 60_000);

  it('lets people who were put through finish when the server is stopped', async () => {
    const leg = await call('cold');
    const answered = await (await ringing()).answer();
    const theirs = tone(answered, 700);
    await hears(leg, { toneHz: 700 });
    await expect.poll(async () => (await lastCall())?.transfers[0]?.outcome, soon).toBe('answered');
    const { conversation_id } = (await lastCall()) ?? { conversation_id: '' };
    await expect
      .poll(async () => (await api.getConversation({ conversation_id })).ended_at, { timeout: 15_000 })
      .not.toBeNull();
    const stopped = server.stop();
    // A second and a half into it: by then it would have ended, had nobody waited for the two.
    await hears(leg, { louderThan: 300, frames: 75 });
    theirs.stop();
    leg.hangUp('completed');
    expect(await stopped).toBe(0);
  }, 60_000);
});

async function call(user: string): Promise<PhoneLeg> {
  const uri = `sip:${user}@127.0.0.1:${server.sipPort}`;
  return caller.endpoint.dial({ uri, from: { uri: 'sip:+353861234567@127.0.0.1' } }, AbortSignal.timeout(15_000));
}

async function ringing(): Promise<IncomingSipCall> {
  await expect.poll(() => trunk.ringing.length, { timeout: 15_000 }).toBeGreaterThan(0);
  const rung = trunk.ringing.shift();
  if (rung === undefined) throw new Error('Nobody is rung.');
  return rung;
}

/** Of what the two said to one another once they were joined, whatever is in the recording once it is complete; undefined before. */
async function recordedTones(conversationId: string): Promise<readonly number[] | undefined> {
  const [recording] = (await api.listRecordings({ conversation_id: conversationId })).recordings;
  if (recording?.status !== 'complete') return undefined;
  const sound = await api.getRecordingAudio({ recording_id: recording.recording_id });
  const { channels } = decodeWav(new Uint8Array(await sound.arrayBuffer()));
  // Seconds of the agent's words are.
  expect(channels.map((channel) => channel.length > SAMPLE_RATE_HZ)).toEqual([true, true]);
  return [700, 1300].filter((hz) =>
    channels.some((channel) => {
      const count = Math.floor(channel.length / FRAME_SAMPLES);
      const frames = Array.from({ length: count }, (_, n) =>
        channel.subarray(n * FRAME_SAMPLES, (n + 1) * FRAME_SAMPLES),
      );
      return frames.some((frame) => toneLevel(frame, hz) > 3000);
    }),
  );
}

async function lastCall() {
  return (await api.listCalls({ limit: 1 })).calls[0];
}
