import { type CallOptions, Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { encodeG711 } from '@parley/engine/audio/g711.ts';
import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createToneBrain } from '../brains/tone-brain.ts';
import { fakeKey, type RunningFake } from '../fake-vendor.ts';
import { rivaFake } from './riva-fake.ts';

/*
 * There is no official client of Riva for Node: the bytes here are put together by the numbers that its vendor publishes
 * (riva_asr.proto), without the definitions of the fake or of the provider.
 */

const brain = createToneBrain();
let fake: RunningFake;
let client: Client;

beforeEach(async () => {
  fake = await rivaFake.start({ port: 0, brain });
  client = new Client(fake.url.replace('grpc://', ''), credentials.createInsecure());
});
afterEach(async () => {
  client.close();
  await fake.close();
});

const service = '/nvidia.riva.asr.RivaSpeechRecognition';
const config = (encoding: number, sampleRateHz: number, language = 'en-US') =>
  message(
    number(1, encoding),
    number(2, sampleRateHz),
    text(3, language),
    number(4, 1),
    bytes(6, message(text(1, 'a haircut'), text(1, 'on monday'), float(4, 12.5))),
    number(8, 1),
    number(11, 1),
    text(13, 'a-model'),
    bytes(25, message(number(3, 400))),
  );

async function sound(words: string): Promise<Int16Array> {
  return (await brain.speak(words, 'en-US', new AbortController().signal)).samples;
}

describe('a recording', () => {
  it('is heard, with words in milliseconds and confidences as logarithms', async () => {
    const samples = await sound('a haircut please');
    const request = message(
      bytes(1, config(1, 16_000)),
      bytes(2, Buffer.from(samples.buffer)),
      bytes(100, text(1, 'id')),
    );
    const [results] = fieldsOf(await unary('Recognize', request), 1);
    const [alternative] = fieldsOf(results, 1);
    expect(textOf(alternative, 1)).toBe('a haircut please ');
    expect(floatOf(alternative, 2)).toBeCloseTo(Math.log(0.95), 5);
    const words = fieldsOf(alternative, 3);
    expect(words.map((word) => textOf(word, 3))).toEqual(['a', 'haircut', 'please']);
    expect(numberOf(words[1], 1)).toBe(240);
    expect(numberOf(words[1], 2)).toBe(440);
    expect(fake.journal.requests[0]?.body).toMatchObject({
      audio: samples.byteLength,
      id: { value: 'id' },
      config: {
        encoding: 'LINEAR_PCM',
        speech_contexts: [{ phrases: ['a haircut', 'on monday'], boost: 12.5 }],
        enable_word_time_offsets: true,
        enable_automatic_punctuation: true,
        model: 'a-model',
        endpointing_config: { stop_history: 400 },
      },
    });
  });

  it.each([
    ['mulaw', 3],
    ['alaw', 20],
  ] as const)('of a telephone is heard (%s)', async (law, encoding) => {
    const rate = createWideToLine();
    const line = Int16Array.from([...rate.process(await sound('a haircut')), ...rate.flush()]);
    const request = message(bytes(1, config(encoding, 8000)), bytes(2, Buffer.from(encodeG711(line, law))));
    const [results] = fieldsOf(await unary('Recognize', request), 1);
    expect(textOf(fieldsOf(results, 1)[0], 1)).toBe('a haircut ');
  });

  it('in a language without a model is refused in the words of the service', async () => {
    const request = message(bytes(1, config(1, 16_000, 'sw-KE')), bytes(2, Buffer.alloc(320)));
    await expect(unary('Recognize', request)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('Unavailable model requested given these parameters: language_code=sw-KE'),
    });
  });
});

describe('a stream', () => {
  it('is answered while it lasts, and for good at each silence and at its end', async () => {
    const parts = [await sound('a haircut'), new Int16Array(8000), await sound('tomorrow')];
    const call = client.makeBidiStreamRequest(`${service}/StreamingRecognize`, same, same, keyed());
    const answers: Buffer[] = [];
    call.on('data', (answer: Buffer) => answers.push(answer));
    const ended = new Promise((resolve) => call.on('status', resolve).on('error', () => {}));
    call.write(message(bytes(1, message(bytes(1, config(1, 16_000)), number(2, 1)))));
    for (const samples of parts) {
      for (let at = 0; at < samples.length; at += 1600) {
        const part = samples.slice(at, at + 1600);
        call.write(message(bytes(2, Buffer.from(part.buffer, 0, part.byteLength))));
      }
    }
    call.end();
    expect(await ended).toMatchObject({ code: status.OK });
    const results = answers.map((answer) => {
      const [result] = fieldsOf(answer, 1);
      const [alternative] = fieldsOf(result, 1);
      const [word] = fieldsOf(alternative, 3);
      return {
        text: textOf(alternative, 1),
        isFinal: numberOf(result, 2) === 1,
        isStable: (floatOf(result, 3) ?? 0) > 0,
        isSure: (floatOf(alternative, 2) ?? 0) < 0,
        startMs: word === undefined ? undefined : (numberOf(word, 1) ?? 0),
      };
    });
    expect(results.filter(({ isFinal }) => isFinal)).toEqual([
      { text: 'a haircut ', isFinal: true, isStable: false, isSure: true, startMs: 0 },
      { text: 'tomorrow ', isFinal: true, isStable: false, isSure: true, startMs: 980 },
    ]);
    // Tentative ones have a stability, and neither a confidence nor words.
    expect(results[0]).toEqual({ text: 'a', isFinal: false, isStable: true, isSure: false, startMs: undefined });
    expect(fake.journal.audioBytes).toBe(2 * parts.reduce((sum, { length }) => sum + length, 0));
  });

  it('that begins with audio is refused', async () => {
    const call = client.makeBidiStreamRequest(`${service}/StreamingRecognize`, same, same, keyed());
    const failed = new Promise((resolve) => call.on('error', resolve));
    call.resume();
    call.write(message(bytes(2, Buffer.alloc(320))));
    expect(await failed).toMatchObject({ code: status.INVALID_ARGUMENT });
  });
});

describe('who asks', () => {
  it('needs the key', async () => {
    await expect(unary('Recognize', Buffer.alloc(0), new Metadata())).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
    });
  });

  it('is told what is deployed', async () => {
    const answer = await unary('GetRivaSpeechRecognitionConfig', Buffer.alloc(0));
    expect(fieldsOf(answer, 1).map((model) => textOf(model, 1))).toContain('fake-vi-vn-online');
  });

  it('may ask for a fault, by the function that is called', async () => {
    const wrong = keyed();
    wrong.set('function-id', 'fault=status:429,retry-after:2,times:1');
    const failure = await unary('GetRivaSpeechRecognitionConfig', Buffer.alloc(0), wrong).catch(
      (error: ServiceError) => error,
    );
    expect(failure).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    expect(failure instanceof Error && failure.metadata.get('grpc-retry-pushback-ms')).toEqual(['2000']);
    expect(await unary('GetRivaSpeechRecognitionConfig', Buffer.alloc(0), wrong)).toBeInstanceOf(Buffer);
    wrong.set('function-id', 'fault=typo');
    await expect(unary('GetRivaSpeechRecognitionConfig', Buffer.alloc(0), wrong)).rejects.toThrow(/no such fault/);
  });
});

function keyed(): Metadata {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${fakeKey}`);
  return metadata;
}

function same(value: Buffer): Buffer {
  return value;
}

async function unary(method: string, request: Buffer, metadata = keyed()): Promise<Buffer> {
  const options: CallOptions = { deadline: Date.now() + 5000 };
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(`${service}/${method}`, same, same, request, metadata, options, (error, answer) => {
      if (error === null && answer !== undefined) resolve(answer);
      else reject(error);
    });
  });
}

// The wire of protocol buffers: a tag, then a varint (0), four bytes (5) or so many bytes as are told (2).
function message(...fields: readonly Buffer[]): Buffer {
  return Buffer.concat(fields);
}
function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}
function float(field: number, value: number): Buffer {
  const four = Buffer.alloc(4);
  four.writeFloatLE(value);
  return Buffer.concat([varint(field * 8 + 5), four]);
}
function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(value.length), value]);
}
function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value));
}
function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return Buffer.from([...out, rest]);
}

function* read(from: Buffer = Buffer.alloc(0)): Generator<{ field: number; number?: number; bytes?: Buffer }> {
  let at = 0;
  const next = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = from[at++] ?? 0;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < from.length) {
    const tag = next();
    const field = Math.floor(tag / 8);
    if (tag % 8 === 0) yield { field, number: next() };
    else {
      const length = tag % 8 === 5 ? 4 : next();
      yield { field, bytes: from.subarray(at, at + length) };
      at += length;
    }
  }
}
function fieldsOf(from: Buffer | undefined, field: number): Buffer[] {
  return [...read(from)].flatMap((each) => (each.field === field && each.bytes !== undefined ? [each.bytes] : []));
}
function textOf(from: Buffer | undefined, field: number): string {
  return fieldsOf(from, field)[0]?.toString('utf8') ?? '';
}
function floatOf(from: Buffer | undefined, field: number): number | undefined {
  return fieldsOf(from, field)[0]?.readFloatLE();
}
function numberOf(from: Buffer | undefined, field: number): number | undefined {
  return [...read(from)].find((each) => each.field === field)?.number;
}
