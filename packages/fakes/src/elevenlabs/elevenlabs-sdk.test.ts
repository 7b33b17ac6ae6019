import { ElevenLabsClient, ElevenLabsError } from '@elevenlabs/elevenlabs-js';
import { decodeG711 } from '@parley/engine/audio/g711.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createToneBrain } from '../brains/tone-brain.ts';
import { fakeKey, type RunningFake } from '../fake-vendor.ts';
import { withFault } from '../faults.ts';
import { elevenLabsFake } from './elevenlabs-fake.ts';

const george = 'JBFqnCBsd6RMkjVDRZzb';
const brain = createToneBrain();
let fake: RunningFake;
let client: ElevenLabsClient;

beforeEach(async () => {
  fake = await elevenLabsFake.start({ port: 0, brain });
  client = clientOf('');
});
afterEach(() => fake.close());

function clientOf(fault: string, apiKey = fakeKey) {
  return new ElevenLabsClient({ apiKey, baseUrl: withFault(fake.url, fault), maxRetries: 0 });
}
const sentence = { text: 'Come at seven please', modelId: 'eleven_flash_v2_5', languageCode: 'en' };

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
async function truth() {
  return brain.speak(sentence.text, 'en', AbortSignal.timeout(1000));
}

describe('the vendor’s own SDK finds its vendor in the fake', () => {
  it('when it streams speech, and stitches the next sentence to it', async () => {
    const first = await client.textToSpeech
      .stream(george, { ...sentence, outputFormat: 'pcm_16000' })
      .withRawResponse();
    const bytes = await bytesOf(first.data);
    const { samples } = await truth();
    expect(Array.from({ length: samples.length }, (_, n) => bytes.readInt16LE(2 * n))).toEqual([...samples]);
    const requestId = first.rawResponse.headers.get('request-id') ?? '';
    expect(requestId).not.toBe('');
    const second = await client.textToSpeech.stream(george, {
      ...sentence,
      outputFormat: 'pcm_16000',
      previousRequestIds: [requestId],
      voiceSettings: { stability: 0.4, similarityBoost: 0.8, speed: 1.1 },
    });
    expect((await bytesOf(second)).length).toBe(bytes.length);
    expect(fake.journal.requests[1]).toMatchObject({
      path: `/v1/text-to-speech/${george}/stream`,
      query: { output_format: ['pcm_16000'] },
      body: {
        text: 'Come at seven please',
        model_id: 'eleven_flash_v2_5',
        language_code: 'en',
        previous_request_ids: [requestId],
        voice_settings: { stability: 0.4, similarity_boost: 0.8, speed: 1.1 },
      },
    });
  });

  it('when it asks for what a telephone carries', async () => {
    const bytes = await bytesOf(await client.textToSpeech.convert(george, { ...sentence, outputFormat: 'ulaw_8000' }));
    expect(bytes.length).toBe((await truth()).samples.length / 2);
    expect(Math.max(...decodeG711(bytes, 'mulaw'))).toBeGreaterThan(5000);
  });

  it('when it asks for the times of characters, streamed and whole', async () => {
    const streamed = await client.textToSpeech.streamWithTimestamps(george, { ...sentence, outputFormat: 'pcm_16000' });
    let text = '';
    let starts: number[] = [];
    let bytes = 0;
    for await (const { audioBase64, alignment } of streamed) {
      bytes += Buffer.from(audioBase64, 'base64').length;
      text += (alignment?.characters ?? []).join('');
      starts = [...starts, ...(alignment?.characterStartTimesSeconds ?? [])];
    }
    expect(text).toBe(sentence.text);
    expect(bytes).toBe(2 * (await truth()).samples.length);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    const whole = await client.textToSpeech.convertWithTimestamps(george, { ...sentence, outputFormat: 'pcm_16000' });
    expect(whole.alignment?.characterStartTimesSeconds).toEqual(starts);
  });

  it('when it lists the voices, page by page', async () => {
    const first = await client.voices.search({ pageSize: 3 });
    expect(first).toMatchObject({ hasMore: true, voices: { length: 3 } });
    const second = await client.voices.search({ pageSize: 3, nextPageToken: first.nextPageToken ?? '' });
    expect(second.hasMore).toBe(false);
    expect(second.voices.map(({ name }) => name)).toContain('Mai Lan');
    expect((await client.voices.getAll()).voices).toHaveLength(5);
  });

  it.each([
    ['a key that is none', 401, () => clientOf('', 'wrong').textToSpeech.convert(george, sentence)],
    ['a voice that there is not', 404, () => client.textToSpeech.convert('nobody', sentence)],
    ['a body that does not fit', 422, () => client.textToSpeech.convert(george, { ...sentence, text: '' })],
    [
      'a sentence before that is not spoken yet',
      400,
      () =>
        client.textToSpeech.convert(george, { ...sentence, outputFormat: 'pcm_16000', previousRequestIds: ['none'] }),
    ],
    ['too many requests', 429, () => clientOf('status:429').textToSpeech.convert(george, sentence)],
  ])('when it is refused for %s', async (_, statusCode, ask) => {
    const error = await Promise.resolve(ask()).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ElevenLabsError);
    expect(error).toMatchObject({ statusCode, body: { detail: expect.anything() } });
  });
});
