import { randomUUID } from 'node:crypto';
import { createClient, type ParleyClient } from '@parley/client/create-client.ts';
import { encodeWav } from '@parley/engine/audio/wav.ts';
import { type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../testing/server-process.ts';

const admin = { email: 'owner@example.com', password: 'correct horse battery staple 9' };

describe('a conversation by requests', () => {
  let server: ServerProcess;
  let team: ParleyClient;

  beforeAll(async () => {
    server = await startServerProcess({
      env: { PARLEY_ADMIN_EMAIL: admin.email, PARLEY_ADMIN_PASSWORD: admin.password, TIME_ZONE: 'Europe/London' },
    });
    const signedIn = await createClient({ baseUrl: server.url }).signIn({ body: admin });
    if (signedIn.transport !== 'bearer') throw new Error('The tokens come in the body unless asked for otherwise.');
    team = createClient({ baseUrl: server.url, token: signedIn.access_token });
  }, 120_000);

  afterAll(() => server?.stop(), 60_000);

  it('begins with the greeting, understands, and ends with its figures', async () => {
    const started = await team.startConversation({
      body: { channel_type: 'api', caller_id: '+442079460958', initial_context: { customer_tier: 'gold' } },
    });
    expect(started).toMatchObject({ channel_type: 'api', initial_message: expect.stringMatching(/\w/) });
    expect(Date.parse(started.token_expires_at) - Date.now()).toBeLessThanOrEqual(3_600_000);
    // The caller's own token opens it as the key does.
    const caller = createClient({ baseUrl: server.url, token: started.token });
    const conversation_id = started.session_id;
    const answer = await caller.processInput({
      conversation_id,
      body: { input_type: 'text', text: "I'd like to book a haircut" },
    });
    expect(answer).toMatchObject({
      session_id: conversation_id,
      turn_number: 2,
      nlu: {
        intent: { name: 'book', confidence: expect.any(Number) },
        entities: [{ entity_type: 'service', value: 'haircut', start_char: 19, end_char: 26 }],
        sentiment: { label: 'neutral' },
      },
      response: { type: 'text', text: expect.stringMatching(/\?/) },
      next_action: { action_type: 'wait_for_input' },
    });
    // What the team knows of its callers is not told to them.
    expect(answer.updated_context).toMatchObject({ service: 'haircut' });
    expect(answer.updated_context).not.toHaveProperty('customer_tier');
    expect(await caller.getBotState({ conversation_id })).toMatchObject({
      agent_id: 'receptionist',
      state: 'waiting',
      is_live: true,
      counters: { replies: 2 },
    });
    const asked = { input_type: 'text', text: 'What are your opening hours?' } as const;
    expect(await team.processInput({ conversation_id, body: asked })).toMatchObject({
      updated_context: { customer_tier: 'gold' },
    });
    const body = { reason: 'completed', user_feedback: { satisfaction_score: 5 } } as const;
    const ended = await team.endConversation({ conversation_id, body });
    expect(ended).toMatchObject({ turn_count: 3, summary: expect.stringMatching(/^3 turns\. Asked for: .*book/) });
    await expect(
      team.processInput({ conversation_id, body: { input_type: 'text', text: 'Hello?' } }),
    ).rejects.toMatchObject({ status: 404, code: 'conversation_not_found' });
    // A rating that comes late is kept; the end stands as it was.
    const record = await team.updateConversation({ conversation_id, body: { rating: 4, reason: 'error' } });
    expect(record).toMatchObject({ end_reason: 'completed', turn_count: 3 });
    expect(await team.endConversation({ conversation_id, body: {} })).toEqual(ended);
  }, 60_000);

  it('answers a message that is sent again with what was stored', async () => {
    const { conversation_id, caller } = await open();
    const send = (idempotencyKey: string) =>
      caller.processInput({
        conversation_id,
        body: { input_type: 'text', text: 'What are your opening hours?' },
        idempotencyKey,
      });
    const key = randomUUID();
    const [first, again] = [await send(key), await send(key)];
    expect(again).toMatchObject({ turn_number: first.turn_number, response: first.response });
    expect((await send(randomUUID())).turn_number).toBe(first.turn_number + 1);
  }, 60_000);

  it('hears what was said in a WAV', async () => {
    const { conversation_id, caller } = await open();
    const audio = Buffer.from(encodeWav([await spoken('What are your opening hours?')], SAMPLE_RATE_HZ));
    const answer = await caller.processInput({
      conversation_id,
      body: { input_type: 'audio', audio_url: `data:audio/wav;base64,${audio.toString('base64')}` },
    });
    expect(answer.nlu?.intent.name).toBe('opening_hours');
    for (const [audio_url, code] of [
      ['not a sound!', 'audio_not_usable'],
      ['UklGRg==', 'audio_not_usable'],
      ['http://127.0.0.1:80/a.wav', 'address_refused'],
    ] as const) {
      await expect(
        caller.processInput({ conversation_id, body: { input_type: 'audio', audio_url } }),
      ).rejects.toMatchObject({ status: expect.any(Number), code });
    }
  }, 60_000);

  it('gives a fresh token, after which the one before opens nothing', async () => {
    const { conversation_id, caller } = await open();
    const { token } = await caller.renewConversationToken({ conversation_id });
    await expect(caller.getBotState({ conversation_id })).rejects.toMatchObject({ status: 403 });
    const fresh = createClient({ baseUrl: server.url, token });
    expect(await fresh.getBotState({ conversation_id })).toMatchObject({ conversation_id });
    // And it opens no other.
    const other = await open();
    await expect(fresh.getBotState({ conversation_id: other.conversation_id })).rejects.toMatchObject({ status: 403 });
  }, 60_000);

  it('is not there for whoever asks for one that never was, and needs what it takes', async () => {
    const nobody = createClient({ baseUrl: server.url });
    await expect(nobody.startConversation({ body: { channel_type: 'api' } })).rejects.toMatchObject({ status: 401 });
    await expect(
      team.processInput({ conversation_id: randomUUID(), body: { input_type: 'text', text: 'Hello?' } }),
    ).rejects.toMatchObject({ status: 404, code: 'conversation_not_found' });
    const { conversation_id, caller } = await open();
    await expect(caller.processInput({ conversation_id, body: { input_type: 'text' } })).rejects.toMatchObject({
      status: 400,
      code: 'invalid_request',
    });
  }, 60_000);

  async function open() {
    const { conversation_id, token } = await createClient({ baseUrl: server.url }).openConversation({
      body: { channel_type: 'chat' },
    });
    return { conversation_id, token, caller: createClient({ baseUrl: server.url, token }) };
  }
});

async function spoken(text: string): Promise<Pcm> {
  const synthesizer = createEmbeddedSynthesizer();
  const pieces: Pcm[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const signal = AbortSignal.timeout(20_000);
      synthesizer.synthesize(
        { text, language: 'en-US', voice: undefined, tone: 'neutral', ssml: undefined, passage: undefined, signal },
        {
          audio: (samples) => pieces.push(samples),
          words: () => {},
          done: resolve,
          failed: (code, message) => reject(new Error(`${code}: ${message}`)),
        },
      );
    });
  } finally {
    await synthesizer.close();
  }
  const pcm = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    pcm.set(piece, at);
    at += piece.length;
  }
  return pcm;
}
