import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { trainEmbeddingClassifier } from './embedding-classifier.ts';
import { createEndpointEmbedder } from './endpoint-embedder.ts';
import { createModelClassifier } from './model-classifier.ts';
import type { NluError } from './nlu-error.ts';
import { createTrainedClassifier } from './trained-classifier.ts';

const examples = [
  ...['dog', 'cat', 'hamster', 'my puppy', 'a kitten'].map((text) => ({ text, intent: 'pets' })),
  ...['car', 'van', 'lorry', 'my motorbike', 'a truck'].map((text) => ({ text, intent: 'parking' })),
  ...['soup', 'pasta', 'steak', 'my breakfast', 'a salad'].map((text) => ({ text, intent: 'menu' })),
];
const fallback = createTrainedClassifier(examples);
const context = { expectedIntents: [], slotAsked: undefined };
const signal = new AbortController().signal;

/** Meanings as a sentence model has them: near for things of one kind, whatever their letters. */
const meanings: Readonly<Record<string, readonly number[]>> = {
  'dog cat hamster puppy kitten goldfish': [1, 0.1, 0.1, 0.1],
  'car van lorry motorbike truck tractor': [0.1, 1, 0.1, 0.1],
  'soup pasta steak breakfast salad risotto': [0.1, 0.1, 1, 0.1],
};

function meaningOf(text: string): readonly number[] {
  const word = text.split(' ').at(-1) ?? '';
  const kind = Object.keys(meanings).find((words) => words.split(' ').includes(word));
  const meaning = meanings[kind ?? ''] ?? [0.1, 0.1, 0.1, 1];
  return meaning.map((value, at) => value + ((word.charCodeAt(at % word.length) || 0) % 7) / 70);
}

let behaviour: 'answers' | 'refuses' | 'hangs' | 'babbles' = 'answers';
let requests = 0;
const requestSchema = z.object({ model: z.string(), input: z.array(z.string()).min(1) });
const server = createServer(async (request, response) => {
  requests += 1;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  if (behaviour === 'hangs') return;
  if (behaviour === 'refuses' || request.url !== '/v1/embeddings' || request.headers.authorization !== 'Bearer key') {
    return response.writeHead(503).end('busy');
  }
  if (behaviour === 'babbles') return response.end('{"data": "none"}');
  const { input } = requestSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
  const data = input.map((text, index) => ({ object: 'embedding', index, embedding: meaningOf(text) }));
  // Servers need not keep the order.
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: data.reverse() }));
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  behaviour = 'answers';
});

function service() {
  const address = server.address() as AddressInfo | null;
  return createEndpointEmbedder({
    baseUrl: `http://127.0.0.1:${address?.port}/v1/`,
    apiKey: 'key',
    model: 'sentences',
  });
}

describe('a classifier by sentence embeddings', () => {
  it('knows words that no example has, and what is like none of them', async () => {
    const classifier = await trainEmbeddingClassifier(examples, service(), fallback, signal);
    for (const [text, intent] of [
      ['a goldfish', 'pets'],
      ['my tractor', 'parking'],
      ['risotto', 'menu'],
    ] as const) {
      const guess = await classifier.classify(text, context, signal);
      expect(guess.intent).toBe(intent);
      expect(guess.confidence).toBeGreaterThan(0.7);
      expect(fallback.predict(text).intent).not.toBe(intent);
    }
    const foreign = await classifier.classify('philosophy', context, signal);
    expect(foreign.intent).toBeUndefined();
    expect(foreign.confidence).toBeLessThan(0.4);
  });

  it('asks once for what is said twice', async () => {
    const classifier = await trainEmbeddingClassifier(examples, service(), fallback, signal, { cachedTexts: 1 });
    const before = requests;
    await classifier.classify('a goldfish', context, signal);
    await classifier.classify('a goldfish', context, signal);
    expect(requests).toBe(before + 1);
    await classifier.classify('risotto', context, signal);
    await classifier.classify('a goldfish', context, signal);
    expect(requests).toBe(before + 3);
  });

  it.each([
    ['refuses', 'service_failed'],
    ['babbles', 'answer_invalid'],
    ['hangs', 'service_slow'],
  ] as const)('when the server %s the trained classifier answers, and it is told why', async (how, code) => {
    const failures: NluError[] = [];
    const classifier = await trainEmbeddingClassifier(examples, service(), fallback, signal, {
      timeoutMs: 100,
      onFailure: (error) => failures.push(error),
    });
    behaviour = how;
    expect(await classifier.classify('my puppy', context, signal)).toEqual(fallback.predict('my puppy'));
    expect(failures.map((failure) => failure.code)).toEqual([code]);
  });

  it('leaves a server that fails alone for a while', async () => {
    const classifier = await trainEmbeddingClassifier(examples, service(), fallback, signal, { failuresBeforeRest: 2 });
    behaviour = 'refuses';
    const before = requests;
    for (let turn = 0; turn < 5; turn += 1) await classifier.classify('a lorry', context, signal);
    expect(requests).toBe(before + 2);
  });

  it('ends with the turn rather than answering for one that was dropped', async () => {
    const classifier = await trainEmbeddingClassifier(examples, service(), fallback, signal);
    behaviour = 'hangs';
    const turn = new AbortController();
    const asked = once(server, 'request');
    const guess = classifier.classify('a lorry', context, turn.signal);
    guess.catch(() => {});
    await asked;
    turn.abort();
    await expect(guess).rejects.toThrow();
  });

  it('without a server there is nothing to learn with: a coded error', async () => {
    behaviour = 'refuses';
    await expect(trainEmbeddingClassifier(examples, service(), fallback, signal)).rejects.toMatchObject({
      code: 'service_failed',
    });
  });
});

describe('a language model as classifier', () => {
  const asking = (answer: string) => {
    const prompts: string[] = [];
    const ask = async (prompt: string) => {
      prompts.push(prompt);
      return answer;
    };
    return { prompts, classifier: createModelClassifier(examples, ask, fallback) };
  };

  it('is shown the intents, their examples and the moment, and is believed', async () => {
    const { prompts, classifier } = asking('Sure!\n```json\n{"intent": "pets", "confidence": 0.9}\n```');
    const guess = await classifier.classify('say "parking"', { expectedIntents: ['menu'], slotAsked: 'date' }, signal);
    expect(guess).toMatchObject({ intent: 'pets', confidence: 0.9 });
    for (const part of ['"hamster"', '["menu"]', '"date"', JSON.stringify('say "parking"')])
      expect(prompts[0]).toContain(part);
  });

  it('may say that none is meant, and is never wholly sure', async () => {
    const none = asking('{"intent": null, "confidence": 1}');
    expect((await none.classifier.classify('philosophy', context, signal)).intent).toBeUndefined();
    const sure = asking('{"intent": "menu", "confidence": 1}');
    expect((await sure.classifier.classify('risotto', context, signal)).confidence).toBe(0.95);
  });

  it.each(['', 'pets', '{"intent": "dragons", "confidence": 1}', '{"intent": "pets", "confidence": 7}', '{'])(
    'an answer in another form is not taken: %s',
    async (answer) => {
      expect(await asking(answer).classifier.classify('a lorry', context, signal)).toEqual(fallback.predict('a lorry'));
    },
  );

  it('is not waited for when it does not end', async () => {
    const failures: NluError[] = [];
    const classifier = createModelClassifier(examples, () => new Promise(() => {}), fallback, {
      timeoutMs: 50,
      onFailure: (error) => failures.push(error),
    });
    expect(await classifier.classify('a lorry', context, signal)).toEqual(fallback.predict('a lorry'));
    expect(failures[0]?.code).toBe('service_slow');
  });
});
