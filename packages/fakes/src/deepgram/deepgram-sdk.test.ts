import { DeepgramClient, DeepgramError } from '@deepgram/sdk';
import { encodeG711 } from '@parley/engine/audio/g711.ts';
import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import { createPcmStream } from '@parley/speech/wire/pcm-stream.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Brain } from '../brain.ts';
import { createToneBrain } from '../brains/tone-brain.ts';
import { fakeKey, type RunningFake } from '../fake-vendor.ts';
import { createDeepgramFake, deepgramFakeDefaults } from './deepgram-fake.ts';

/** The vendor's own client, as its customers use it, takes the fake for the vendor. */
let brain: Brain;
let fake: RunningFake;

beforeEach(async () => {
  brain = createToneBrain();
  fake = await createDeepgramFake({ ...deepgramFakeDefaults, fluxEndOfTurnMs: 300, idleTimeoutMs: 150 }).start({
    port: 0,
    brain,
  });
});
afterEach(async () => {
  await fake.close();
  await brain.close();
});

const sentence = 'i would like to book a haircut';

function client(apiKey = fakeKey): DeepgramClient {
  return new DeepgramClient({ apiKey, baseUrl: fake.url, maxRetries: 0 });
}

async function spoken(text: string): Promise<Int16Array> {
  return (await brain.speak(text, 'en', new AbortController().signal)).samples;
}

/** 16-bit samples in pieces of 20 ms. */
function pieces(samples: Int16Array): Buffer[] {
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return Array.from({ length: Math.ceil(bytes.length / 640) }, (_, n) => bytes.subarray(640 * n, 640 * n + 640));
}

type Message = { readonly type?: string | undefined };

/** Keeps what comes and waits for what is wanted. */
function createInbox<Incoming>() {
  const all: Incoming[] = [];
  let look = () => {};
  return {
    all,
    take(message: Incoming): void {
      all.push(message);
      look();
    },
    until<Wanted extends Incoming>(isWanted: (message: Incoming) => message is Wanted): Promise<Wanted> {
      const { promise, resolve, reject } = Promise.withResolvers<Wanted>();
      const timer = setTimeout(
        () => reject(new Error(`It did not come; last: ${JSON.stringify(all.slice(-3))}`)),
        5000,
      );
      look = () => {
        const found = all.find(isWanted);
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found);
      };
      look();
      return promise;
    },
  };
}

describe('the official SDK at /v1/listen', () => {
  test('gets interim results, the final one for Finalize, and metadata before the end', async () => {
    const socket = await client().listen.v1.connect({
      model: 'nova-3',
      language: 'en',
      encoding: 'linear16',
      sample_rate: 16_000,
      interim_results: 'true',
      endpointing: false,
      keyterm: ['Beatrix', 'blow dry'],
      reconnectAttempts: 0,
    });
    const inbox = createInbox<Message>();
    socket.on('message', (message) => inbox.take(message));
    socket.connect();
    await socket.waitForOpen();
    for (const piece of pieces(await spoken(sentence))) socket.sendMedia(piece);
    socket.sendKeepAlive({ type: 'KeepAlive' });
    socket.sendFinalize({ type: 'Finalize' });
    const final = await inbox.until(
      (message): message is Results => isResults(message) && message.from_finalize === true,
    );
    expect(final.is_final).toBe(true);
    expect(final.channel.alternatives[0]?.transcript).toBe(sentence);
    expect(final.channel.alternatives[0]?.words[1]).toMatchObject({
      word: 'would',
      punctuated_word: 'would',
      start: 0.24,
    });
    const interim = inbox.all.filter(isResults).filter(({ is_final }) => is_final !== true);
    expect(interim.at(-1)?.channel.alternatives[0]?.transcript).toMatch(/^i would/);
    socket.sendCloseStream({ type: 'CloseStream' });
    await inbox.until((message): message is Message => message.type === 'Metadata');
    expect(fake.journal.requests[0]).toMatchObject({
      path: '/v1/listen',
      query: { model: ['nova-3'], keyterm: ['Beatrix', 'blow dry'], interim_results: ['true'] },
    });
    socket.close();
  });

  test('is told where a sentence pauses and where an utterance ended', async () => {
    const socket = await client().listen.v1.connect({
      model: 'nova-3',
      encoding: 'linear16',
      sample_rate: 16_000,
      interim_results: 'true',
      endpointing: 300,
      utterance_end_ms: 1000,
      reconnectAttempts: 0,
    });
    const inbox = createInbox<Message>();
    socket.on('message', (message) => inbox.take(message));
    socket.connect();
    await socket.waitForOpen();
    for (const piece of pieces(await spoken('good morning'))) socket.sendMedia(piece);
    for (const piece of pieces(new Int16Array(24_000))) socket.sendMedia(piece);
    await inbox.until((message): message is Message => message.type === 'UtteranceEnd');
    const pause = inbox.all.filter(isResults).find(({ speech_final }) => speech_final === true);
    expect(pause?.channel.alternatives[0]?.transcript).toBe('good morning');
    socket.close();
  });

  test('loses a connection on which it neither speaks nor says that it is there', async () => {
    const socket = await client().listen.v1.connect({
      model: 'nova-3',
      encoding: 'mulaw',
      sample_rate: 8000,
      reconnectAttempts: 0,
    });
    const { promise, resolve } = Promise.withResolvers<{ code: number; reason: string }>();
    socket.on('close', ({ code, reason }) => resolve({ code, reason }));
    socket.connect();
    await socket.waitForOpen();
    await expect(promise).resolves.toMatchObject({ code: 1011, reason: expect.stringContaining('NET-0001') });
  });
});

describe('the official SDK at /v2/listen', () => {
  test('is told of a turn from its start over an early guess to its end', async () => {
    const socket = await client().listen.v2.connect({
      model: 'flux-general-en',
      encoding: 'mulaw',
      sample_rate: 8000,
      eager_eot_threshold: 0.4,
      eot_threshold: 0.7,
      reconnectAttempts: 0,
    });
    const inbox = createInbox<Message>();
    socket.on('message', (message) => inbox.take(message));
    socket.connect();
    await socket.waitForOpen();
    const narrow = createWideToLine();
    const speech = await spoken(sentence);
    const said = new Int16Array(speech.length + 8000);
    said.set(speech);
    const bytes = Buffer.from(encodeG711(narrow.process(said), 'mulaw'));
    for (let at = 0; at < bytes.length; at += 640) socket.sendMedia(bytes.subarray(at, at + 640));
    const end = await inbox.until(
      (message): message is TurnInfo => isTurnInfo(message) && message.event === 'EndOfTurn',
    );
    expect(end).toMatchObject({ transcript: sentence, turn_index: 0, trigger: 'model' });
    const turns = inbox.all.filter(isTurnInfo);
    const events = turns.map(({ event }) => event).filter((event) => event !== 'Update');
    expect(events).toEqual(['StartOfTurn', 'EagerEndOfTurn', 'EndOfTurn']);
    expect(inbox.all[0]?.type).toBe('Connected');
    socket.close();
  });

  test('ends a turn by itself and changes the key terms in the middle', async () => {
    const socket = await client().listen.v2.connect({
      model: 'flux-general-en',
      encoding: 'linear16',
      sample_rate: 16_000,
      reconnectAttempts: 0,
    });
    const inbox = createInbox<Message>();
    socket.on('message', (message) => inbox.take(message));
    socket.connect();
    await socket.waitForOpen();
    socket.sendConfigure({ type: 'Configure', keyterms: ['Beatrix'] });
    const success = await inbox.until((message): message is Message => message.type === 'ConfigureSuccess');
    expect(success).toMatchObject({ keyterms: ['Beatrix'] });
    for (const piece of pieces(await spoken('one two three'))) socket.sendMedia(piece);
    socket.sendForceEndTurn({ type: 'ForceEndTurn' });
    const end = await inbox.until(
      (message): message is TurnInfo => isTurnInfo(message) && message.event === 'EndOfTurn',
    );
    expect(end).toMatchObject({ transcript: 'one two three', trigger: 'manual' });
    socket.close();
  });
});

describe('the official SDK at /v1/speak', () => {
  test('gets the whole sentence by a request', async () => {
    const answer = await client().speak.v1.audio.generate({
      text: sentence,
      model: 'aura-2-thalia-en',
      encoding: 'linear16',
      sample_rate: 16_000,
      container: 'none',
    });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const pcm = createPcmStream({ encoding: 'pcm16', sampleRateHz: 16_000 });
    expect([...pcm.write(bytes)]).toEqual([...(await spoken(sentence))]);
  });

  test('reads why a request is refused', async () => {
    const generate = (apiKey: string, text: string) =>
      client(apiKey).speak.v1.audio.generate({
        text,
        model: 'aura-2-thalia-en',
        encoding: 'linear16',
        container: 'none',
      });
    await expect(generate('wrong', 'Hello.')).rejects.toMatchObject({
      statusCode: 401,
      body: { err_code: 'INVALID_AUTH' },
    });
    await expect(generate(fakeKey, 'a'.repeat(2001))).rejects.toBeInstanceOf(DeepgramError);
    await expect(generate(fakeKey, 'a'.repeat(2001))).rejects.toMatchObject({ statusCode: 413 });
  });

  test('gets sentences over a connection, and none after it cleared them', async () => {
    const socket = await client().speak.v1.connect({
      model: 'aura-2-thalia-en',
      encoding: 'linear16',
      sample_rate: '16000',
      reconnectAttempts: 0,
    });
    const inbox = createInbox<unknown>();
    socket.on('message', (message) => inbox.take(message));
    socket.connect();
    await socket.waitForOpen();
    socket.sendText({ type: 'Speak', text: sentence });
    socket.sendFlush({ type: 'Flush' });
    await inbox.until((message): message is Message => isMessage(message) && message.type === 'Flushed');
    expect(inbox.all.filter(isMessage).map(({ type }) => type)).toEqual(['Metadata', 'Flushed']);
    const sound = inbox.all.filter((message) => !isMessage(message));
    expect(sound.length).toBeGreaterThan(1);
    socket.sendText({ type: 'Speak', text: 'This is not to be heard.' });
    socket.sendClear({ type: 'Clear' });
    await inbox.until((message): message is Message => isMessage(message) && message.type === 'Cleared');
    socket.sendFlush({ type: 'Flush' });
    await expect.poll(() => inbox.all.filter(isMessage).filter(({ type }) => type === 'Flushed').length).toBe(2);
    expect(inbox.all.filter((message) => !isMessage(message))).toHaveLength(sound.length);
    socket.sendClose({ type: 'Close' });
    socket.close();
  });
});

interface Results extends Message {
  readonly type: 'Results';
  readonly is_final?: boolean | undefined;
  readonly speech_final?: boolean | undefined;
  readonly from_finalize?: boolean | undefined;
  readonly channel: {
    readonly alternatives: readonly { readonly transcript: string; readonly words: readonly unknown[] }[];
  };
}
function isResults(message: Message): message is Results {
  return message.type === 'Results';
}

interface TurnInfo extends Message {
  readonly type: 'TurnInfo';
  readonly event: string;
}
function isTurnInfo(message: Message): message is TurnInfo {
  return message.type === 'TurnInfo';
}

function isMessage(message: unknown): message is Message {
  return (
    typeof message === 'object' &&
    message !== null &&
    'type' in message &&
    typeof message.type === 'string' &&
    !(message instanceof Blob)
  );
}
