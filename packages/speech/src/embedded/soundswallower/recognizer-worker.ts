import { parentPort, workerData } from 'node:worker_threads';
import { createDecoder } from './decoder.ts';
import { createDecoderPool, type DecoderLoan } from './decoder-pool.ts';
import { type PreparedVocabulary, prepareVocabulary } from './prepared-vocabulary.ts';
import { loadSoundswallower } from './raw-module.ts';
import type { RecognizerReply, RecognizerRequest, RecognizerWorkerData } from './recognizer-messages.ts';
import { partialText, type RecognitionResult, recognitionResult } from './result.ts';
import { createVoicingMeter, type VoicingMeter } from './voicing.ts';

/** The thread of the decoders. It works as audio comes; between messages it is free to hear that an utterance is off. */
const port = parentPort;
if (port === null) throw new Error('recognizer-worker.ts is a worker thread; do not run it by itself');
const { maxDecoders, prewarmed, rejectBelow }: RecognizerWorkerData = workerData;

/** A partial each 100 ms at most, and only when it says something else: more is not read by anyone. */
const PARTIAL_EVERY_SAMPLES = 1_600;

/** The vowel of a hasty "six"; whispering is not understood. */
const LEAST_VOICE_MS = 60;

const NOTHING: RecognitionResult = { text: '', words: [], confidence: 0 };

interface Utterance {
  readonly id: number;
  readonly context: string | undefined;
  loan: DecoderLoan | undefined;
  leaveLine: () => void;
  /** Audio that came before a decoder did. The sender bounds an utterance's length. */
  waiting: Int16Array[];
  ended: boolean;
  endedAtMs: number;
  readonly voicing: VoicingMeter;
  samplesToPartial: number;
  lastPartial: string;
}

const loading = loadSoundswallower();
const pool = createDecoderPool(async () => createDecoder(await loading), maxDecoders);
const vocabularies = new Map<string, Promise<PreparedVocabulary>>();
const utterances = new Map<number, Utterance>();

port.on('message', (request: RecognizerRequest) => {
  switch (request.type) {
    case 'prepare':
      void prepare(request);
      return;
    case 'expect':
      expect(request);
      return;
    case 'start':
      start(request);
      return;
    case 'audio':
      guarded(request.utterance, (utterance) => hear(utterance, request.samples));
      return;
    case 'end':
      guarded(request.utterance, end);
      return;
    case 'cancel':
      guarded(request.utterance, drop);
  }
});

function send(reply: RecognizerReply): void {
  port?.postMessage(reply);
}

async function prepare({ id, vocabulary }: RecognizerRequest & { type: 'prepare' }): Promise<void> {
  try {
    const preparing = loading.then(({ modelFolder }) => prepareVocabulary(vocabulary, modelFolder));
    vocabularies.set(vocabulary.id, preparing);
    const prepared = await preparing;
    const contexts = [undefined, ...Object.keys(vocabulary.contexts)].slice(0, prewarmed);
    await pool.prewarm(contexts.map((context) => ({ vocabulary: prepared, context, speaker: -1 })));
    send({ type: 'prepared', id });
  } catch (error) {
    vocabularies.delete(vocabulary.id);
    send({ type: 'prepare_failed', id, message: messageOf(error) });
  }
}

function expect({ vocabularyId, context, speaker }: RecognizerRequest & { type: 'expect' }): void {
  // Of a vocabulary that could not be prepared the utterance will tell.
  vocabularies
    .get(vocabularyId)
    ?.then((vocabulary) => pool.anticipate({ vocabulary, context, speaker }))
    .catch(() => undefined);
}

function start(request: RecognizerRequest & { type: 'start' }): void {
  const utterance: Utterance = {
    id: request.utterance,
    context: request.context,
    loan: undefined,
    leaveLine: () => undefined,
    waiting: [request.samples],
    ended: false,
    endedAtMs: 0,
    voicing: createVoicingMeter(),
    samplesToPartial: PARTIAL_EVERY_SAMPLES,
    lastPartial: '',
  };
  utterances.set(utterance.id, utterance);
  void (vocabularies.get(request.vocabularyId) ?? Promise.reject(new Error('the vocabulary is not prepared')))
    .then((vocabulary) => {
      if (utterances.get(utterance.id) !== utterance) return;
      const { context, speaker } = request;
      utterance.leaveLine = pool.borrow(
        { vocabulary, context, speaker },
        (loan) => guarded(utterance.id, () => begin(utterance, loan)),
        (error) => fail(utterance, error),
      );
    })
    .catch((error: unknown) => fail(utterance, error));
}

function begin(utterance: Utterance, loan: DecoderLoan): void {
  utterance.loan = loan;
  loan.decoder.start(loan.fresh);
  const waiting = utterance.waiting;
  utterance.waiting = [];
  for (const samples of waiting) hear(utterance, samples);
  if (utterance.ended) finish(utterance, loan);
}

function hear(utterance: Utterance, samples: Int16Array): void {
  if (utterance.ended && utterance.loan === undefined) return;
  if (utterance.loan === undefined) {
    utterance.waiting.push(samples);
    return;
  }
  utterance.loan.decoder.process(samples);
  utterance.voicing.add(samples);
  utterance.samplesToPartial -= samples.length;
  if (utterance.samplesToPartial > 0) return;
  utterance.samplesToPartial = PARTIAL_EVERY_SAMPLES;
  const text = partialText(utterance.loan.decoder.partial());
  if (text === utterance.lastPartial) return;
  utterance.lastPartial = text;
  send({ type: 'partial', utterance: utterance.id, text });
}

function end(utterance: Utterance): void {
  if (utterance.ended) return;
  utterance.ended = true;
  utterance.endedAtMs = performance.now();
  if (utterance.loan !== undefined) finish(utterance, utterance.loan);
}

function finish(utterance: Utterance, loan: DecoderLoan): void {
  const { vocabulary } = loan;
  const result = recognitionResult(loan.decoder.finish(), vocabulary.saidAlone, (answer) =>
    vocabulary.isAwaited(utterance.context, answer),
  );
  // What has no voice in it is a sound of the room: nothing was said, so there is nothing to be asked again.
  const voiced = utterance.voicing.voicedMs >= LEAST_VOICE_MS;
  const { text, words, confidence } = voiced ? result : NOTHING;
  utterances.delete(utterance.id);
  const processingMs = performance.now() - utterance.endedAtMs;
  send({
    type: 'final',
    utterance: utterance.id,
    text,
    confidence,
    rejected: voiced && confidence < rejectBelow,
    words,
    processingMs,
  });
  loan.release();
}

function drop(utterance: Utterance): void {
  utterances.delete(utterance.id);
  utterance.leaveLine();
  utterance.loan?.decoder.finish();
  utterance.loan?.release();
}

function guarded(id: number, act: (utterance: Utterance) => void): void {
  const utterance = utterances.get(id);
  if (utterance === undefined) return;
  try {
    act(utterance);
  } catch (error) {
    fail(utterance, error);
  }
}

function fail(utterance: Utterance, error: unknown): void {
  if (!utterances.delete(utterance.id)) return;
  send({ type: 'utterance_failed', utterance: utterance.id, message: messageOf(error) });
  // A WASM trap leaves the heap in an unknown state: better a new thread than a decoder that hears wrong.
  if (error instanceof WebAssembly.RuntimeError) throw error;
  utterance.loan?.decoder.finish();
  utterance.loan?.release();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
